// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput top: rates, and the first rows of each table, on the whole terminal, looked at
 * again and again.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/top.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/text.h"

#define INTERVAL_NS (2 * NUMBER_NS_PER_SEC)
#define MIN_INTERVAL_NS (NUMBER_NS_PER_SEC / 10)
#define MAX_INTERVAL_NS (3600 * NUMBER_NS_PER_SEC)
#define FOOTER 256
/* Keys for one page at most: no terminal keeps more. */
#define KEYS 4096

/**
 * struct top - what is shown
 * @reader: where it is read
 * @rules: as of origins_load()
 * @before: the snapshot before, if there was one
 * @now: the newest
 * @nr: how many were taken
 * @since: what means are since
 * @order: of rows
 * @interval: between snapshots
 * @paused: none is taken
 * @helps: the keys are shown instead
 * @over: it was quit
 */
struct top {
	struct reader *reader;
	const char *rules;
	struct top_snapshot before;
	struct top_snapshot now;
	uint64_t nr;
	struct stats since;
	enum top_order order;
	uint64_t interval;
	bool paused;
	bool helps;
	bool over;
};

/* ---- keys ---------------------------------------------------------------- */

static void help(struct top *top)
{
	top->helps = !top->helps;
}

static void quit(struct top *top)
{
	top->over = true;
}

static void sort(struct top *top)
{
	top->order = (top->order + 1) % TOP_NR_ORDERS;
}

static void pause_or_go_on(struct top *top)
{
	top->paused = !top->paused;
}

static void new_mean(struct top *top)
{
	top->since = top->now.stats;
}

static void slow_down(struct top *top)
{
	if (top->interval <= MAX_INTERVAL_NS / 2)
		top->interval *= 2;
}

static void speed_up(struct top *top)
{
	if (top->interval >= MIN_INTERVAL_NS * 2)
		top->interval /= 2;
}

/* Each of the letters does it; the first is shown, with a word. */
static const struct key {
	const char *letters;
	const char *word;
	const char *help;
	void (*press)(struct top *top);
} keys[] = {
	{ "h?", "help", "show these keys, or go back", help },
	{ "q", "quit", "quit", quit },
	{ "s", "sort", "sort rows by rate, by total, or the worst first",
	  sort },
	{ "p ", "pause", "pause, or go on", pause_or_go_on },
	{ "r", "new mean", "begin means anew; the module's counters go on",
	  new_mean },
	{ "+=", "slower", "look half as often", slow_down },
	{ "-", "faster", "look twice as often", speed_up },
};

static void press(struct top *top, int letter)
{
	for (size_t i = 0; i < NR(keys); i++)
		if (letter > 0 && letter < 0x80 &&
		    strchr(keys[i].letters, letter))
			keys[i].press(top);
}

/* ---- what is shown ------------------------------------------------------- */

/* The keys that there is room for. */
static void make_footer(const struct top *top, size_t width,
			char footer[FOOTER])
{
	static const char *const orders[TOP_NR_ORDERS] = {
		[TOP_BY_RATE] = "by rate",
		[TOP_BY_TOTAL] = "by total",
		[TOP_BY_WORST] = "worst first",
	};
	const uint64_t *gauge = top->now.stats.gauge;
	char time[NUMBER_TEXT], every[NUMBER_TEXT];

	snprintf(footer, FOOTER, "%s, %s %s, %s",
		 number_time_short(time, gauge[DFPUT_GAUGE_clock_realtime_ns]),
		 top->paused ? "paused, every" : "every",
		 number_ns_short(every, top->interval), orders[top->order]);
	for (size_t i = 0; i < NR(keys); i++)
		if (strlen(footer) + strlen(keys[i].word) + 4 <= width)
			text_append(footer, FOOTER, "  %c %s", *keys[i].letters,
				    keys[i].word);
}

static void make_help(struct top_page *page)
{
	top_page_add(page, TOP_HEADING, "KEY  WHAT IT DOES");
	for (size_t i = 0; i < NR(keys); i++)
		top_page_add(page, TOP_PLAIN, "%c    %s", *keys[i].letters,
			     keys[i].help);
	top_page_add(page, TOP_HEADING, "COLUMN  WHAT IT SAYS");
	top_page_add(page, TOP_PLAIN, "NOW/S   a second, since the last look");
	top_page_add(page, TOP_PLAIN,
		     "MEAN/S  a second, since the start or the key r");
	top_page_add(page, TOP_PLAIN,
		     "TOTAL   since the module was loaded or reset");
	top_page_add(page, TOP_PLAIN, "Others, and the manual: dfput-top(1)");
}

static int draw(const struct top *top)
{
	char footer[FOOTER];
	struct top_look look = {
		.reader = top->reader,
		.before = top->nr > 1 ? &top->before : &top->now,
		.after = &top->now,
		.since = &top->since,
		.order = top->order,
		.footer = footer,
	};
	struct top_page page;
	int err = top_screen_size(&look.width, &look.height);

	if (err)
		return err;
	make_footer(top, look.width, footer);
	page = (struct top_page){ .width = look.width };
	if (top->helps)
		make_help(&page);
	else
		err = top_page_make(&page, &look);
	if (!err)
		top_screen_draw(&page);
	top_page_free(&page);
	return err;
}

/* No mean is of two times that do not belong together. */
static int look(struct top *top)
{
	struct top_snapshot next;
	const char *why;
	int err = top_snapshot_load(&next, top->reader, top->rules);

	if (err) {
		top_snapshot_free(&next);
		return err;
	}
	top_snapshot_free(&top->before);
	top->before = top->now;
	top->now = next;
	if (!top->nr++ || !stats_continuous(&top->since, &next.stats, &why))
		top->since = next.stats;
	return 0;
}

/* Return: when the next snapshot is, number_now(). */
static uint64_t due(const struct top *top)
{
	return top->paused ? UINT64_MAX :
			     number_after(top->now.stats.begun, top->interval);
}

/* One page follows however many keys were typed. */
static int go_on(struct top *top)
{
	int event = top_screen_wait(due(top));

	for (int nr = 0; event >= 0 && !top->over && nr < KEYS; nr++) {
		press(top, event);
		event = top_screen_wait(0);
	}
	if (event == TOP_END)
		quit(top);
	return !top->over && number_now() >= due(top) ? look(top) : 0;
}

static int show_top(const struct options *options, struct reader *reader,
		    struct view *view)
{
	struct top top = {
		.reader = reader,
		.rules = options->rules,
		.interval = options->interval ? options->interval : INTERVAL_NS,
	};
	int err = look(&top);

	(void)view;
	if (!err)
		err = top_screen_begin();
	while (!err && !top.over) {
		err = draw(&top);
		if (!err)
			err = go_on(&top);
	}
	top_screen_end();
	top_snapshot_free(&top.before);
	top_snapshot_free(&top.now);
	return err;
}

int cmd_top(const struct options *options)
{
	if (options->interval && options->interval < MIN_INTERVAL_NS)
		return options_usage("top: --interval is at least 0.1");
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO))
		return cmd_display(options, show_top);
	complain("top: not on a terminal; 'dfput stat -i 2' prints rates");
	return STATUS_USAGE;
}
