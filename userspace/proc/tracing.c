// SPDX-License-Identifier: GPL-2.0-only
/*
 * Following tracepoints.
 *
 * Pages are read(2) from each processor's buffer, which stays open. libtracefs has an
 * iterator, but opens the buffers each time: with 1.8, which maps them, what comes in
 * just before they are closed is skipped without a word.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/kbuffer.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/tracing.h"

/* And the pid. */
#define PREFIX "dfput-"

#define ENDIAN                                                               \
	(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? KBUFFER_ENDIAN_LITTLE : \
						     KBUFFER_ENDIAN_BIG)

/**
 * struct stream - the buffer of a processor
 * @fd: it, opened
 * @kbuf: parses a page
 * @page: the one that was read last
 * @record: the next of it; data is NULL: not taken yet
 * @told: events that were lost until now
 * @lost: those that are not told yet
 * @is_fresh: a page was read in this drain
 * @is_empty: there is no other now
 */
struct stream {
	int fd;
	struct kbuffer *kbuf;
	void *page;
	struct tep_record record;
	uint64_t told;
	uint64_t lost;
	bool is_fresh;
	bool is_empty;
};

struct tracing {
	struct tracefs_instance *instance;
	const char *system;
	struct tep_handle *tep;
	struct stream *stream;
	int nr;
};

/* ---- an instance --------------------------------------------------------- */

/*
 * Who is alive has the buffers open, and so the instance cannot be removed: that is for
 * those whose pid we do not see.
 */
static int remove_stale(const char *name, void *context)
{
	size_t length = strlen(PREFIX);
	uint64_t pid;
	char *file, *path;

	(void)context;
	if (strncmp(name, PREFIX, length) ||
	    number_parse(name + length, &pid) || pid > INT32_MAX)
		return 0;
	if ((pid_t)pid != getpid() && (!kill((pid_t)pid, 0) || errno != ESRCH))
		return 0;
	file = alloc_text("instances/%s", name);
	path = must(tracefs_get_tracing_file(file));
	rmdir(path);
	tracefs_put_tracing_file(path);
	free(file);
	return 0;
}

static int fail(const char *what)
{
	int err = errno ? errno : EIO;

	return error_set(-err, "cannot %s: %s", what, strerror(err));
}

static int write_file(struct tracing *tracing, const char *file,
		      const char *text)
{
	errno = 0;
	if (tracefs_instance_file_write(tracing->instance, file, text) >= 0)
		return 0;
	return error_set(errno ? -errno : -EIO, "tracefs: cannot write %s: %s",
			 file, strerror(errno ? errno : EIO));
}

static int make_instance(struct tracing *tracing)
{
	char *name;

	if (!tracefs_tracing_dir())
		return error_set(
			-ENOENT,
			"tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing");
	tracefs_instances_walk(remove_stale, NULL);
	name = alloc_text(PREFIX "%d", (int)getpid());
	errno = 0;
	tracing->instance = tracefs_instance_create(name);
	free(name);
	if (!tracing->instance)
		return fail("make a trace instance");
	if (!tracefs_instance_is_new(tracing->instance)) {
		tracefs_instance_free(tracing->instance);
		tracing->instance = NULL;
		errno = EEXIST;
		return fail("make a trace instance");
	}
	/* The module's clock. */
	return write_file(tracing, "trace_clock", "mono");
}

static int open_stream(struct tracing *tracing, int cpu)
{
	char *file = alloc_text("per_cpu/cpu%d/trace_pipe_raw", cpu);
	char *path = must(tracefs_instance_get_file(tracing->instance, file));
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err = fd < 0 ? -errno : 0;
	struct stream *stream;

	tracefs_put_tracing_file(path);
	free(file);
	if (err)
		return err;
	tracing->stream =
		alloc_more(tracing->stream, tracing->nr, sizeof(*stream));
	stream = &tracing->stream[tracing->nr++];
	*stream = (struct stream){
		.fd = fd,
		.kbuf = must(kbuffer_alloc(KBUFFER_LSIZE_8, ENDIAN)),
		.page = alloc_array(1, (size_t)getpagesize()),
	};
	return 0;
}

static int open_streams(struct tracing *tracing)
{
	int err;

	do
		err = open_stream(tracing, tracing->nr);
	while (!err);
	if (err == -ENOENT && tracing->nr)
		return 0;
	errno = -err;
	return fail("open a trace buffer");
}

int tracing_begin(const char *system, struct tracing **result)
{
	const char *const systems[] = { system, NULL };
	struct tracing *tracing = alloc_array(1, sizeof(*tracing));
	int err;

	*result = tracing;
	tracing->system = system;
	err = make_instance(tracing);
	if (err)
		return err;
	errno = 0;
	tracing->tep = tracefs_local_events_system(NULL, systems);
	if (!tracing->tep)
		return fail("read the formats of tracepoints");
	return open_streams(tracing);
}

static int set_event(struct tracing *tracing, const char *name,
		     const char *file, const char *text)
{
	char *path = alloc_text("events/%s/%s/%s", tracing->system, name, file);
	int err = write_file(tracing, path, text);

	free(path);
	return err;
}

int tracing_enable(struct tracing *tracing, const char *name,
		   const char *filter)
{
	int err = *filter ? set_event(tracing, name, "filter", filter) : 0;

	return err ? err : set_event(tracing, name, "enable", "1");
}

int tracing_disable(struct tracing *tracing)
{
	return write_file(tracing, "events/enable", "0");
}

