// SPDX-License-Identifier: GPL-2.0-only
/*
 * What users see. Tables are libsmartcols', JSON is json-c's; the only thing
 * made here is that neither lets through what could harm a terminal.
 */
#include <ctype.h>
#include <errno.h>
#include <json.h>
#include <libsmartcols.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/sanitize.h"
#include "lib/view.h"

#define BAR_WIDTH 40
#define LINE_WIDTH 8

struct view_table {
	struct view *view;
	const struct view_column *columns;
	size_t nr;
	struct libscols_table *text;
	struct libscols_line *parent;
	struct json_object *json;
	bool map;
};

static void must_do(int err)
{
	if (err < 0)
		must(NULL);
}

void view_note(struct view *view, const char *format, ...)
{
	char *text, *safe;
	va_list args;

	if (view->json)
		return;
	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	safe = safe_text(text);
	fprintf(view->out, "%s\n", safe);
	free(safe);
	free(text);
}

void view_verdict(struct view *view, enum color color, const char *format, ...)
{
	char *text, *safe;
	va_list args;

	if (view->json)
		return;
	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	safe = safe_text(text);
	fprintf(view->out, "%s%s%s\n", color_begin(view->out, color), safe,
		color_end(view->out));
	free(safe);
	free(text);
}

static struct json_object *json_text(const char *text)
{
	char *clean = safe_utf8(text);
	struct json_object *json = must(json_object_new_string(clean));

	free(clean);
	return json;
}

/* One character of valid UTF-8, as json_text() makes it. Return: its last byte. */
static const unsigned char *print_escaped(FILE *out, const unsigned char *byte)
{
	int more = *byte < 0x80 ? 0 : *byte < 0xe0 ? 1 : *byte < 0xf0 ? 2 : 3;
	unsigned int c = more ? *byte & (0x3fU >> more) : *byte;

	while (more--)
		c = c << 6 | (*++byte & 0x3f);
	if (c < 0x10000)
		fprintf(out, "\\u%04x", c);
	else
		fprintf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
			0xdc00 + (c & 0x3ff));
	return byte;
}

/*
 * json-c escapes the control characters below the blank alone, but terminals also obey
 * others, as those that turn the text's direction. In JSON these can stand in strings
 * only, and are the same there as \u and their number.
 */
static void print_json(FILE *out, struct json_object *json, int flags)
{
	const char *text =
		must((char *)json_object_to_json_string_ext(json, flags));
	const unsigned char *byte;

	for (byte = (const unsigned char *)text; *byte; byte++)
		if (*byte < 0x7f)
			putc(*byte, out);
		else
			byte = print_escaped(out, byte);
	putc('\n', out);
}

void view_begin(struct view *view, FILE *out, bool json)
{
	*view = (struct view){ .out = out, .json = json };
}

void view_discard(struct view *view)
{
	json_object_put(view->root);
	view->root = NULL;
}

static int flush(struct view *view)
{
	int err = 0;

	errno = 0;
	if (fflush(view->out) || ferror(view->out))
		err = errno ? errno : EIO;
	if (err)
		complain("cannot write the output: %s", strerror(err));
	return -err;
}

