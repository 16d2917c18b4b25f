// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser: what the grammar allows, and every way of breaking it.
 */
#include "cmocka_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "debugfs/parse.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"

static struct reader reader = { .fd = -1 };

static int parse_bytes(const char *text, size_t size, struct document **doc)
{
	int fd = memfd_create("file", 0), err;

	assert_int_equal(write(fd, text, size), size);
	error_set(0, "%s", "");
	err = reader_read(&reader, fd, "file", NULL, NULL, doc);
	close(fd);
	return err;
}

static struct document *parse(const char *text)
{
	struct document *doc;
	int err = parse_bytes(text, strlen(text), &doc);

	if (err)
		print_message("# %s\n", error_text());
	assert_int_equal(err, 0);
	assert_non_null(doc);
	return doc;
}

/* Refused with this error, and a message that holds this. */
static void refuse(const char *text, int expected, const char *message)
{
	struct document *doc;

	assert_int_equal(parse_bytes(text, strlen(text), &doc), expected);
	assert_null(doc);
	if (!strstr(error_text(), message))
		fail_msg("'%s' not in '%s'", message, error_text());
}

static void values_and_table(void **state)
{
	struct document *doc = parse("# dfput 2\n"
				     "queued 12\n"
				     "story two words and more\n"
				     "a\tb\tc\n"
				     "1\tx\t-\n"
				     "2\t\tz y\n"
				     "late value\n");

	(void)state;
	assert_int_equal(doc->nr_values, 3);
	assert_string_equal(document_value(doc, "queued"), "12");
	assert_string_equal(document_value(doc, "story"), "two words and more");
	assert_string_equal(document_value(doc, "late"), "value");
	assert_null(document_value(doc, "nothing"));
	assert_int_equal(doc->nr_columns, 3);
	assert_int_equal(doc->nr_rows, 2);
	assert_string_equal(document_cell(doc, 0, 1), "x");
	assert_string_equal(document_cell(doc, 0, 2), "-");
	assert_string_equal(document_cell(doc, 1, 1), "");
	assert_string_equal(document_cell(doc, 1, 2), "z y");
	assert_int_equal(doc->rows[1]->line, 6);
	document_free(doc);
}

static void least_files(void **state)
{
	struct document *doc = parse("# dfput 2\n");

	(void)state;
	assert_int_equal(doc->nr_values + doc->nr_columns + doc->nr_rows, 0);
	document_free(doc);
	doc = parse("# dfput 2\na\tb\n");
	assert_int_equal(doc->nr_columns, 2);
	assert_int_equal(doc->nr_rows, 0);
	document_free(doc);
	document_free(NULL);
}

static void many_rows(void **state)
{
	const size_t nr = 10000;
	char *text = malloc(nr * 16 + 64);
	struct document *doc;
	size_t used;
	uint64_t number;

	(void)state;
	assert_non_null(text);
	used = (size_t)sprintf(text, "# dfput 2\na\tb\n");
	for (size_t i = 0; i < nr; i++)
		used += (size_t)sprintf(text + used, "%zu\t%zu\n", i, i * 7);
	doc = parse(text);
	free(text);
	assert_int_equal(doc->nr_rows, nr);
	for (size_t i = 0; i < nr; i++) {
		assert_int_equal(document_cell_number(doc, i, 1, &number), 0);
		assert_int_equal(number, i * 7);
		assert_int_equal(doc->rows[i]->line, i + 3);
	}
	document_free(doc);
}

static void escapes_are_decoded(void **state)
{
	struct document *doc = parse("# dfput 2\n"
				     "say a\\040b\\134040\n"
				     "a\tb\n"
				     "x\\011y\\012z\t\\377\\001\n");

	(void)state;
	assert_string_equal(document_value(doc, "say"), "a b\\040");
	assert_string_equal(document_cell(doc, 0, 0), "x\ty\nz");
	assert_string_equal(document_cell(doc, 0, 1), "\377\001");
	document_free(doc);
}

static void bad_escapes(void **state)
{
	static const char *const bad[] = { "\\",    "\\0",   "\\04",  "\\048",
					   "\\400", "\\777", "\\000", "\\x41",
					   "\\\\",  "a\\",   "\\ 40" };
	char text[64];

	(void)state;
	for (size_t i = 0; i < NR(bad); i++) {
		snprintf(text, sizeof(text), "# dfput 2\nname %s\n", bad[i]);
		refuse(text, -EPROTO, "line 2: a backslash");
		snprintf(text, sizeof(text), "# dfput 2\na\tb\n1\t%s\n",
			 bad[i]);
		refuse(text, -EPROTO, "line 3: a backslash");
	}
}

