// SPDX-License-Identifier: GPL-2.0-only
/*
 * That no text from the module can do harm: to a terminal, or to JSON.
 */
#include "cmocka_main.h"

#include <json.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "lib/sanitize.h"
#include "lib/view.h"

static void assert_safe(const char *text, const char *expected)
{
	char *safe = safe_text(text);

	assert_string_equal(safe, expected);
	free(safe);
}

static void terminals_are_safe(void **state)
{
	(void)state;
	assert_safe("", "");
	assert_safe("kworker/1:2+events", "kworker/1:2+events");
	assert_safe("two words", "two words");
	assert_safe("\033[31m", "\\033[31m");
	assert_safe("a\nb\tc\rd\177", "a\\012b\\011c\\015d\\177");
	assert_safe("\233", "\\233");
	assert_safe("\\033", "\\134033");
	assert_safe("\377\376", "\\377\\376");
}

static void utf8_is_kept_where_the_locale_knows_it(void **state)
{
	(void)state;
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_safe("gr\303\274n", "gr\303\274n");
	assert_safe("\302\233[31m", "\\302\\233[31m");
	assert_safe("cut \303", "cut \\303");
	/* All of C1, and what has no width: U+061C, U+200B, U+202E, U+2066, U+FEFF. */
	for (int c = 0x80; c < 0xa0; c++) {
		const char text[] = { '\302', (char)c, 0 };
		char expected[16];

		snprintf(expected, sizeof(expected), "\\302\\%03o", c);
		assert_safe(text, expected);
	}
	assert_safe("\330\234", "\\330\\234");
	assert_safe("\342\200\213", "\\342\\200\\213");
	assert_safe("exe\342\200\256gpj", "exe\\342\\200\\256gpj");
	assert_safe("\342\201\246", "\\342\\201\\246");
	assert_safe("\357\273\277", "\\357\\273\\277");
	setlocale(LC_CTYPE, "C");
	assert_safe("gr\303\274n", "gr\\303\\274n");
}

/* The one member of a JSON document, as printed, and as read again. */
static void assert_json(const char *text, const char *raw, const char *meaning)
{
	struct json_object *json, *member;
	struct view view;
	char *printed;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	assert_non_null(out);
	view_begin(&view, out, true);
	view_text(&view, "text", text);
	assert_int_equal(view_end(&view), 0);
	fclose(out);
	assert_non_null(strstr(printed, raw));
	json = json_tokener_parse(printed);
	assert_true(json_object_object_get_ex(json, "text", &member));
	assert_string_equal(json_object_get_string(member), meaning);
	json_object_put(json);
	free(printed);
}

static void json_is_valid_and_safe(void **state)
{
	(void)state;
	assert_json("plain", "\"plain\"", "plain");
	assert_json("\"\\", "\"\\\"\\\\\"", "\"\\");
	assert_json("\033[m", "\"\\u001b[m\"", "\033[m");
	assert_json("\177", "\"\\u007f\"", "\177");
	assert_json("\302\233m", "\"\\u009bm\"", "\302\233m");
	assert_json("gr\303\274n", "\"gr\\u00fcn\"", "gr\303\274n");
	assert_json("\342\200\256", "\"\\u202e\"", "\342\200\256");
	assert_json("\377x", "\"\\ufffdx\"", "\357\277\275x");
	assert_json("\303", "\"\\ufffd\"", "\357\277\275");
	assert_json("\355\240\200", "\"\\ufffd\\ufffd\\ufffd\"",
		    "\357\277\275\357\277\275\357\277\275");
	assert_json("\340\200\200", "\"\\ufffd\\ufffd\\ufffd\"",
		    "\357\277\275\357\277\275\357\277\275");
	assert_json("\360\237\230\200", "\"\\ud83d\\ude00\"",
		    "\360\237\230\200");
	assert_json("\363\240\201\201", "\"\\udb40\\udc41\"",
		    "\363\240\201\201");
	assert_json("\364\220\200\200", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"",
		    "\357\277\275\357\277\275\357\277\275\357\277\275");
}

static void bars_survive_any_count(void **state)
{
	static const struct view_bucket buckets[] = {
		{ 0, 0, UINT64_MAX },
		{ 1, 1, 1 },
		{ 2, UINT64_MAX, UINT64_MAX / 2 },
	};
	struct view view;
	char *printed;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	(void)state;
	assert_non_null(out);
	view_begin(&view, out, false);
	view_bars(&view, (const char *[]){ "h", "files", "" }, buckets, 3);
	assert_int_equal(view_end(&view), 0);
	fclose(out);
	assert_non_null(
		strstr(printed, "|****************************************|"));
	assert_non_null(
		strstr(printed, "|                                        |"));
	assert_non_null(strstr(printed, "or more"));
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals_are_safe),
		cmocka_unit_test(utf8_is_kept_where_the_locale_knows_it),
		cmocka_unit_test(json_is_valid_and_safe),
		cmocka_unit_test(bars_survive_any_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