int tracing_end(struct tracing *tracing)
{
	int err = 0;

	if (!tracing)
		return 0;
	/* An instance whose files are open stays. */
	for (int i = 0; i < tracing->nr; i++) {
		close(tracing->stream[i].fd);
		kbuffer_free(tracing->stream[i].kbuf);
		free(tracing->stream[i].page);
	}
	if (tracing->instance && tracefs_instance_destroy(tracing->instance))
		err = fail("remove the trace instance");
	tracefs_instance_free(tracing->instance);
	tep_free(tracing->tep);
	free(tracing->stream);
	free(tracing);
	return err;
}

/* ---- what comes ---------------------------------------------------------- */

/* Since the beginning, for want of room: see Documentation/trace/ftrace.rst. */
static uint64_t count_lost(struct tracing *tracing, int cpu)
{
	static const char *const names[] = { "\noverrun:", "\ncommit overrun:",
					     "\ndropped events:" };
	char *file = alloc_text("per_cpu/cpu%d/stats", cpu);
	char *text = tracefs_instance_file_read(tracing->instance, file, NULL);
	const char *at;
	uint64_t lost = 0;

	for (size_t i = 0; text && i < NR(names); i++) {
		at = strstr(text, names[i]);
		if (at)
			lost += strtoull(at + strlen(names[i]), NULL, 10);
	}
	free(text);
	free(file);
	return lost;
}

static void note_lost(struct tracing *tracing, struct stream *stream)
{
	uint64_t lost = count_lost(tracing, (int)(stream - tracing->stream));

	if (lost > stream->told) {
		stream->lost += lost - stream->told;
		stream->told = lost;
	}
}

/* What was lost was older than what is left. Return: 1: there is a page. */
static int read_page(struct tracing *tracing, struct stream *stream)
{
	ssize_t size = read(stream->fd, stream->page, (size_t)getpagesize());

	if (size < 0 && errno != EAGAIN && errno != EINTR)
		return fail("read a trace buffer");
	stream->is_empty = size <= 0;
	if (stream->is_empty)
		return 0;
	if (!stream->is_fresh)
		note_lost(tracing, stream);
	stream->is_fresh = true;
	kbuffer_load_subbuffer(stream->kbuf, stream->page);
	return 1;
}

/* Return: 1: there is a next record. */
static int take_record(struct tracing *tracing, struct stream *stream)
{
	struct tep_record *record = &stream->record;
	int result;

	while (!record->data && !stream->is_empty) {
		record->data = kbuffer_read_event(stream->kbuf, &record->ts);
		if (record->data) {
			record->size = kbuffer_event_size(stream->kbuf);
			record->cpu = (int)(stream - tracing->stream);
			kbuffer_next_event(stream->kbuf, NULL);
			break;
		}
		result = read_page(tracing, stream);
		if (result < 0)
			return result;
	}
	return !!record->data;
}

/* The stream whose next record is the oldest, but not newer than @until; or NULL. */
static int find_oldest(struct tracing *tracing, uint64_t until,
		       struct stream **oldest)
{
	*oldest = NULL;
	for (int i = 0; i < tracing->nr; i++) {
		struct stream *stream = &tracing->stream[i];
		int result = take_record(tracing, stream);

		if (result < 0)
			return result;
		if (result && stream->record.ts <= until &&
		    (!*oldest || stream->record.ts < (*oldest)->record.ts))
			*oldest = stream;
	}
	return 0;
}

static int tell_lost(struct tracing *tracing, struct stream *stream,
		     uint64_t now, tracing_each *each, void *context)
{
	struct tracing_event event = {
		.ns = now,
		.cpu = (int)(stream - tracing->stream),
		.lost = stream->lost,
	};

	stream->lost = 0;
	return event.lost ? each(&event, context) : 0;
}

static int tell_record(struct tracing *tracing, struct stream *stream,
		       tracing_each *each, void *context)
{
	struct tep_record record = stream->record;
	struct tracing_event event = {
		.ns = record.ts,
		.cpu = record.cpu,
		.event = tep_find_event_by_record(tracing->tep, &record),
		.record = &record,
	};
	int result = tell_lost(tracing, stream, record.ts, each, context);

	stream->record.data = NULL;
	return result || !event.event ? result : each(&event, context);
}

int tracing_drain(struct tracing *tracing, bool all, tracing_each *each,
		  void *context)
{
	uint64_t until = all ? UINT64_MAX : number_now();
	struct stream *stream;
	int result;

	for (int i = 0; i < tracing->nr; i++)
		tracing->stream[i].is_fresh = tracing->stream[i].is_empty =
			false;
	do {
		result = find_oldest(tracing, until, &stream);
		if (!result && stream)
			result = tell_record(tracing, stream, each, context);
	} while (!result && stream);
	for (int i = 0; !result && all && i < tracing->nr; i++) {
		note_lost(tracing, &tracing->stream[i]);
		result = tell_lost(tracing, &tracing->stream[i], number_now(),
				   each, context);
	}
	return result;
}

char *tracing_text(struct tracing *tracing, const struct tracing_event *event)
{
	struct trace_seq seq;
	char *text;

	trace_seq_init(&seq);
	tep_print_event(tracing->tep, &seq, event->record, "%s",
			TEP_PRINT_INFO);
	trace_seq_terminate(&seq);
	text = alloc_copy(seq.buffer);
	trace_seq_destroy(&seq);
	return text;
}
