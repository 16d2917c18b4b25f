// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput watch: as soon as an umount is refused, whoever asked for it, find out why.
 *
 * What holds a mount may be gone a moment later. So poll(2) tells of the umount, and
 * /proc is searched before anything is written. With --all, also what lasts too long
 * is told: see cmd/watch_kinds.c.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/event_loop.h"
#include "cmd/watch.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/signals.h"
#include "lib/text.h"

#define EVERY_NS (10 * NUMBER_NS_PER_SEC)
#define TEXT 128

/* Anybody can make umounts that are refused, and each search costs. */
#define MAX_PER_SEC 32

/* What could not be told of. */
enum missed { OVERWRITTEN, UNSEEN, TOO_MANY, NOT_RUN, NR_MISSED };
static const char *const missed_texts[NR_MISSED] = {
	[OVERWRITTEN] = "umounts whose rows were overwritten",
	[UNSEEN] = "umounts that the module has no rows for",
	[TOO_MANY] = "events, of too many in a second",
	[NOT_RUN] = "runs of the program, of too many at once",
};

/**
 * struct seen - a row of a table
 * @kind: see there
 * @key: which row it is
 * @news: what was told of it, or was there at the beginning
 * @told: it was
 * @due: not to be told of before
 * @is_there: at this look
 */
struct seen {
	const struct watch_kind *kind;
	char key[TEXT];
	char news[TEXT];
	bool told;
	uint64_t due;
	bool is_there;
};

/**
 * struct watch - all that is known
 * @teller: where it is told
 * @every: what repeats is told once in so many ns, what lasts after so many
 * @signals: a signalfd
 * @beginning: what is there now is no news
 * @seen: what is in the tables
 * @nr: how many
 * @all_due: when to look at all kinds
 * @last_id: of umounts
 * @unseen: umounts that the module has counted, but not seen
 * @missed: how many since that was told
 * @missed_due: when to tell
 * @second: for MAX_PER_SEC
 * @told_now: events in this second
 * @told: events in all
 * @status: STATUS_FAILED if there is no way to tell
 */
struct watch {
	struct teller teller;
	uint64_t every;
	int signals;
	bool beginning;
	struct seen *seen;
	size_t nr;
	uint64_t all_due;
	uint64_t last_id;
	uint64_t unseen;
	uint64_t missed[NR_MISSED];
	uint64_t missed_due;
	uint64_t second;
	unsigned int told_now;
	uint64_t told;
	int status;
};

/* ---- looking ------------------------------------------------------------- */

static void join(const struct rows *rows, size_t row, int last, char text[TEXT])
{
	*text = '\0';
	for (int i = 0; i <= last; i++)
		text_append(text, TEXT, "%s ", rows_text(rows, row, i));
}

/* What was there before us is no news, but may last. */
static struct seen *add_seen(struct watch *watch, const struct watch_kind *kind,
			     const char *key, const char *news)
{
	bool lasts = kind->news == kind->key;
	struct seen *seen;

	watch->seen = alloc_more(watch->seen, watch->nr, sizeof(*seen));
	seen = &watch->seen[watch->nr++];
	*seen = (struct seen){
		.kind = kind,
		.told = watch->beginning && !lasts,
		.due = number_after(number_now(), lasts ? watch->every : 0),
	};
	snprintf(seen->key, TEXT, "%s", key);
	snprintf(seen->news, TEXT, "%s", news);
	return seen;
}

static struct seen *find_seen(struct watch *watch,
			      const struct watch_kind *kind, const char *key,
			      const char *news)
{
	for (size_t i = 0; i < watch->nr; i++)
		if (watch->seen[i].kind == kind &&
		    !strcmp(watch->seen[i].key, key))
			return &watch->seen[i];
	return add_seen(watch, kind, key, news);
}

/* Of the kinds that were looked at. */
static void forget_gone(struct watch *watch, const struct watch_kind *end)
{
	size_t left = 0;

	for (size_t i = 0; i < watch->nr; i++) {
		if (!watch->seen[i].is_there && watch->seen[i].kind < end)
			continue;
		watch->seen[left] = watch->seen[i];
		watch->seen[left++].is_there = false;
	}
	watch->nr = left;
}

static bool is_over(const struct watch *watch)
{
	uint64_t count = watch->teller.options->count;

	return watch->status || (count && watch->told >= count);
}

static bool is_too_much(struct watch *watch)
{
	uint64_t second = number_now() / NUMBER_NS_PER_SEC;

	if (watch->second != second)
		watch->told_now = 0;
	watch->second = second;
	return watch->told_now++ >= MAX_PER_SEC;
}

static void tell(struct watch *watch, const struct event *event)
{
	bool ran;

	watch->status = teller_tell(&watch->teller, event, &ran);
	watch->missed[NOT_RUN] += !ran;
}

static void tell_row(struct watch *watch, const struct watch_kind *kind,
		     const struct rows *rows, size_t row)
{
	struct event event = {
		.name = kind->name,
		.listing = kind->listing,
		.rows = rows,
		.row = row,
	};

	if (is_too_much(watch)) {
		watch->missed[TOO_MANY]++;
		return;
	}
	if (kind->listing == &listing_umounts)
		watch_ask(&watch->teller, &event);
	kind->describe(&event);
	if (event.answer) {
		tell(watch, &event);
		watch->told++;
	}
	free(event.answer);
	why_free(&event.why);
}

