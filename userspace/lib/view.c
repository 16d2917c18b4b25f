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

#include <dfput/abi.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/html.h"
#include "lib/number.h"
#include "lib/sanitize.h"
#include "lib/screen.h"
#include "lib/view.h"

#define BAR_WIDTH 40
#define LINE_WIDTH 7
#define TREE_WIDTH 2

/* Of a sentence's lines but the first. */
#define INDENT 2

/* Columns are not made narrower than that. */
#define MIN_NAME 8
#define MIN_PROSE 20

/* So many rows of a table are printed at once; and so many are on a page. */
#define MAX_ROWS 1024
#define MAX_PAGE_ROWS 100

/* Of a line of a summary. */
#define FACT_WIDTH 11

/* More empty buckets than that are one row of a histogram. */
#define MAX_EMPTY 2

struct view_table {
	struct view *view;
	const struct view_column *columns;
	size_t shown[VIEW_MAX_COLUMNS];
	size_t nr;
	/* Columns were asked for; and no others are shown. */
	bool asked;
	bool listed;
	struct libscols_table *text;
	struct libscols_line *parent;
	struct json_object *json;
	bool map;
	/* Of a page. */
	const char *name;
	size_t nr_rows;
};

static void must_do(int err)
{
	if (err < 0)
		must(NULL);
}

/* Return: its columns, 0 if they are not known. */
static size_t width_of(const struct view *view)
{
	return view->width ? view->width : screen_width(view->out);
}

static size_t room_on(const struct view *view)
{
	size_t screen = width_of(view);

	return screen ? screen : SIZE_MAX;
}

static void print_sentence(struct view *view, size_t room, size_t indent,
			   const char *format, va_list args)
{
	char *text, *safe, *wrapped;

	if (view->json || view->format.raw)
		return;
	text = alloc_vtext(format, args);
	if (view->html) {
		html_paragraph(view->out, "note", text);
		free(text);
		return;
	}
	safe = safe_text(text);
	wrapped = screen_wrap(safe, room, indent);
	fprintf(view->out, "%s\n", wrapped);
	free(wrapped);
	free(safe);
	free(text);
}

void view_log(struct view *view, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_sentence(view, SIZE_MAX, 0, format, args);
	va_end(args);
}

void view_note(struct view *view, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_sentence(view, room_on(view), INDENT, format, args);
	va_end(args);
}

void view_paragraph(struct view *view, size_t indent, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print_sentence(view, room_on(view), indent, format, args);
	va_end(args);
}

void view_fact(struct view *view, const char *label, const char *text)
{
	if (!view->html) {
		view_paragraph(view, FACT_WIDTH, "%-*s%s", FACT_WIDTH, label,
			       text);
		return;
	}
	fputs("<dt>", view->out);
	html_text(view->out, label);
	fputs("</dt><dd>", view->out);
	html_text(view->out, text);
	fputs("</dd>\n", view->out);
}

