// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dfput record keeps of a time: each event, as dfput events prints it as JSON, and
 * the module's counters from before. It ends with the time, with the program, or with a
 * signal. The program is left alone: whoever records must not change what happens.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/record.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/progress.h"
#include "lib/signals.h"

/* Of the file: 250,000 events and more. */
#define MAX_SIZE (UINT64_C(256) << 20)

/* What the list and its rings still have is released soon after a program's end. */
#define SETTLE_NS NUMBER_NS_PER_SEC
#define NAP_NS (NUMBER_NS_PER_SEC / 10)

static bool has_program(const struct recording *recording)
{
	return recording->options->argc > 1;
}

/* ---- the file ------------------------------------------------------------ */

/* Only whole lines stay there. */
static void write_document(struct recording *recording)
{
	size_t done = 0;
	ssize_t written = 1;

	while (done < recording->size && written > 0) {
		written = write(recording->file, recording->text + done,
				recording->size - done);
		done += written > 0 ? (size_t)written : 0;
	}
	if (done == recording->size) {
		recording->written += done;
		return;
	}
	recording->error = written < 0 ? -errno : -EIO;
	if (ftruncate(recording->file, (off_t)recording->written))
		complain("%s/" RECORDED_FILE " ends within a line",
			 recording->record->path);
}

static bool has_room(const struct recording *recording)
{
	uint64_t count = recording->options->count;

	return !recording->error && recording->written < MAX_SIZE &&
	       (!count || recording->kept < count);
}

static bool keep(struct follow *follow, const struct tracing_event *event,
		 const struct events_kind *kind, const char *name)
{
	struct recording *recording = follow->context;
	bool room = has_room(recording);

	if (room) {
		rewind(recording->view.out);
		follow_document(follow, event, kind, name);
		write_document(recording);
	}
	if (room && !recording->error)
		recording->kept++;
	else
		recording->left_out++;
	return false;
}

/* ---- until the end ------------------------------------------------------- */

/* What the list and its rings still have is released soon. */
static bool is_settled(const struct recording *recording)
{
	struct stats stats;

	if (number_now() - recording->tree.reaped >= SETTLE_NS ||
	    stats_load(recording->follow.reader, &stats))
		return true;
	return !stats.gauge[DFPUT_GAUGE_pending] &&
	       !stats.gauge[DFPUT_GAUGE_rings];
}

static bool is_program_over(struct recording *recording)
{
	struct supervise *tree = &recording->tree;

	if (!tree->all_reaped) {
		if (!supervise_look(tree))
			return false;
		supervise_reap(tree);
	}
	return tree->interrupted || is_settled(recording) ||
	       supervise_watch(tree, number_after(number_now(), NAP_NS)) ||
	       tree->interrupted;
}

/* A program has the terminal for itself. */
static bool ends(struct follow *follow)
{
	struct recording *recording = follow->context;
	char count[NUMBER_TEXT], text[2 * NUMBER_TEXT];

	if (has_program(recording))
		return is_program_over(recording);
	snprintf(text, sizeof(text), "recording: %s",
		 number_count(count, follow->told, "event"));
	progress_show(recording->from, text);
	return signals_read(follow->fd);
}

static int enable_all(struct follow *follow)
{
	int err = 0;

	for (size_t i = 0; !err && i < events_nr; i++)
		if (!events_kinds[i].on_request)
			err = tracing_enable(follow->tracing,
					     events_kinds[i].tracepoint, "");
	return err;
}

