// SPDX-License-Identifier: GPL-2.0-only
/*
 * A picture of what took how long, when. Between files that are late by milliseconds
 * there may be hours of nothing: the time is cut at its longest pauses, and each part
 * is drawn in its own scale, below an overview of all.
 */
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/html.h"
#include "lib/number.h"
#include "page/timeline.h"

#define MAX_PARTS 8
#define MIN_PAUSE_NS UINT64_C(50000000)
#define MIN_LENGTH_NS UINT64_C(1000)

/* The longest are drawn. */
#define MAX_SPANS 10

/* Numbers nearer than that would overlap, in percent. */
#define MIN_DISTANCE 2.5

static const struct {
	const char *class;
	const char *title;
} lanes[] = {
#define LANE(id, class, title) { class, title },
	TIMELINE_LANES(LANE)
#undef LANE
};

/**
 * struct part - a part of the time, between two pauses
 * @begin: of its first span
 * @end: of its last one
 * @span: the spans
 * @nr: how many
 */
struct part {
	uint64_t begin;
	uint64_t end;
	const struct timeline_span *span;
	size_t nr;
};

bool timeline_check(struct timeline *timeline, const struct timeline_span *span)
{
	bool possible = span->begin && span->begin <= span->end &&
			span->end <= timeline->to;

	timeline->nr_impossible += !possible;
	return possible;
}

void timeline_add(struct timeline *timeline, const struct timeline_span *span)
{
	timeline->span = alloc_more(timeline->span, timeline->nr,
				    sizeof(*timeline->span));
	timeline->span[timeline->nr++] = *span;
	if (!span->open && span->end > timeline->last_end)
		timeline->last_end = span->end;
}

static int compare_numbers(uint64_t one, uint64_t other)
{
	return (one > other) - (one < other);
}

static int compare_begins(const void *a, const void *b)
{
	const struct timeline_span *one = a, *other = b;

	return compare_numbers(one->begin, other->begin);
}

static int compare_pauses(const void *a, const void *b)
{
	const uint64_t *one = a, *other = b;

	return compare_numbers(*other, *one);
}

/* Processes end all the time: that is shown beside what else happens. */
static bool is_aside(const struct timeline_span *span)
{
	return span->lane == TIMELINE_EXITS;
}

/* What goes on to the end is no pause, unless something else happened meanwhile. */
static uint64_t known_end(const struct timeline *timeline,
			  const struct timeline_span *span)
{
	return span->open && span->begin < timeline->last_end ? span->begin :
								span->end;
}

/* Return: how long nothing happened before a span, by the end of those before. */
static uint64_t pause_before(const struct timeline_span *span, uint64_t end)
{
	return span->begin > end ? span->begin - end : 0;
}

/* Return: the shortest of the pauses at which time is cut. */
static uint64_t find_limit(const struct timeline *timeline)
{
	uint64_t *pause = alloc_array(timeline->nr, sizeof(*pause)), limit;
	uint64_t end = UINT64_MAX;

	for (size_t i = 0; i < timeline->nr; i++) {
		const struct timeline_span *span = &timeline->span[i];

		if (is_aside(span))
			continue;
		pause[i] = pause_before(span, end);
		if (end == UINT64_MAX || known_end(timeline, span) > end)
			end = known_end(timeline, span);
	}
	qsort(pause, timeline->nr, sizeof(*pause), compare_pauses);
	limit = timeline->nr >= MAX_PARTS ? pause[MAX_PARTS - 2] : 0;
	free(pause);
	return limit > MIN_PAUSE_NS ? limit : MIN_PAUSE_NS;
}

/* Return: how many parts there are. */
static size_t find_parts(const struct timeline *timeline,
			 struct part parts[MAX_PARTS])
{
	uint64_t limit = find_limit(timeline);
	struct part *part = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < timeline->nr; i++) {
		const struct timeline_span *span = &timeline->span[i];

		if (is_aside(span))
			continue;
		if (!part || (nr < MAX_PARTS &&
			      pause_before(span, part->end) >= limit)) {
			part = &parts[nr++];
			*part = (struct part){
				.begin = span->begin,
				.end = span->begin + MIN_LENGTH_NS,
				.span = span,
			};
		}
		part->nr = (size_t)(span - part->span) + 1;
		if (known_end(timeline, span) > part->end)
			part->end = known_end(timeline, span);
	}
	return nr;
}