void view_verdict(struct view *view, enum color color, const char *format, ...)
{
	static const char *const classes[] = {
		[COLOR_GOOD] = "good",
		[COLOR_BAD] = "bad",
		[COLOR_UNSURE] = "unsure",
	};
	va_list args;

	if (view->json || view->format.raw)
		return;
	if (view->html)
		fprintf(view->out, "<div class=\"%s\">", classes[color]);
	else
		fputs(color_begin(view->out, color), view->out);
	va_start(args, format);
	print_sentence(view, room_on(view), INDENT, format, args);
	va_end(args);
	fputs(view->html ? "</div>\n" : color_end(view->out), view->out);
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
static void print_json(FILE *out, struct json_object *json, int flags,
		       const char *newline)
{
	const char *text =
		must((char *)json_object_to_json_string_ext(json, flags));
	const unsigned char *byte;

	for (byte = (const unsigned char *)text; *byte; byte++)
		if (*byte >= 0x7f)
			byte = print_escaped(out, byte);
		else if (*byte == '\n')
			fputs(newline, out);
		else
			putc_unlocked(*byte, out);
}

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define PRETTY (JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Prints the elements that a list has now, and forgets them. */
static void print_elements(struct view *view, struct json_object *list)
{
	size_t nr = json_object_array_length(list);

	for (size_t i = 0; i < nr; i++) {
		fputs(view->nr_elements++ ? ",\n    " : "[\n    ", view->out);
		print_json(view->out, json_object_array_get_idx(list, i), PLAIN,
			   "\n    ");
	}
	if (nr)
		must_do(json_object_array_del_idx(list, 0, nr));
}

static void print_member(struct view *view, const char *name,
			 struct json_object *json, bool whole)
{
	if (!view->nr_elements)
		fprintf(view->out,
			"%s\n  \"%s\":", view->nr_printed ? "," : "{", name);
	if (json_object_is_type(json, json_type_array)) {
		print_elements(view, json);
		if (!whole)
			return;
		fputs(view->nr_elements ? "\n  ]" : "[]", view->out);
		view->nr_elements = 0;
	} else {
		print_json(view->out, json, PRETTY, "\n  ");
	}
	view->nr_printed++;
}

/* What of the document is not printed yet; more elements of its last may come. */
static void print_members(struct view *view, bool whole)
{
	int nr = 0;

	json_object_object_foreach(view->root, name, json) {
		if (nr++ >= view->nr_printed)
			print_member(view, name, json,
				     whole || json != view->last);
	}
}

void view_begin(struct view *view, FILE *out, bool json)
{
	*view = (struct view){ .out = out, .json = json };
}

void view_discard(struct view *view)
{
	json_object_put(view->root);
	view->root = view->last = NULL;
	view->is_judged = false;
	view->nr_printed = 0;
	view->nr_elements = 0;
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

int view_repeat(struct view *view)
{
	print_json(view->out, view->root, PLAIN, "\n");
	putc('\n', view->out);
	return flush(view);
}

int view_next(struct view *view)
{
	int err = view_repeat(view);

	view_discard(view);
	return err;
}

int view_end(struct view *view)
{
	if (view->root) {
		print_members(view, true);
		fputs("\n}\n", view->out);
	}
	view_discard(view);
	return flush(view);
}

static void add(struct view *view, const char *name, struct json_object *json)
{
	if (!view->root)
		view->root = must(json_object_new_object());
	must_do(json_object_object_add(view->root, name, json));
	view->last = json;
}

int view_members(const struct view *view)
{
	return view->root ? json_object_object_length(view->root) : 0;
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

/* A member, which is made if it is not there. */
static struct json_object *member_of(struct view *view, const char *name,
				     struct json_object *(*make)(void))
{
	struct json_object *member;

	if (view->root && json_object_object_get_ex(view->root, name, &member))
		return member;
	member = must(make());
	add(view, name, member);
	return member;
}

static struct json_object *row_json(const struct view *view,
				    const struct view_column *columns,
				    const size_t *shown, size_t nr,
				    const char *const *cells);

void view_object(struct view *view, const char *name,
		 const struct view_column *columns, size_t nr,
		 const char *const *cells)
{
	if (view->json)
		add(view, name, row_json(view, columns, NULL, nr, cells));
}

void view_texts(struct view *view, const char *name, const char *text)
{
	struct json_object *array;

	if (!view->json)
		return;
	array = member_of(view, name, json_object_new_array);
	if (text)
		must_do(json_object_array_add(array, json_text(text)));
}

/* AGE for age_ns: the unit stands in the cells. ORIGIN for origin_name. */
static size_t heading_length(const char *name)
{
	static const char *const dropped[] = { "_ns", "_name" };
	size_t length = strlen(name), end;

	for (size_t i = 0; i < NR(dropped); i++) {
		end = strlen(dropped[i]);
		if (length > end && !strcmp(name + length - end, dropped[i]))
			return length - end;
	}
	return length;
}

/* Raw, it is the column's name; but a time by the clock is NAME_time, as in JSON. */
static char *heading(const struct view *view, const struct view_column *column)
{
	const char *name = column->name;
	bool time = (column->kind & ~VIEW_MORE) == VIEW_TIME && view->has_clock;
	char *text, *at;

	text = alloc_text("%.*s%s",
			  (int)(view->format.raw && !time ?
					strlen(name) :
					heading_length(name)),
			  name, view->format.raw && time ? "_time" : "");
	for (at = text; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return text;
}

/* NAME_time, as JSON has it, of NAME_ns. */
static bool is_time_of(const struct view_column *column, const char *name,
		       size_t length)
{
	size_t stem = heading_length(column->name);

	return (column->kind & ~VIEW_MORE) == VIEW_TIME &&
	       length == stem + strlen("_time") &&
	       !strncasecmp(name + stem, "_time", strlen("_time"));
}

size_t view_find_column(const struct view_column *columns, size_t nr,
			const char *name, size_t length)
{
	size_t i, found = nr;

	for (i = 0; i < nr; i++) {
		size_t stem = heading_length(columns[i].name);

		if (strncasecmp(columns[i].name, name,
				length < stem ? length : stem))
			continue;
		if (!strncasecmp(columns[i].name, name, length) &&
		    !columns[i].name[length])
			return i;
		if (found == nr && (length == heading_length(columns[i].name) ||
				    is_time_of(&columns[i], name, length)))
			found = i;
	}
	return found;
}

/* Those of a list; without one, those that are shown anyway. */
static const char *choose_columns(const struct view_column *columns, size_t nr,
				  const char *list, bool all, size_t *shown,
				  size_t *nr_shown)
{
	bool adds = list && *list == '+';
	size_t length, found, i;

	*nr_shown = 0;
	if (!list || adds || !strcasecmp(list, "all"))
		for (i = 0; i < nr; i++)
			if (all || !(columns[i].kind & VIEW_MORE) ||
			    (list && !adds))
				shown[(*nr_shown)++] = i;
	if (!list || !strcasecmp(list, "all"))
		return NULL;
	for (;; list += length + 1) {
		list += adds && *list == '+';
		length = strcspn(list, ",");
		found = view_find_column(columns, nr, list, length);
		if (found == nr)
			return list;
		for (i = 0; i < *nr_shown && shown[i] != found;)
			i++;
		if (i == *nr_shown)
			shown[(*nr_shown)++] = found;
		if (!list[length])
			return NULL;
	}
}

const char *view_check_columns(const struct view_column *columns, size_t nr,
			       const char *list)
{
	size_t shown[VIEW_MAX_COLUMNS], nr_shown;

	return choose_columns(columns, nr, list, false, shown, &nr_shown);
}

static enum view_kind kind_of(const struct view_column *column)
{
	return column->kind & ~VIEW_MORE;
}

static struct libscols_table *new_text(struct view *view)
{
	struct libscols_table *text = must(scols_new_table());

	must_do(scols_table_set_stream(text, view->out));
	scols_table_enable_raw(text, view->format.raw);
	/* What is not raw is harmless: see cell_text(). */
	scols_table_enable_noencoding(text, !view->format.raw);
	/* The width of the screen is dealt with here: see fit_screen(). */
	scols_table_set_termforce(text, SCOLS_TERMFORCE_NEVER);
	return text;
}

static void add_column(const struct view *view, struct libscols_table *text,
		       const struct view_column *column, double width,
		       int flags)
{
	char *name = heading(view, column);

	if (view_is_number(column->kind))
		flags |= SCOLS_FL_RIGHT;
	must(scols_table_new_column(text, name, width, flags));
	free(name);
}

static void init_table(struct view_table *table, struct view *view,
		       const char *name, const struct view_column *columns,
		       size_t nr, const char *list)
{
	*table = (struct view_table){
		.view = view,
		.name = name,
		.columns = columns,
		.asked = list,
		.listed = list && *list != '+' && strcasecmp(list, "all"),
	};
	choose_columns(columns, nr, list, view->json, table->shown, &table->nr);
}

struct view_table *view_table_begin(struct view *view, const char *name,
				    const struct view_column *columns,
				    size_t nr, enum view_shape shape)
{
	struct view_table *table = alloc_array(1, sizeof(*table));
	const struct view_format *format = &view->format;
	bool own = format->table && !strcmp(name, format->table), tree;

	init_table(table, view, name, columns, nr,
		   own ? format->columns : NULL);
	if (view->json) {
		table->map = shape == VIEW_MAP;
		table->json = member_of(view, name,
					table->map ? json_object_new_object :
						     json_object_new_array);
		return table;
	}
	if (view->html)
		return table;
	table->text = new_text(view);
	scols_table_enable_noheadings(table->text, format->headless);
	tree = shape == VIEW_MAP && !table->shown[0] && !format->raw;
	for (size_t i = 0; i < table->nr; i++)
		add_column(view, table->text, &columns[table->shown[i]], 0,
			   tree && !i ? SCOLS_FL_TREE : 0);
	return table;
}

/* What 0 stands for nothing in. */
static bool is_nothing(const struct view_column *column, const char *cell)
{
	enum view_kind kind = kind_of(column);

	return !cell || !*cell ||
	       ((kind == VIEW_ID || kind == VIEW_TOOK || kind == VIEW_TIME) &&
		!strcmp(cell, "0"));
}

const char *view_when(const struct view *view, uint64_t monotonic,
		      char text[VIEW_WHEN])
{
	char time[NUMBER_TEXT], ago[NUMBER_TEXT];

	if (view->html) {
		/* 2026-11-26T07:11:34.123456789Z */
		number_iso(time, monotonic + view->to_realtime);
		snprintf(text, VIEW_WHEN, "%.5s %.12s", time + 5, time + 11);
		return text;
	}
	number_time_short(time, monotonic + view->to_realtime);
	if (view->now > monotonic)
		snprintf(text, VIEW_WHEN, "%s (%s)", time,
			 number_ago(ago, view->now - monotonic));
	else
		snprintf(text, VIEW_WHEN, "%s", time);
	return text;
}

static const char *time_text(const struct view *view, const char *cell,
			     char text[VIEW_WHEN])
{
	uint64_t monotonic;

	if (!view->has_clock || number_parse(cell, &monotonic))
		return cell;
	if (view->format.raw)
		return number_iso(text, monotonic + view->to_realtime);
	return view_when(view, monotonic, text);
}

/* Raw cells are made harmless by libsmartcols, those of a page by html.h. */
static char *cell_text(const struct view *view,
		       const struct view_column *column, const char *cell)
{
	enum view_kind kind = kind_of(column);
	bool raw = view->format.raw;
	char text[VIEW_WHEN];
	uint64_t number;

	if (is_nothing(column, cell))
		cell = "-";
	else if (kind == VIEW_TIME)
		cell = time_text(view, cell, text);
	else if (kind == VIEW_BOOL && !raw)
		cell = strcmp(cell, "0") ? "yes" : "no";
	else if ((kind == VIEW_NS || kind == VIEW_TOOK) && !raw &&
		 !number_parse(cell, &number))
		cell = number_ns_short(text, number);
	return raw || view->html ? alloc_copy(cell) : safe_text(cell);
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

	hop = row_json(NULL, columns, NULL, 4,
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
	[VIEW_NAME] = { json_text },
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
	enum view_kind kind = kind_of(column);
	struct json_object *list;
	char *text, *left;

	if (!cell || (is_nothing(column, cell) && !makers[kind].may_be_empty))
		return NULL;
	if (!makers[kind].separator)
		return makers[kind].make(cell);
	list = must(json_object_new_array());
	left = text = alloc_copy(cell);
	while (*text && left)
		must_do(json_object_array_add(
			list, makers[kind].make(
				      strsep(&left, makers[kind].separator))));
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

	if (view && view->has_clock && !is_nothing(column, cell) &&
	    !number_parse(cell, &monotonic))
		json = json_text(
			number_iso(text, monotonic + view->to_realtime));
	must_do(json_object_object_add(row, name, json));
	free(name);
}

static struct json_object *row_json(const struct view *view,
				    const struct view_column *columns,
				    const size_t *shown, size_t nr,
				    const char *const *cells)
{
	struct json_object *row = must(json_object_new_object());
	size_t column;

	for (size_t i = 0; i < nr; i++) {
		column = shown ? shown[i] : i;
		must_do(json_object_object_add_ex(
			row, columns[column].name,
			cell_json(&columns[column], cells[column]),
			JSON_C_OBJECT_ADD_KEY_IS_NEW |
				JSON_C_OBJECT_KEY_IS_CONSTANT));
		if (kind_of(&columns[column]) == VIEW_TIME)
			add_time(view, row, &columns[column], cells[column]);
	}
	return row;
}

static void row_text(struct view_table *table, const char *const *cells,
		     bool child)
{
	struct libscols_line *line = must(scols_table_new_line(
		table->text, child ? table->parent : NULL));

	for (size_t i = 0; i < table->nr; i++)
		must_do(scols_line_refer_data(
			line, i,
			cell_text(table->view, &table->columns[table->shown[i]],
				  cells[table->shown[i]])));
	if (!child)
		table->parent = line;
}

static const char *class_of(const struct view_column *column)
{
	switch (kind_of(column)) {
	case VIEW_PROSE:
	case VIEW_STACK:
	case VIEW_CHAIN:
		return "long";
	default:
		return view_is_number(column->kind) ? "num" : NULL;
	}
}

static void headings_html(const struct view_table *table)
{
	const struct view_column *column;
	char *name;

	html_table_begin(table->view->out, table->name);
	for (size_t i = 0; i < table->nr; i++) {
		column = &table->columns[table->shown[i]];
		name = heading(table->view, column);
		html_heading(table->view->out, class_of(column), name);
		free(name);
	}
	fputs("</tr>\n", table->view->out);
}

static void row_html(struct view_table *table, const char *const *cells,
		     bool child)
{
	FILE *out = table->view->out;
	const struct view_column *column;
	char *text;

	if (table->nr_rows++ >= MAX_PAGE_ROWS)
		return;
	if (table->nr_rows == 1)
		headings_html(table);
	fputs(child ? "<tr class=\"child\">" : "<tr>", out);
	for (size_t i = 0; i < table->nr; i++) {
		column = &table->columns[table->shown[i]];
		text = cell_text(table->view, column, cells[table->shown[i]]);
		html_cell(out, class_of(column), text);
		free(text);
	}
	fputs("</tr>\n", out);
}

static void end_html(const struct view_table *table)
{
	char count[NUMBER_TEXT];

	if (table->nr_rows)
		html_table_end(table->view->out);
	if (table->nr_rows > MAX_PAGE_ROWS)
		view_note(table->view, "Left out here: %s more.",
			  number_count(count, table->nr_rows - MAX_PAGE_ROWS,
				       "row"));
}

static const char *cell_data(struct libscols_line *line, size_t column)
{
	return scols_cell_get_data(scols_line_get_cell(line, column));
}

static void measure_line(struct view_table *table, struct libscols_line *line,
			 size_t *width)
{
	size_t cell;

	for (size_t i = 0; i < table->nr; i++) {
		cell = screen_text_width(cell_data(line, i));
		if (!i && scols_line_get_parent(line))
			cell += TREE_WIDTH;
		width[i] = cell > width[i] ? cell : width[i];
	}
}

/* Return: of the whole table. No column becomes narrower than it was. */
static size_t measure_columns(struct view_table *table,
			      struct libscols_iter *iter, size_t *width)
{
	size_t total = table->nr - 1;
	struct libscols_column *column;
	struct libscols_line *line;

	for (size_t i = 0; i < table->nr; i++) {
		column = scols_table_get_column(table->text, i);
		width[i] = screen_text_width(
			scols_cell_get_data(scols_column_get_header(column)));
		if (width[i] < scols_column_get_whint(column))
			width[i] = (size_t)scols_column_get_whint(column);
	}
	scols_reset_iter(iter, SCOLS_ITER_FORWARD);
	while (!scols_table_next_line(table->text, iter, &line))
		measure_line(table, line, width);
	for (size_t i = 0; i < table->nr; i++)
		total += width[i];
	return total;
}

static size_t least_width(const struct view_column *column)
{
	switch (kind_of(column)) {
	case VIEW_NAME:
	case VIEW_WORDS:
	case VIEW_STACK:
	case VIEW_CHAIN:
		return MIN_NAME;
	case VIEW_PROSE:
		return MIN_PROSE;
	default:
		return SIZE_MAX;
	}
}

/* The widest of those that can be narrower still; or as many as there are. */
static size_t find_widest(const struct view_table *table, const size_t *width)
{
	size_t widest = table->nr;

	for (size_t i = 0; i < table->nr; i++)
		if (width[i] > least_width(&table->columns[table->shown[i]]) &&
		    (widest == table->nr || width[i] > width[widest]))
			widest = i;
	return widest;
}

static void narrow_column(struct view_table *table, struct libscols_iter *iter,
			  size_t i, size_t width)
{
	bool prose = kind_of(&table->columns[table->shown[i]]) == VIEW_PROSE;
	struct libscols_column *column = scols_table_get_column(table->text, i);
	struct libscols_line *line;
	const char *text;

	if (prose) {
		scols_column_set_flags(column, scols_column_get_flags(column) |
						       SCOLS_FL_WRAP);
		scols_column_set_wrapfunc(column, scols_wrapnl_chunksize,
					  scols_wrapnl_nextchunk, NULL);
		must_do(scols_column_set_safechars(column, "\n"));
	}
	scols_reset_iter(iter, SCOLS_ITER_FORWARD);
	while (!scols_table_next_line(table->text, iter, &line)) {
		text = cell_data(line, i);
		scols_line_refer_data(line, i,
				      prose ? screen_wrap(text, width, 0) :
					      screen_cut(text, width));
	}
}

/* Leaves of times only what the clock said. */
static void drop_agos(struct view_table *table, struct libscols_iter *iter)
{
	struct libscols_line *line;
	char *text, *ago;

	scols_reset_iter(iter, SCOLS_ITER_FORWARD);
	while (!scols_table_next_line(table->text, iter, &line))
		for (size_t i = 0; i < table->nr; i++) {
			if (kind_of(&table->columns[table->shown[i]]) !=
			    VIEW_TIME)
				continue;
			text = alloc_copy(cell_data(line, i));
			ago = strstr(text, " (");
			if (ago)
				*ago = '\0';
			scols_line_refer_data(line, i, text);
		}
}

/*
 * Who lists columns wants them whole; who adds some, if the table can not be made to
 * fit.
 */
static bool may_narrow(const struct view_table *table, bool fits)
{
	return !table->asked || (!table->listed && fits);
}

/*
 * libsmartcols can cut too, but shows no ellipsis, and wraps inside words. Where no
 * screen is known, grep(1) or less(1) reads: nothing is cut.
 */
static void fit_screen(struct view_table *table)
{
	struct libscols_iter *iter = must(scols_new_iter(SCOLS_ITER_FORWARD));
	size_t room = room_on(table->view), widest, width[VIEW_MAX_COLUMNS];
	size_t total = measure_columns(table, iter, width);
	bool narrowed[VIEW_MAX_COLUMNS] = { 0 };

	if (table->asked || room == SIZE_MAX || total > room) {
		drop_agos(table, iter);
		total = measure_columns(table, iter, width);
	}
	while (total > room &&
	       (widest = find_widest(table, width)) < table->nr) {
		narrowed[widest] = true;
		width[widest]--;
		total--;
	}
	if (may_narrow(table, total <= room))
		for (size_t i = 0; i < table->nr; i++)
			if (narrowed[i])
				narrow_column(table, iter, i, width[i]);
	scols_free_iter(iter);
}

/* libsmartcols fills up the lines of a row whose last cell has fewer than others. */
static void print_lines(char *text, FILE *out)
{
	char *line;
	size_t length;

	while ((line = strsep(&text, "\n"))) {
		length = strlen(line);
		while (length && line[length - 1] == ' ')
			length--;
		if (text || *line)
			fprintf(out, "%.*s\n", (int)length, line);
	}
}

static void print_table(struct view_table *table)
{
	struct libscols_column *column;
	char *text;

	if (!table->view->format.raw)
		fit_screen(table);
	must_do(scols_print_table_to_string(table->text, &text));
	print_lines(text, table->view->out);
	free(text);
	scols_table_remove_lines(table->text);
	scols_table_enable_noheadings(table->text, 1);
	for (size_t i = 0; i < table->nr; i++) {
		column = scols_table_get_column(table->text, i);
		scols_column_set_whint(column,
				       (double)scols_column_get_width(column));
	}
}

void view_row(struct view_table *table, const char *const *cells, bool child)
{
	struct view *view = table->view;

	if (table->map) {
		must_do(json_object_object_add(table->json, cells[0],
					       cell_json(&table->columns[1],
							 cells[1])));
	} else if (table->json) {
		must_do(json_object_array_add(
			table->json, row_json(view, table->columns,
					      table->shown, table->nr, cells)));
		if (!view->by_line && view->last == table->json &&
		    json_object_array_length(table->json) == MAX_ROWS)
			print_members(view, false);
	} else if (view->html) {
		row_html(table, cells, child);
	} else {
		if (!child && scols_table_get_nlines(table->text) >= MAX_ROWS)
			print_table(table);
		row_text(table, cells, child);
	}
}

void view_table_discard(struct view_table *table)
{
	scols_unref_table(table->text);
	free(table);
}

void view_table_end(struct view_table *table)
{
	if (table->text && scols_table_get_nlines(table->text))
		print_table(table);
	if (table->view->html)
		end_html(table);
	view_table_discard(table);
}

/*
 * All lines have the same widths, with heading or without: that of the heading, which
 * libsmartcols keeps unless it is strict, or if that is shorter LINE_WIDTH.
 */
static int line_flags(const struct view_column *column)
{
	return heading_length(column->name) < LINE_WIDTH ?
		       SCOLS_FL_STRICTWIDTH :
		       0;
}

int view_line(struct view *view, const struct view_column *columns, size_t nr,
	      const char *const *cells, bool with_heading)
{
	struct view_table table;

	init_table(&table, view, NULL, columns, nr, view->format.columns);
	table.text = new_text(view);
	scols_table_enable_noheadings(table.text,
				      !with_heading || view->format.headless);
	for (size_t i = 0; i < table.nr; i++)
		add_column(view, table.text, &columns[table.shown[i]],
			   LINE_WIDTH, line_flags(&columns[table.shown[i]]));
	row_text(&table, cells, false);
	must_do(scols_print_table(table.text));
	scols_unref_table(table.text);
	return flush(view);
}

static const char *bound(char text[NUMBER_TEXT], const char *unit,
			 uint64_t value)
{
	if (value == UINT64_MAX)
		return "or more";
	if (!strcmp(unit, "ns"))
		return number_ns_short(text, value);
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

static size_t count_empty(const struct view_bucket *buckets, size_t nr)
{
	size_t empty = 0;

	while (empty < nr && !buckets[empty].count)
		empty++;
	return empty;
}

static uint64_t find_most(const struct view_bucket *buckets, size_t nr)
{
	uint64_t most = 0;

	for (size_t i = 0; i < nr; i++)
		most = buckets[i].count > most ? buckets[i].count : most;
	return most;
}

/* One row: of a bucket, or of many empty ones. */
struct bar {
	const char *from;
	const char *to;
	uint64_t count;
	char text[2][NUMBER_TEXT];
};

/* Return: how many buckets the row is of. */
static size_t next_bar(struct bar *row, const char *unit,
		       const struct view_bucket *buckets, size_t nr)
{
	size_t empty = count_empty(buckets, nr);
	size_t taken = empty > MAX_EMPTY ? empty : 1;

	row->from = bound(row->text[0], unit, buckets[0].from);
	row->to = bound(row->text[1], unit, buckets[taken - 1].to);
	row->count = buckets[0].count;
	return taken;
}

static void bar_rows(struct view *view, const char *unit,
		     const struct view_bucket *buckets, size_t nr)
{
	static const struct view_column columns[] = {
		{ "from", VIEW_NUMBER },  { "", VIEW_TEXT },
		{ "to", VIEW_NUMBER },	  { "", VIEW_TEXT },
		{ "count", VIEW_NUMBER }, { "", VIEW_TEXT },
	};
	char count[NUMBER_TEXT], stars[BAR_WIDTH + 3];
	uint64_t most = find_most(buckets, nr);
	struct view_table table;
	struct bar row;

	init_table(&table, view, NULL, columns, 6, NULL);
	table.text = new_text(view);
	scols_table_enable_noheadings(table.text, 1);
	for (size_t i = 0; i < table.nr; i++)
		add_column(view, table.text, &columns[i], 0, 0);
	for (size_t i = 0; i < nr;) {
		i += next_bar(&row, unit, buckets + i, nr - i);
		row_text(&table,
			 (const char *[]){ row.from, "->", row.to, ":",
					   number_text(count, row.count),
					   bar(stars, row.count, most) },
			 false);
	}
	must_do(scols_print_table(table.text));
	scols_unref_table(table.text);
}

static void bars_html(struct view *view, const char *const words[3],
		      const struct view_bucket *buckets, size_t nr)
{
	uint64_t most = find_most(buckets, nr);
	struct bar row;

	html_bars_begin(view->out, words[0], words[2]);
	if (!nr)
		html_bars_none(view->out);
	for (size_t i = 0; i < nr;) {
		i += next_bar(&row, words[1], buckets + i, nr - i);
		html_bar(view->out, row.from, row.to, row.count, most);
	}
	html_bars_end(view->out);
}

static struct json_object *bucket_json(const struct view_bucket *bucket)
{
	static const struct view_column columns[] = {
		{ "from", VIEW_NUMBER },
		{ "to", VIEW_NUMBER },
		{ "count", VIEW_NUMBER },
	};
	char from[NUMBER_TEXT], to[NUMBER_TEXT], count[NUMBER_TEXT];

	return row_json(NULL, columns, NULL, 3,
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
	struct json_object *hist = row_json(NULL, columns, NULL, 3, words);
	struct json_object *rows = must(json_object_new_array());

	for (size_t i = 0; i < nr; i++)
		must_do(json_object_array_add(rows, bucket_json(&buckets[i])));
	must_do(json_object_object_add(hist, "buckets", rows));
	must_do(json_object_array_add(
		member_of(view, "histograms", json_object_new_array), hist));
}

void view_bars(struct view *view, const char *const words[3],
	       const struct view_bucket *buckets, size_t nr)
{
	bool ns;

	if (view->json || view->html) {
		(view->json ? bars_json : bars_html)(view, words, buckets, nr);
		return;
	}
	/* Times have their unit beside them. */
	ns = !strcmp(words[1], "ns");
	view_note(view, "%s%s%s%s%s", words[0], ns ? "" : ", in ",
		  ns ? "" : words[1], *words[2] ? ": " : "", words[2]);
	if (nr)
		bar_rows(view, words[1], buckets, nr);
	else
		view_note(view, "  no values");
}