static void look_at_row(struct watch *watch, const struct watch_kind *kind,
			const struct rows *rows, size_t row)
{
	char key[TEXT], news[TEXT];
	struct seen *seen;

	join(rows, row, kind->key, key);
	join(rows, row, kind->news, news);
	seen = find_seen(watch, kind, key, news);
	seen->is_there = true;
	if ((seen->told && !strcmp(seen->news, news)) ||
	    number_now() < seen->due || is_over(watch))
		return;
	seen->told = true;
	seen->due = number_after(number_now(), watch->every);
	snprintf(seen->news, TEXT, "%s", news);
	tell_row(watch, kind, rows, row);
}

/* The rows have numbers without gaps: a missing one was overwritten. */
static int count_missed(struct watch *watch, const struct rows *umounts)
{
	uint64_t id, newest = watch->last_id, nr = 0, unseen;
	struct stats stats;
	int err;

	for (size_t row = 0; row < umounts->nr; row++) {
		id = rows_number(umounts, row, WATCH_ID);
		nr += id > watch->last_id;
		newest = id > newest ? id : newest;
	}
	if (newest == watch->last_id && !watch->beginning)
		return 0;
	err = stats_load(watch->teller.reader, &stats);
	if (err)
		return err;
	unseen = stats.counter[DFPUT_COUNT_lost_umounts];
	/* In a table that was empty, the first number is not known. */
	if (watch->last_id)
		watch->missed[OVERWRITTEN] += newest - watch->last_id - nr;
	/* A reset begins anew. */
	if (!watch->beginning && unseen > watch->unseen)
		watch->missed[UNSEEN] += unseen - watch->unseen;
	watch->last_id = newest;
	watch->unseen = unseen;
	return 0;
}

/* What lasts can wait: there may be a thousand events in a second. */
static size_t count_due(struct watch *watch)
{
	uint64_t now = number_now();

	if (!watch->teller.options->all || now < watch->all_due)
		return 1;
	watch->all_due = number_after(now, WAIT_MAX_NAP_NS);
	return WATCH_NR_KINDS;
}

static int look_at_tables(struct watch *watch)
{
	size_t nr = count_due(watch);
	struct rows rows = { 0 };
	int err = 0;

	for (size_t i = 0; !err && i < nr; i++) {
		const struct watch_kind *kind = &watch_kinds[i];

		if (!i || kind->names != watch_kinds[i - 1].names) {
			rows_free(&rows);
			err = rows_load(&rows, watch->teller.reader,
					kind->listing->file, kind->names);
		}
		if (!err && !i)
			err = count_missed(watch, &rows);
		for (size_t row = 0; !err && row < rows.nr; row++)
			if (kind->is_one(&rows, row))
				look_at_row(watch, kind, &rows, row);
	}
	rows_free(&rows);
	forget_gone(watch, &watch_kinds[nr]);
	return err;
}

static void tell_missed(struct watch *watch)
{
	struct event event = { .name = "missed" };
	char text[4 * TEXT] = "";

	if (number_now() < watch->missed_due)
		return;
	for (int i = 0; i < NR_MISSED; i++) {
		if (watch->missed[i])
			text_append(text, sizeof(text), "%s%" PRIu64 " %s",
				    text_comma(text), watch->missed[i],
				    missed_texts[i]);
		watch->missed[i] = 0;
	}
	if (!*text)
		return;
	watch->missed_due = number_after(number_now(), watch->every);
	event.answer = alloc_text("missed: %s", text);
	tell(watch, &event);
	free(event.answer);
}

/* ---- until the end ------------------------------------------------------- */

static int look(struct wait *wait)
{
	struct watch *watch = wait->what;
	int err = look_at_tables(watch);

	wait->left = 1;
	wait->stop = signals_read(watch->signals) || is_over(watch);
	teller_reap(&watch->teller);
	if (wait->stop)
		watch->missed_due = 0;
	tell_missed(watch);
	return err;
}

static int watch_until_told(struct watch *watch, struct reader *reader)
{
	struct wait wait = {
		.reader = reader,
		.file = "umounts",
		.look = look,
		.what = watch,
		.process = watch->signals,
		.timeout = UINT64_MAX,
		.first_nap = WAIT_MAX_NAP_NS,
		.max_nap = WAIT_MAX_NAP_NS,
	};
	int result;

	watch->beginning = true;
	result = look_at_tables(watch);
	watch->beginning = false;
	if (!result)
		result = wait_for(&wait);
	return result < 0 ? result : watch->status;
}

static int show_watch(const struct options *options, struct reader *reader,
		      struct view *view)
{
	struct watch watch = {
		.teller = { .options = options, .reader = reader, .view = view },
		.every = options->every == UINT64_MAX ? EVERY_NS :
							options->every,
		.signals = -1,
	};
	struct stats stats;
	int result = stats_load(reader, &stats);

	if (result)
		return result;
	if (!stats.gauge[DFPUT_GAUGE_enabled])
		return cmd_refuse_off(view);
	/* Each event has a document of its own. */
	view_discard(view);
	view->by_line = true;
	result = watch.signals = signals_take(&watch.teller.mask);
	if (result >= 0)
		result = teller_begin(&watch.teller);
	if (!result)
		result = watch_until_told(&watch, reader);
	teller_end(&watch.teller);
	if (watch.signals >= 0)
		close(watch.signals);
	free(watch.seen);
	return result;
}

int cmd_watch(const struct options *options)
{
	return cmd_change(options, show_watch);
}