/* All but the program, which has its own signals. Return: 0 or a negative errno. */
static int prepare(struct recording *recording)
{
	struct follow *follow = &recording->follow;
	struct stats stats;
	sigset_t mask;
	int err = stats_load(follow->reader, &stats);

	if (err)
		return err;
	if (!stats.gauge[DFPUT_GAUGE_enabled])
		return error_set(
			-ENODATA,
			"measuring is switched off, nothing comes; see 'dfput doctor'");
	if (!has_program(recording))
		follow->fd = err = signals_take(&mask);
	if (err < 0)
		return err;
	recording->file = openat(recording->record->dir, RECORDED_FILE,
				 O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (recording->file < 0)
		return record_fail(recording->record, -errno);
	recording->record->nr++;
	err = follow_begin(follow);
	return err ? err : enable_all(follow);
}

/* Return: 0, or the exit status if the program could not be run. */
static int start(struct recording *recording)
{
	uint64_t now = number_now();
	int status = 0;

	if (has_program(recording)) {
		status = supervise_start(&recording->tree,
					 recording->options->argv + 1);
		recording->follow.fd = recording->tree.signal_fd;
	}
	if (!status)
		recording->from = now;
	return status;
}

int record_events(struct recording *recording, struct reader *reader)
{
	struct follow *follow = &recording->follow;
	char *before = NULL;
	size_t size = 0;
	int result, ended;

	*follow = (struct follow){ .reader = reader,
				   .view = &recording->view,
				   .each = keep,
				   .ends = ends,
				   .context = recording,
				   .fd = -1,
				   .duration = recording->options->duration };
	view_begin(&recording->view,
		   must(open_memstream(&recording->text, &recording->size)),
		   true);
	result = prepare(recording);
	if (!result)
		result = reader_text(reader, "stats", &before, &size);
	if (!result)
		result = start(recording);
	if (!result)
		result = follow_to_end(follow);
	recording->to = number_now();
	ended = follow_finish(follow);
	result = result ? result : ended;
	if (recording->from) {
		ended = record_add(recording->record, RECORDED_BEFORE, before,
				   size);
		result = result ? result : ended;
	}
	free(before);
	return result;
}

/* ---- what came of it ----------------------------------------------------- */

char *record_events_text(const struct recording *recording)
{
	return alloc_text("events %" PRIu64 "\nevents_lost %" PRIu64
			  "\nevents_left_out %" PRIu64
			  "\nevents_from_ns %" PRIu64 "\nevents_to_ns %" PRIu64
			  "\n",
			  recording->kept, recording->follow.lost,
			  recording->left_out, recording->from, recording->to);
}

void record_events_tell(const struct recording *recording, struct view *view)
{
	char count[NUMBER_TEXT], took[NUMBER_TEXT];

	view_number(view, "events", recording->kept);
	view_number(view, "lost", recording->follow.lost);
	view_number(view, "left_out", recording->left_out);
	view_note(view, "It has %s of %s%s.",
		  number_count(count, recording->kept, "event"),
		  number_ns_short(took, recording->to - recording->from),
		  recording->left_out || recording->follow.lost ?
			  ", but not all" :
			  "");
	if (recording->follow.lost)
		view_note(view, "Lost: %s, as a processor's buffer was full.",
			  number_count(count, recording->follow.lost, "event"));
	if (recording->left_out)
		view_note(view, "Left out: %s, as " RECORDED_FILE " is full.",
			  number_count(count, recording->left_out, "event"));
}

int record_events_end(struct recording *recording, int result)
{
	char kept[NUMBER_TEXT];
	int status = 0;

	if (recording->from && has_program(recording)) {
		supervise_reap(&recording->tree);
		supervise_end(&recording->tree);
		status = recording->tree.interrupted ?
				 128 + recording->tree.interrupted :
				 supervise_status(&recording->tree);
	} else if (recording->follow.fd >= 0) {
		close(recording->follow.fd);
	}
	if (recording->error)
		result = error_set(recording->error,
				   "cannot write %s/" RECORDED_FILE
				   ": %s; it has %s, and lacks %" PRIu64,
				   recording->record->path,
				   strerror(-recording->error),
				   number_count(kept, recording->kept, "event"),
				   recording->left_out);
	if (recording->file >= 0)
		close(recording->file);
	view_discard(&recording->view);
	fclose(recording->view.out);
	free(recording->text);
	return result ? result : status;
}