int view_next(struct view *view)
{
	print_json(view->out, view->root,
		   JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	view_discard(view);
	return flush(view);
}

int view_end(struct view *view)
{
	if (view->root)
		print_json(view->out, view->root,
			   JSON_C_TO_STRING_PRETTY |
				   JSON_C_TO_STRING_NOSLASHESCAPE);
	view_discard(view);
	return flush(view);
}

static void add(struct view *view, const char *name, struct json_object *json)
{
	if (!view->root)
		view->root = must(json_object_new_object());
	must_do(json_object_object_add(view->root, name, json));
}

bool view_has(const struct view *view, const char *name)
{
	return view->root && json_object_object_get_ex(view->root, name, NULL);
}

void view_number(struct view *view, const char *name, uint64_t number)
{
	if (view->json)
		add(view, name, must(json_object_new_uint64(number)));
}

void view_bool(struct view *view, const char *name, bool value)
{
	if (view->json)
		add(view, name, must(json_object_new_boolean(value)));
}

void view_text(struct view *view, const char *name, const char *text)
{
	if (view->json)
		add(view, name, text ? json_text(text) : NULL);
}

static struct json_object *array_of(struct view *view, const char *name)
{
	struct json_object *array;

	if (view->root && json_object_object_get_ex(view->root, name, &array))
		return array;
	array = must(json_object_new_array());
	add(view, name, array);
	return array;
}

static struct json_object *row_json(const struct view *view,
				    const struct view_column *columns,
				    size_t nr, const char *const *cells);

static struct json_object *object_of(struct view *view, const char *name)
{
	struct json_object *object;

	if (view->root && json_object_object_get_ex(view->root, name, &object))
		return object;
	object = must(json_object_new_object());
	add(view, name, object);
	return object;
}

void view_object(struct view *view, const char *name,
		 const struct view_column *columns, size_t nr,
		 const char *const *cells)
{
	if (view->json)
		add(view, name, row_json(view, columns, nr, cells));
}

void view_texts(struct view *view, const char *name, const char *text)
{
	if (!view->json)
		return;
	if (text)
		must_do(json_object_array_add(array_of(view, name),
					      json_text(text)));
	else
		array_of(view, name);
}

/* AGE for age_ns: the unit stands in the cells. */
static char *heading(const struct view_column *column)
{
	char *text = alloc_copy(column->name), *at;
	size_t length = strlen(text);

	if ((column->kind == VIEW_NS || column->kind == VIEW_TOOK) &&
	    length > 3 && !strcmp(text + length - 3, "_ns"))
		text[length - 3] = '\0';
	for (at = text; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return text;
}

static struct libscols_table *new_text(struct view *view)
{
	struct libscols_table *text = must(scols_new_table());

	must_do(scols_table_set_stream(text, view->out));
	return text;
}

static void add_column(struct libscols_table *text,
		       const struct view_column *column, double width,
		       int flags)
{
	char *name = heading(column);

	if (view_is_number(column->kind))
		flags |= SCOLS_FL_RIGHT;
	if (column->kind == VIEW_PROSE)
		flags |= SCOLS_FL_WRAP;
	must(scols_table_new_column(text, name, width, flags));
	free(name);
}

struct view_table *view_table_begin(struct view *view, const char *name,
				    const struct view_column *columns,
				    size_t nr, enum view_shape shape)
{
	struct view_table *table = alloc_array(1, sizeof(*table));

	table->view = view;
	table->columns = columns;
	table->nr = nr;
	if (view->json) {
		table->map = shape == VIEW_MAP;
		table->json = table->map ? object_of(view, name) :
					   array_of(view, name);
		return table;
	}
	table->text = new_text(view);
	for (size_t i = 0; i < nr; i++)
		add_column(table->text, &columns[i], 0,
			   shape == VIEW_MAP && !i ? SCOLS_FL_TREE : 0);
	return table;
}

/* What 0 stands for nothing in. */
static bool is_nothing(const struct view_column *column, const char *cell)
{
	return !cell || !*cell ||
	       ((column->kind == VIEW_ID || column->kind == VIEW_TOOK ||
		 column->kind == VIEW_TIME) &&
		!strcmp(cell, "0"));
}

static char *cell_text(const struct view_column *column, const char *cell)
{
	bool nothing = is_nothing(column, cell);
	char text[NUMBER_TEXT];
	uint64_t number;

	if (nothing)
		cell = "-";
	else if ((column->kind == VIEW_NS || column->kind == VIEW_TOOK) &&
		 !number_parse(cell, &number))
		cell = number_ns_short(text, number);
	else if (column->kind == VIEW_BOOL)
		cell = strcmp(cell, "0") ? "yes" : "no";
	return safe_text(cell);
}

/* A newer module may say in words what we know as a number. */
static struct json_object *number_json(const char *cell)
{
	uint64_t number;

	if (number_parse(cell, &number))
		return json_text(cell);
	return must(json_object_new_uint64(number));
}

static struct json_object *flag_json(const char *cell)
{
	return must(json_object_new_boolean(!!strcmp(cell, "0")));
}

/* The last one may be "...": there are more. */
static struct json_object *pid_json(const char *cell)
{
	return strcmp(cell, "...") ? number_json(cell) : NULL;
}

/* KIND@NS or KIND:DEVICE/INODE@NS: see DFPUT_COLUMNS_superblocks. */
static struct json_object *hop_json(const char *cell)
{
	static const struct view_column columns[] = {
		{ "kind", VIEW_TEXT },
		{ "device", VIEW_TEXT },
		{ "inode", VIEW_NUMBER },
		{ "after_ns", VIEW_NS },
	};
	char *text = alloc_copy(cell), *after = text;
	char *file = strsep(&after, "@");
	const char *kind = strsep(&file, ":"), *device = strsep(&file, "/");
	struct json_object *hop;

	hop = row_json(NULL, columns, 4,
		       (const char *[]){ kind, device, file, after });
	free(text);
	return hop;
}

/* How a kind is made JSON: the whole cell, or each element of a list. */
static const struct {
	struct json_object *(*make)(const char *cell);
	const char *separator;
	/* An empty list is known to be empty. */
	bool may_be_empty;
} makers[] = {
	[VIEW_TEXT] = { json_text },
	[VIEW_NUMBER] = { number_json },
	[VIEW_ID] = { number_json },
	[VIEW_NS] = { number_json },
	[VIEW_TOOK] = { number_json },
	[VIEW_TIME] = { number_json },
	[VIEW_BOOL] = { flag_json },
	[VIEW_PROSE] = { json_text },
	[VIEW_WORDS] = { json_text, ",", true },
	[VIEW_PIDS] = { pid_json, ",", true },
	[VIEW_STACK] = { json_text, ";", false },
	[VIEW_CHAIN] = { hop_json, ";", true },
};

static struct json_object *cell_json(const struct view_column *column,
				     const char *cell)
{
	struct json_object *list;
	char *text, *left;

	if (!cell ||
	    (is_nothing(column, cell) && !makers[column->kind].may_be_empty))
		return NULL;
	if (!makers[column->kind].separator)
		return makers[column->kind].make(cell);
	list = must(json_object_new_array());
	left = text = alloc_copy(cell);
	while (*text && left)
		must_do(json_object_array_add(
			list, makers[column->kind].make(strsep(
				      &left, makers[column->kind].separator))));
	free(text);
	return list;
}

/* Beside NAME_ns, of CLOCK_MONOTONIC, stands NAME_time, as ISO 8601 has it. */
static void add_time(const struct view *view, struct json_object *row,
		     const struct view_column *column, const char *cell)
{
	char *name = alloc_text("%.*s_time", (int)strlen(column->name) - 3,
				column->name);
	struct json_object *json = NULL;
	char text[NUMBER_TEXT];
	uint64_t monotonic;

	if (view->has_clock && !is_nothing(column, cell) &&
	    !number_parse(cell, &monotonic))
		json = json_text(
			number_iso(text, monotonic + view->to_realtime));
	must_do(json_object_object_add(row, name, json));
	free(name);
}

static struct json_object *row_json(const struct view *view,
				    const struct view_column *columns,
				    size_t nr, const char *const *cells)
{
	struct json_object *row = must(json_object_new_object());

	for (size_t i = 0; i < nr; i++) {
		must_do(json_object_object_add(row, columns[i].name,
					       cell_json(&columns[i],
							 cells[i])));
		if (columns[i].kind == VIEW_TIME)
			add_time(view, row, &columns[i], cells[i]);
	}
	return row;
}

static struct libscols_line *row_text(struct libscols_table *text,
				      struct libscols_line *parent,
				      const struct view_column *columns,
				      size_t nr, const char *const *cells)
{
	struct libscols_line *line = must(scols_table_new_line(text, parent));

	for (size_t i = 0; i < nr; i++)
		must_do(scols_line_refer_data(
			line, i, cell_text(&columns[i], cells[i])));
	return line;
}

void view_row(struct view_table *table, const char *const *cells, bool child)
{
	struct libscols_line *line;

	if (table->map) {
		must_do(json_object_object_add(table->json, cells[0],
					       cell_json(&table->columns[1],
							 cells[1])));
		return;
	}
	if (table->json) {
		must_do(json_object_array_add(
			table->json, row_json(table->view, table->columns,
					      table->nr, cells)));
		return;
	}
	line = row_text(table->text, child ? table->parent : NULL,
			table->columns, table->nr, cells);
	if (!child)
		table->parent = line;
}

void view_table_end(struct view_table *table)
{
	if (table->text && scols_table_get_nlines(table->text))
		must_do(scols_print_table(table->text));
	scols_unref_table(table->text);
	free(table);
}

/* A width is kept, with heading or without, when the heading is shorter. */
static double line_width(const struct view_column *column)
{
	size_t length = strlen(column->name) + 1;

	return (double)(length > LINE_WIDTH ? length : LINE_WIDTH);
}

int view_line(struct view *view, const struct view_column *columns, size_t nr,
	      const char *const *cells, bool with_heading)
{
	struct libscols_table *text = new_text(view);

	scols_table_enable_noheadings(text, !with_heading);
	/* Lines stay in line, rather than be squeezed one by one. */
	scols_table_set_termforce(text, SCOLS_TERMFORCE_NEVER);
	for (size_t i = 0; i < nr; i++)
		add_column(text, &columns[i], line_width(&columns[i]),
			   SCOLS_FL_STRICTWIDTH);
	row_text(text, NULL, columns, nr, cells);
	must_do(scols_print_table(text));
	scols_unref_table(text);
	return flush(view);
}

static const char *bound(char text[NUMBER_TEXT], const char *unit,
			 uint64_t value)
{
	if (value == UINT64_MAX)
		return "or more";
	if (!strcmp(unit, "ns"))
		return number_ns_exact(text, value);
	return number_text(text, value);
}

static const char *bar(char text[BAR_WIDTH + 3], uint64_t count, uint64_t most)
{
	/* The scale keeps the product in 64 bits. */
	uint64_t scale = most / (UINT64_MAX / BAR_WIDTH) + 1;
	uint64_t stars = most ? count / scale * BAR_WIDTH / (most / scale) : 0;

	memset(text, ' ', BAR_WIDTH + 2);
	memset(text + 1, '*', stars > BAR_WIDTH ? BAR_WIDTH : (size_t)stars);
	text[0] = text[BAR_WIDTH + 1] = '|';
	text[BAR_WIDTH + 2] = '\0';
	return text;
}

static void bar_rows(struct view *view, const char *unit,
		     const struct view_bucket *buckets, size_t nr)
{
	static const struct view_column columns[] = {
		{ "from", VIEW_NUMBER },  { "", VIEW_TEXT },
		{ "to", VIEW_NUMBER },	  { "", VIEW_TEXT },
		{ "count", VIEW_NUMBER }, { "", VIEW_TEXT },
	};
	char from[NUMBER_TEXT], to[NUMBER_TEXT], count[NUMBER_TEXT];
	char stars[BAR_WIDTH + 3];
	struct libscols_table *text = new_text(view);
	uint64_t most = 0;

	scols_table_enable_noheadings(text, 1);
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		add_column(text, &columns[i], 0, 0);
	for (size_t i = 0; i < nr; i++)
		most = buckets[i].count > most ? buckets[i].count : most;
	for (size_t i = 0; i < nr; i++) {
		number_text(count, buckets[i].count);
		row_text(text, NULL, columns, 6,
			 (const char *[]){
				 bound(from, unit, buckets[i].from), "->",
				 bound(to, unit, buckets[i].to), ":", count,
				 bar(stars, buckets[i].count, most) });
	}
	must_do(scols_print_table(text));
	scols_unref_table(text);
}

static struct json_object *bucket_json(const struct view_bucket *bucket)
{
	static const struct view_column columns[] = {
		{ "from", VIEW_NUMBER },
		{ "to", VIEW_NUMBER },
		{ "count", VIEW_NUMBER },
	};
	char from[NUMBER_TEXT], to[NUMBER_TEXT], count[NUMBER_TEXT];

	return row_json(NULL, columns, 3,
			(const char *[]){ number_text(from, bucket->from),
					  bucket->to == UINT64_MAX ?
						  NULL :
						  number_text(to, bucket->to),
					  number_text(count, bucket->count) });
}

static void bars_json(struct view *view, const char *const words[3],
		      const struct view_bucket *buckets, size_t nr)
{
	static const struct view_column columns[] = {
		{ "name", VIEW_TEXT },
		{ "unit", VIEW_TEXT },
		{ "meaning", VIEW_TEXT },
	};
	struct json_object *hist = row_json(NULL, columns, 3, words);
	struct json_object *rows = must(json_object_new_array());

	for (size_t i = 0; i < nr; i++)
		must_do(json_object_array_add(rows, bucket_json(&buckets[i])));
	must_do(json_object_object_add(hist, "buckets", rows));
	must_do(json_object_array_add(array_of(view, "histograms"), hist));
}

void view_bars(struct view *view, const char *const words[3],
	       const struct view_bucket *buckets, size_t nr)
{
	if (view->json) {
		bars_json(view, words, buckets, nr);
		return;
	}
	view_note(view, "%s, in %s%s%s", words[0], words[1],
		  *words[2] ? ": " : "", words[2]);
	if (nr)
		bar_rows(view, words[1], buckets, nr);
	else
		view_note(view, "  nothing yet");
	fputc('\n', view->out);
}
