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
#include "lib/screen.h"
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

static void assert_cut(const char *text, size_t room, const char *expected)
{
	char *cut = screen_cut(text, room);

	assert_string_equal(cut, expected);
	free(cut);
}

static void names_are_cut_by_columns(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C");
	assert_cut("kworker/1:2", 11, "kworker/1:2");
	assert_cut("kworker/1:2", 10, "kworker...");
	assert_cut("kworker/1:2", 2, "...");
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		skip();
	assert_cut("kworker/1:2", 10, "kworker/1\342\200\246");
	/* Each of these takes two columns. */
	assert_cut("\346\274\242\345\255\227\346\274\242", 5,
		   "\346\274\242\345\255\227\342\200\246");
	setlocale(LC_CTYPE, "C");
}

static void assert_wrapped(const char *text, size_t indent,
			   const char *expected)
{
	char *wrapped = screen_wrap(text, 10, indent);

	assert_string_equal(wrapped, expected);
	free(wrapped);
}

static void prose_is_wrapped_between_words(void **state)
{
	(void)state;
	assert_wrapped("", 0, "");
	assert_wrapped("one two", 0, "one two");
	assert_wrapped("one two three", 0, "one two\nthree");
	assert_wrapped("one two three", 4, "one two\n    three");
	assert_wrapped("fput;a;bcdefg;h", 0, "fput;a;\nbcdefg;h");
	assert_wrapped("incomprehensible", 0, "incomprehe\nnsible");
}

static const struct view_column columns[] = {
	{ "age_ns", VIEW_NS },
	{ "comm", VIEW_NAME },
	{ "origin_name", VIEW_TEXT },
	{ "origin", VIEW_ID | VIEW_MORE },
	{ "name", VIEW_TEXT | VIEW_MORE },
};

static void assert_shown(const char *list, bool raw, const char *expected)
{
	struct view view;
	struct view_table *table;
	char *printed;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	assert_non_null(out);
	view_begin(&view, out, false);
	view.format = (struct view_format){ .table = "t",
					    .columns = list,
					    .raw = raw };
	table = view_table_begin(&view, "t", columns, 5, VIEW_LIST);
	view_row(table, (const char *[]){ "1500", "a b", "aio", "7", "" },
		 false);
	view_table_end(table);
	assert_int_equal(view_end(&view), 0);
	fclose(out);
	assert_string_equal(printed, expected);
	free(printed);
}

static void columns_are_chosen(void **state)
{
	(void)state;
	assert_shown(NULL, false, "    AGE COMM ORIGIN\n1.500us a b  aio\n");
	assert_shown(
		"+origin,age", false,
		"    AGE COMM ORIGIN ORIGIN\n1.500us a b  aio         7\n");
	assert_shown("COMM,age_ns", false, "COMM     AGE\na b  1.500us\n");
	assert_shown("name,comm", false, "NAME COMM\n-    a b\n");
	assert_shown("all", true,
		     "AGE_NS COMM ORIGIN_NAME ORIGIN NAME\n"
		     "1500 a\\x20b aio 7 -\n");
	assert_string_equal(view_check_columns(columns, 5, "age,+comm"),
			    "+comm");
	assert_null(view_check_columns(columns, 5, "+age,+comm"));
	assert_string_equal(view_check_columns(columns, 5, "+all,age"),
			    "all,age");
	assert_string_equal(view_check_columns(columns, 5, "comm,ag,age"),
			    "ag,age");
	assert_string_equal(view_check_columns(columns, 5, ""), "");
	assert_string_equal(view_check_columns(columns, 5, "age,"), "");
}

/* More rows than are printed at once in a document of many lines. */
static void a_line_stays_one(void **state)
{
	struct view view;
	struct view_table *table;
	char *printed;
	size_t size;
	FILE *out = open_memstream(&printed, &size);

	(void)state;
	assert_non_null(out);
	view_begin(&view, out, true);
	view.by_line = true;
	table = view_table_begin(&view, "t", columns, 1, VIEW_LIST);
	for (int i = 0; i < 3000; i++)
		view_row(table, (const char *[]){ "1500" }, false);
	view_table_end(table);
	assert_int_equal(view_next(&view), 0);
	fclose(out);
	assert_ptr_equal(strchr(printed, '\n'), printed + size - 1);
	assert_int_equal(size, strlen("{\"t\":[]}\n") +
				       3000 * strlen("{\"age_ns\":1500},") - 1);
	free(printed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals_are_safe),
		cmocka_unit_test(utf8_is_kept_where_the_locale_knows_it),
		cmocka_unit_test(json_is_valid_and_safe),
		cmocka_unit_test(bars_survive_any_count),
		cmocka_unit_test(names_are_cut_by_columns),
		cmocka_unit_test(prose_is_wrapped_between_words),
		cmocka_unit_test(columns_are_chosen),
		cmocka_unit_test(a_line_stays_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