static void bad_first_lines(void **state)
{
	static const char *const bad[] = {
		"\n",
		"queued 1\n",
		"#dfput 1\n",
		"# dfput\n",
		"# dfput \n",
		"# dfput x\n",
		"# dfput 2 \n",
		"# dfput -1\n",
		"# dfput 2x\n",
		" # dfput 2\n",
		"# dfput 99999999999999999999\n",
	};

	(void)state;
	refuse("", -EPROTO, "file: empty");
	for (size_t i = 0; i < NR(bad); i++)
		refuse(bad[i], -EPROTO, "does not begin with '# dfput 2'");
}

static void other_abis(void **state)
{
	(void)state;
	refuse("# dfput 3\nall\tnew\n", -EPROTONOSUPPORT, "speaks ABI 3");
	assert_non_null(strstr(error_text(), "dfput " DFPUT_VERSION " ABI 2"));
	assert_non_null(strstr(error_text(), "install"));
	refuse("# dfput 0\n", -EPROTONOSUPPORT, "speaks ABI 0");
	refuse("# dfput 18446744073709551615\n", -EPROTONOSUPPORT, "ABI 18446");
}

static void bad_values(void **state)
{
	(void)state;
	refuse("# dfput 2\n\n", -EPROTO, "line 2: neither");
	refuse("# dfput 2\nqueued\n", -EPROTO, "line 2: neither");
	refuse("# dfput 2\nqueued \n", -EPROTO, "line 2: neither");
	refuse("# dfput 2\n queued 1\n", -EPROTO, "line 2: not a name");
	refuse("# dfput 2\nque\033ed 1\n", -EPROTO, "line 2: not a name");
	refuse("# dfput 2\na 1\nb 1\na 2\n", -EPROTO, "line 4: a name");
}

static void bad_tables(void **state)
{
	(void)state;
	refuse("# dfput 2\na\tb\n1\t2\t3\n", -EPROTO,
	       "line 3: 3 fields, but the table has 2 columns");
	refuse("# dfput 2\na\tb\tc\n1\t2\t3\n4\t5\n", -EPROTO,
	       "line 4: 2 fields, but the table has 3 columns");
	refuse("# dfput 2\na\tb\ta\n", -EPROTO, "line 2: a column");
	refuse("# dfput 2\na\t\n", -EPROTO, "line 2: not a column's name");
	refuse("# dfput 2\n\ta\n", -EPROTO, "line 2: not a column's name");
	refuse("# dfput 2\na b\tc\n", -EPROTO, "line 2: not a column's name");
}

static void cut_off(void **state)
{
	struct document *doc;

	(void)state;
	refuse("# dfput 2", -EPROTO, "line 1: cut off");
	refuse("# dfput 2\nqueued 1", -EPROTO, "line 2: cut off");
	refuse("# dfput 2\na\tb\n1\t2", -EPROTO, "line 3: cut off");
	assert_int_equal(parse_bytes("# dfput 2\na\0b 1\n", 16, &doc), -EPROTO);
	assert_non_null(strstr(error_text(), "line 2: a NUL byte"));
}

static void bounds(void **state)
{
	char *text = malloc(READER_MAX_LINE + 64);
	size_t used;

	(void)state;
	assert_non_null(text);
	used = (size_t)sprintf(text, "# dfput 2\nn ");
	memset(text + used, 'x', READER_MAX_LINE - 2);
	strcpy(text + used + READER_MAX_LINE - 2, "\n");
	document_free(parse(text));
	strcpy(text + used + READER_MAX_LINE - 2, "x\n");
	refuse(text, -EPROTO, "line 2: too long");

	used = (size_t)sprintf(text, "# dfput 2\nc0");
	for (int i = 1; i < DOCUMENT_MAX_COLUMNS; i++)
		used += (size_t)sprintf(text + used, "\tc%d", i);
	strcpy(text + used, "\n");
	document_free(parse(text));
	strcpy(text + used, "\tmore\n");
	refuse(text, -EPROTO, "line 2: too many columns");
	free(text);
}

static void too_many_values(void **state)
{
	char *text = malloc((READER_MAX_VALUES + 2) * 16);
	size_t used;

	(void)state;
	assert_non_null(text);
	used = (size_t)sprintf(text, "# dfput 2\n");
	for (int i = 0; i < READER_MAX_VALUES; i++)
		used += (size_t)sprintf(text + used, "n%d 1\n", i);
	document_free(parse(text));
	strcpy(text + used, "more 1\n");
	refuse(text, -EPROTO, "too many values");
	free(text);
}

