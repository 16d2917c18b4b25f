// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fixtures, cut off and damaged in many ways, go through the parser under
 * the sanitizers. The seed is fixed, so each run is the same; what is checked
 * is that a document either is refused with a message or holds together. So do
 * the rules that are built in.
 */
#include "cmocka_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "debugfs/parse.h"
#include "debugfs/rules.h"

#define ROUNDS 4000
#define ROOM 16384

static const char *const files[] = {
	FIXTURES "/idle/stats",	      FIXTURES "/idle/histograms",
	FIXTURES "/busy/pending",     FIXTURES "/busy/superblocks",
	FIXTURES "/busy/leftovers",   FIXTURES "/idle/origins",
	FIXTURES "/busy/hooks",	      FIXTURES "/newer/stats",
	FIXTURES "/newer/histograms",
};

static uint64_t seed = 20240229;

/* xorshift64: the same everywhere. */
static size_t below(size_t limit)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % limit);
}

static size_t load(const char *path, char *text)
{
	FILE *file = fopen(path, "r");
	size_t size;

	assert_non_null(file);
	size = fread(text, 1, ROOM / 2, file);
	assert_true(feof(file));
	fclose(file);
	return size;
}

static void touch_all(const struct document *doc)
{
	uint64_t number;
	size_t length = 0;

	for (size_t i = 0; i < doc->nr_values; i++) {
		length += strlen(document_value(doc, doc->values[i].name));
		document_need_number(doc, doc->values[i].name, &number);
	}
	for (size_t row = 0; row < doc->nr_rows; row++) {
		assert_true(doc->lines[row] > 2);
		for (size_t i = 0; i < doc->nr_columns; i++) {
			length += strlen(document_cell(doc, row, i));
			document_cell_number(doc, row, i, &number);
		}
	}
	assert_true(length < ROOM);
}

/* An own allocation of the very size, so that one byte too far is seen. */
static void feed(const char *text, size_t size)
{
	struct document *doc;
	char *copy = malloc(size ? size : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, text, size);
	err = reader_parse("fuzz", copy, size, &doc);
	assert_true(err <= 0);
	assert_true(!err == !!doc);
	if (err)
		assert_true(*error_text());
	else
		touch_all(doc);
	document_free(doc);
}

static size_t mutate(char *text, size_t size)
{
	static const char special[] = "\t\n\\ \0#-09a\377";
	size_t at = below(size), length = below(40) + 1;

	switch (below(5)) {
	case 0:
		text[at] ^= (char)(1 << below(8));
		return size;
	case 1:
		text[at] = special[below(sizeof(special))];
		return size;
	case 2:
		length = length < size - at ? length : size - at;
		memmove(text + at, text + at + length, size - at - length);
		return size - length;
	case 3:
		length = length < size - at ? length : size - at;
		if (size + length > ROOM)
			return size;
		memmove(text + at + length, text + at, size - at);
		return size + length;
	default:
		return at;
	}
}

static void cut_off_anywhere(void **state)
{
	static char text[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t size = load(files[i], text);

		for (size_t cut = 0; cut <= size; cut++)
			feed(text, cut);
	}
}

static void damaged_anyhow(void **state)
{
	static char text[ROOM], whole[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		size_t full = load(files[i], whole);

		for (int round = 0; round < ROUNDS; round++) {
			size_t size = full;

			memcpy(text, whole, full);
			for (size_t n = below(6) + 1; n && size; n--)
				size = mutate(text, size);
			feed(text, size);
		}
	}
}

static void rules_damaged_anyhow(void **state)
{
	static char text[ROOM];
	struct rules rules;
	size_t size;

	(void)state;
	assert_true(strlen(rules_builtin) < ROOM / 2);
	for (int round = 0; round < ROUNDS; round++) {
		size = strlen(rules_builtin);
		memcpy(text, rules_builtin, size);
		for (size_t n = below(6) + 1; n && size; n--)
			size = mutate(text, size);
		text[size < ROOM ? size : ROOM - 1] = '\0';
		error_set(0, "%s", "");
		if (rules_parse("fuzz", text, &rules))
			assert_true(*error_text());
		else
			rules_name(&rules, "fput;a.b;__scm_destroy;c");
		rules_free(&rules);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cut_off_anywhere),
		cmocka_unit_test(damaged_anyhow),
		cmocka_unit_test(rules_damaged_anyhow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