/* Return: where a moment is, in percent. */
static double place(uint64_t begin, uint64_t end, uint64_t when)
{
	if (when <= begin || end <= begin)
		return 0;
	return when >= end ?
		       100 :
		       100 * (double)(when - begin) / (double)(end - begin);
}

static double place_in(const struct part *part, uint64_t when)
{
	return place(part->begin, part->end, when);
}

static void draw_overview(const struct timeline *timeline,
			  const struct part *parts, size_t nr,
			  struct view *view)
{
	double last = -MIN_DISTANCE, begin, end;
	char when[VIEW_WHEN];
	FILE *out = view->out;

	fputs("<svg class=\"overview\" aria-hidden=\"true\" width=\"100%\" "
	      "height=\"34\"><rect class=\"all\" y=\"20\" width=\"100%\" "
	      "height=\"10\"/>\n",
	      out);
	for (size_t i = 0; i < nr; i++) {
		begin = place(timeline->from, timeline->to, parts[i].begin);
		end = place(timeline->from, timeline->to, parts[i].end);
		fprintf(out,
			"<rect class=\"part\" x=\"%.3f%%\" y=\"16\" "
			"width=\"%.3f%%\" height=\"18\"/>"
			"<rect class=\"part\" x=\"%.3f%%\" y=\"16\" "
			"width=\"2\" height=\"18\"/>",
			begin, end - begin, begin);
		if (begin - last >= MIN_DISTANCE) {
			last = begin;
			fprintf(out,
				"<text x=\"%.3f%%\" y=\"12\"%s>%zu</text>\n",
				begin, begin > 95 ? " text-anchor=\"end\"" : "",
				i + 1);
		}
	}
	fputs("</svg>\n<p class=\"ends\"><span>", out);
	html_format(out, "%s %s", view_when(view, timeline->from, when),
		    timeline->from == timeline->span->begin ?
			    "the first of these" :
			    timeline->begun);
	fputs("</span><span>", out);
	html_format(out, "%s recorded", view_when(view, timeline->to, when));
	fputs("</span></p>\n", out);
}

static void draw_axis(const struct part *part, FILE *out)
{
	uint64_t length = part->end - part->begin;
	char text[NUMBER_TEXT];

	fputs("<dt class=\"axis\"></dt><dd class=\"axis\"><svg aria-hidden=\"true\">",
	      out);
	for (unsigned int i = 0; i <= 4; i++) {
		fprintf(out, "<text x=\"%u%%\" y=\"12\"%s>", 25 * i,
			i == 4 ? " text-anchor=\"end\"" :
			i % 2  ? " class=\"odd\"" :
				 "");
		html_format(out, "%s%s", i ? "+" : "",
			    i ? number_ns_short(text, length / 4 * i) : "0");
		fputs("</text>", out);
	}
	fputs("</svg></dd>\n", out);
}

/* From its begin until the first is over, and on until all are. */
static void draw_bar(const struct part *part, const struct timeline_span *span,
		     FILE *out)
{
	double begin = place_in(part, span->begin);
	double first = span->open ? 100 : place_in(part, span->first_end);
	double end = place_in(part, span->end);

	fprintf(out,
		"<rect class=\"during\" x=\"%.3f%%\" y=\"4\" width=\"%.3f%%\" "
		"height=\"8\"/>",
		begin, first - begin);
	fprintf(out,
		"<rect class=\"begin\" x=\"%.3f%%\" width=\"2\" height=\"16\"/>",
		begin);
	if (span->open)
		fputs("<svg class=\"open\" x=\"100%\"><path d=\"M0 1l9 7l-9 7z\"/></svg>",
		      out);
	else
		fprintf(out,
			"<rect class=\"end\" x=\"%.3f%%\" y=\"2\" width=\"%.3f%%\" "
			"height=\"12\"/><rect class=\"end\" x=\"%.3f%%\" y=\"2\" "
			"width=\"3\" height=\"12\"/>",
			first, end - first, end);
}

static void draw_span(const struct part *part, const struct timeline_span *span,
		      struct view *view)
{
	char when[VIEW_WHEN];
	FILE *out = view->out;