static void needed_things(void **state)
{
	struct document *doc = parse("# dfput 2\nbig 18446744073709551616\n"
				     "word x1\nnumber 5\na\tb\n1\tx\n");
	const char *value;
	uint64_t number;
	size_t column;

	(void)state;
	assert_int_equal(document_need_value(doc, "no", &value), -EPROTO);
	assert_non_null(strstr(error_text(), "file: no value 'no'"));
	assert_int_equal(document_need_number(doc, "no", &number), -EPROTO);
	assert_int_equal(document_need_number(doc, "word", &number), -EPROTO);
	assert_non_null(strstr(error_text(), "'word' is not a 64-bit number"));
	assert_int_equal(document_need_number(doc, "big", &number), -EPROTO);
	assert_int_equal(document_need_number(doc, "number", &number), 0);
	assert_int_equal(number, 5);
	assert_int_equal(document_need_column(doc, "c", &column), -EPROTO);
	assert_non_null(strstr(error_text(), "file: no column 'c'"));
	assert_int_equal(document_need_column(doc, "b", &column), 0);
	assert_int_equal(column, 1);
	assert_int_equal(document_cell_number(doc, 0, 1, &number), -EPROTO);
	assert_non_null(strstr(error_text(), "line 6: 'b' is not"));
	document_free(doc);
}

/* Refused, or a caveat, or of no account. */
static void check_without(const struct document *doc, const char *name)
{
	struct caveats caveats = { 0 };
	struct stats stats;

	if (stats_convert(doc, &stats)) {
		assert_non_null(strstr(error_text(), name));
		return;
	}
	stats_caveats(&stats, &caveats);
	for (int i = 0; i < DFPUT_NR_COUNTERS; i++) {
		if (strcmp(stats_counters[i].name, name))
			continue;
		assert_true(stats.lacks[i]);
		if (stats_counters[i].group == DFPUT_GROUP_loss)
			assert_non_null(strstr(caveats.text[0], name));
	}
}

static void stats_without_one_value(void **state)
{
	struct document *doc;
	struct stats stats;

	(void)state;
	assert_int_equal(reader_open(&reader, FIXTURES "/idle", ""), 0);
	assert_int_equal(reader_load(&reader, "stats", &doc), 0);
	assert_int_equal(stats_convert(doc, &stats), 0);
	assert_int_equal(stats.counter[DFPUT_COUNT_queued], 1204);
	for (size_t i = 0; i < doc->nr_values; i++) {
		char *name = doc->values[i].name;

		doc->values[i].name = "else";
		check_without(doc, name);
		doc->values[i].name = name;
	}
	document_free(doc);
	reader_close(&reader);
}

static void files_that_are_none(void **state)
{
	char dir[] = "/tmp/dfput-test-XXXXXX", path[64];
	struct document *doc;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_int_equal(reader_open(&reader, dir, ""), 0);
	assert_int_equal(reader_load(&reader, "stats", &doc), -ENOENT);
	assert_null(doc);
	assert_non_null(strstr(error_text(), "cannot open"));
	snprintf(path, sizeof(path), "%s/stats", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(reader_load(&reader, "stats", &doc), -ENOTTY);
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(reader_load(&reader, "stats", &doc), -ENOTTY);
	rmdir(path);
	rmdir(dir);
	reader_close(&reader);
	assert_int_equal(reader_open(&reader, dir, ""), -ENOENT);
	assert_non_null(strstr(error_text(), dir));
	reader_close(&reader);
}

/* A sparse file costs nothing; reading stops at the limit. */
static void a_file_too_big(void **state)
{
	char dir[] = "/tmp/dfput-test-XXXXXX", path[64];
	char *text;
	size_t size;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/stats", dir);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), READER_MAX_SIZE + 1L), 0);
	fclose(file);
	assert_int_equal(reader_open(&reader, dir, ""), 0);
	assert_int_equal(reader_text(&reader, "stats", &text, &size), -EFBIG);
	free(text);
	unlink(path);
	rmdir(dir);
	reader_close(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_table),
		cmocka_unit_test(least_files),
		cmocka_unit_test(many_rows),
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(bad_escapes),
		cmocka_unit_test(bad_first_lines),
		cmocka_unit_test(other_abis),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(bad_tables),
		cmocka_unit_test(cut_off),
		cmocka_unit_test(bounds),
		cmocka_unit_test(too_many_values),
		cmocka_unit_test(needed_things),
		cmocka_unit_test(stats_without_one_value),
		cmocka_unit_test(files_that_are_none),
		cmocka_unit_test(a_file_too_big),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
