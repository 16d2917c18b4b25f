// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flame graph of call paths.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/html.h"
#include "lib/number.h"
#include "page/flame.h"

/* Of a function's box, in pixels. */
#define HEIGHT 20

/* What is above that is not drawn, and so is what is narrower, in percent. */
#define MAX_DEPTH 48
#define MIN_WIDTH 0.05

/* As many colours as there are causes: page.css has them. */
#define NR_COLORS 5

static struct flame *find_above(struct flame *flame, const char *name,
				size_t length)
{
	struct flame **at = &flame->above;

	for (; *at; at = &(*at)->next)
		if (!strncmp((*at)->name, name, length) && !(*at)->name[length])
			return *at;
	*at = alloc_array(1, sizeof(**at));
	(*at)->name = alloc_text("%.*s", (int)length, name);
	return *at;
}

void flame_add(struct flame *flame, const char *folded, uint64_t count)
{
	size_t length;

	flame->count += (double)count;
	for (; *folded; folded += length + (folded[length] == ';')) {
		length = strcspn(folded, ";");
		flame = find_above(flame, folded, length);
		flame->count += (double)count;
	}
}

static int find_depth(const struct flame *flame)
{
	int depth = 0, above;

	for (flame = flame->above; flame; flame = flame->next) {
		above = 1 + find_depth(flame);
		depth = above > depth ? above : depth;
	}
	return depth;
}

/**
 * struct canvas - what a flame graph is drawn on
 * @out: the page
 * @depth: how many boxes are drawn one above the other
 * @all: the count that is as wide as the canvas
 * @nr_left_out: functions that are not drawn
 */
struct canvas {
	FILE *out;
	int depth;
	double all;
	size_t nr_left_out;
};

static void draw_box(const struct canvas *canvas, const struct flame *flame,
		     double x, int depth, int color)
{
	double width = 100 * flame->count / canvas->all;

	fprintf(canvas->out,
		"<svg class=\"c%d\" x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" "
		"height=\"%d\"><title>",
		color, x, (canvas->depth - depth - 1) * HEIGHT, width,
		HEIGHT - 1);
	html_text(canvas->out, flame->name);
	html_format(canvas->out, ": %.0f of %.0f files", flame->count,
		    canvas->all);
	fputs("</title><rect width=\"100%\" height=\"100%\"/><text x=\"4\" y=\"14\">",
	      canvas->out);
	html_text(canvas->out, flame->name);
	fputs("</text></svg>\n", canvas->out);
}

/* Those that were called by one function, which begins at @x. */
static void draw_above(struct canvas *canvas, const struct flame *flame,
		       double x, int depth, int color)
{
	double width;

	for (flame = flame->above; flame; flame = flame->next) {
		width = 100 * flame->count / canvas->all;
		if (depth >= canvas->depth || width < MIN_WIDTH) {
			canvas->nr_left_out++;
		} else {
			draw_box(canvas, flame, x, depth, color);
			draw_above(canvas, flame, x, depth + 1, color);
		}
		x += width;
		if (!depth)
			color = (color + 1) % NR_COLORS;
	}
}

void flame_draw(const struct flame *flame, FILE *out)
{
	int depth = find_depth(flame);
	struct canvas canvas = {
		.out = out,
		.depth = depth > MAX_DEPTH ? MAX_DEPTH : depth,
		.all = flame->count,
	};
	char count[NUMBER_TEXT];

	if (!(flame->count > 0)) {
		html_paragraph(out, "note", "There is nothing to draw.");
		return;
	}
	fprintf(out,
		"<svg class=\"flame\" role=\"img\" aria-label=\"Flame graph; the "
		"table of origins has the same\" width=\"100%%\" height=\"%d\">\n",
		canvas.depth * HEIGHT);
	draw_above(&canvas, flame, 0, 0, 0);
	fputs("</svg>\n", out);
	if (canvas.nr_left_out) {
		fputs("<p class=\"note\">", out);
		html_format(out, "Not drawn: %s, too narrow or too far up.",
			    number_count(count, canvas.nr_left_out,
					 "function"));
		fputs("</p>\n", out);
	}
}

void flame_free(struct flame *flame)
{
	struct flame *next;

	for (struct flame *at = flame->above; at; at = next) {
		next = at->next;
		flame_free(at);
		free(at->name);
		free(at);
	}
	flame->above = NULL;
}