	fputs("<dt>", out);
	html_text(out, span->label);
	fputs("<b>", out);
	html_text(out, span->note);
	fputs("</b></dt>", out);
	fprintf(out, "<dd class=\"%s\"><svg aria-hidden=\"true\"><title>",
		lanes[span->lane].class);
	html_format(out, "from %s", view_when(view, span->begin, when));
	if (!span->open)
		html_format(out, " to %s", view_when(view, span->end, when));
	fputs("</title>", out);
	draw_bar(part, span, out);
	fputs("</svg></dd>\n", out);
}

static int compare_lengths(const void *a, const void *b)
{
	const struct timeline_span *const *one = a, *const *other = b;

	return compare_numbers((*other)->end - (*other)->begin,
			       (*one)->end - (*one)->begin);
}

static int compare_places(const void *a, const void *b)
{
	const struct timeline_span *const *one = a, *const *other = b;

	return compare_numbers((*one)->begin, (*other)->begin);
}

/* Spans of a part belong to it, and others happen to be at the same time. */
static bool is_in(const struct part *part, const struct timeline_span *span)
{
	if (is_aside(span))
		return span->begin <= part->end && span->end >= part->begin;
	return span >= part->span && span < part->span + part->nr;
}

static void draw_lane(const struct timeline *timeline, const struct part *part,
		      enum timeline_lane lane, struct view *view)
{
	const struct timeline_span **span =
		alloc_array(timeline->nr, sizeof(struct timeline_span *));
	size_t nr = 0, shown;

	for (size_t i = 0; i < timeline->nr; i++)
		if (timeline->span[i].lane == lane &&
		    is_in(part, &timeline->span[i]))
			span[nr++] = &timeline->span[i];
	shown = nr < MAX_SPANS ? nr : MAX_SPANS;
	qsort(span, nr, sizeof(struct timeline_span *), compare_lengths);
	qsort(span, shown, sizeof(struct timeline_span *), compare_places);
	if (nr)
		fprintf(view->out,
			"<dt class=\"lane\">%s</dt><dd class=\"lane\"></dd>\n",
			lanes[lane].title);
	for (size_t i = 0; i < shown; i++)
		draw_span(part, span[i], view);
	if (nr > shown)
		fprintf(view->out,
			"<dt class=\"more\">not drawn: %zu shorter ones</dt>"
			"<dd class=\"lane\"></dd>\n",
			nr - shown);
	free(span);
}

static void draw_part(const struct timeline *timeline, const struct part *part,
		      size_t number, struct view *view)
{
	char when[VIEW_WHEN], length[NUMBER_TEXT];

	number_ns_short(length, part->end - part->begin);
	fputs("<figure class=\"part\"><figcaption>", view->out);
	fprintf(view->out, "<b>%zu</b> ", number);
	html_format(view->out, "from %s, for %s",
		    view_when(view, part->begin, when), length);
	fputs("</figcaption>\n<dl class=\"lanes\">\n", view->out);
	draw_axis(part, view->out);
	for (int lane = 0; lane < TIMELINE_NR_LANES; lane++)
		draw_lane(timeline, part, lane, view);
	fputs("</dl></figure>\n", view->out);
}

void timeline_draw(struct timeline *timeline, struct view *view)
{
	struct part parts[MAX_PARTS];
	char count[NUMBER_TEXT];
	size_t nr;

	if (timeline->nr_impossible)
		view_note(view, "Not drawn, as their times are impossible: %s.",
			  number_count(count, timeline->nr_impossible, "row"));
	if (timeline->nr)
		qsort(timeline->span, timeline->nr, sizeof(*timeline->span),
		      compare_begins);
	nr = find_parts(timeline, parts);
	if (!nr) {
		view_note(view, "There is nothing to draw.");
		return;
	}
	/* Switched off, nothing counts for how long it did. */
	if (timeline->from > timeline->span->begin)
		timeline->from = timeline->span->begin;
	draw_overview(timeline, parts, nr, view);
	for (size_t i = 0; i < nr; i++)
		draw_part(timeline, &parts[i], i + 1, view);
}

void timeline_free(struct timeline *timeline)
{
	for (size_t i = 0; i < timeline->nr; i++) {
		free(timeline->span[i].label);
		free(timeline->span[i].note);
	}
	free(timeline->span);
	*timeline = (struct timeline){ 0 };
}
