// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput events: the module's tracepoints, one a line, as they come.
 *
 * The kernel filters.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/follow.h"
#include "debugfs/events.h"
#include "debugfs/header.h"
#include "debugfs/target.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/signals.h"
#include "lib/text.h"

#define TEXT 256

/**
 * struct events - what is wanted, and what came of it
 * @options: of the command
 * @status: STATUS_FAILED if there is no way to tell
 */
struct events {
	const struct options *options;
	int status;
};

/* ---- which events -------------------------------------------------------- */

/*
 * These write what a column must be, as the kernel's filters have it; without @reader
 * nothing, so that usage can be checked first. Return: whether the option was given, or
 * a negative errno.
 */
typedef int write_condition(char text[TEXT], const struct options *options,
			    struct reader *reader);

static int write_device(char text[TEXT], const char *of, struct reader *reader,
			int (*find)(const struct reader *reader, const char *of,
				    dev_t *super))
{
	dev_t super;
	int err = reader ? find(reader, of, &super) : 0;

	if (reader && !err)
		snprintf(text, TEXT, "== %" PRIu32, events_device(super));
	return err ? err : 1;
}

static int write_mount(char text[TEXT], const struct options *options,
		       struct reader *reader)
{
	return options->mount ? write_device(text, options->mount, reader,
					     target_mount) :
				0;
}

static int write_super(char text[TEXT], const struct options *options,
		       struct reader *reader)
{
	return options->super && *options->super != '#' ?
		       write_device(text, options->super, reader,
				    target_super) :
		       0;
}

static int write_id(char text[TEXT], const struct options *options,
		    struct reader *reader)
{
	uint64_t id;

	if (!options->super || *options->super != '#')
		return 0;
	if (reader && number_parse(options->super + 1, &id))
		return error_set(-EINVAL, "--super: '%s' is not # and an id",
				 options->super);
	if (reader)
		snprintf(text, TEXT, "== %" PRIu64, id);
	return 1;
}

static int write_pid(char text[TEXT], const struct options *options,
		     struct reader *reader)
{
	if (reader)
		snprintf(text, TEXT, "== %" PRIu64, options->pid);
	return !!options->pid;
}

static int write_comm(char text[TEXT], const struct options *options,
		      struct reader *reader)
{
	const char *comm = options->comm;

	if (reader && comm && strpbrk(comm, "\"'"))
		return error_set(-EINVAL,
				 "--comm: no quotes here: write ? instead");
	if (reader && comm)
		snprintf(text, TEXT, "~ \"%s\"", comm);
	return !!comm;
}

static const struct filter {
	const char *option;
	const char *column;
	write_condition *write;
} filters[] = {
	{ "mount", "device", write_mount }, { "super", "device", write_super },
	{ "super", "super", write_id },	    { "pid", "pid", write_pid },
	{ "comm", "comm", write_comm },
};

/* Return: one that was given for a column that the tracepoint does not have; or NULL. */
static const struct filter *find_unfit(const struct options *options,
				       const struct events_kind *kind)
{
	for (size_t i = 0; i < NR(filters); i++)
		if (filters[i].write(NULL, options, NULL) &&
		    !events_source(kind, filters[i].column))
			return &filters[i];
	return NULL;
}

static bool is_named(const struct options *options, const char *name)
{
	for (int i = 0; i < options->argc; i++)
		if (!strcmp(options->argv[i], name))
			return true;
	return false;
}

static bool is_wanted(const struct options *options,
		      const struct events_kind *kind)
{
	return options->argc ? is_named(options, kind->name) :
			       !kind->on_request && !find_unfit(options, kind);
}

static int check_name(const struct options *options, const char *name)
{
	const struct filter *unfit;
	char list[TEXT] = "";

	for (size_t i = 0; i < events_nr; i++) {
		if (!strcmp(events_kinds[i].name, name)) {
			unfit = find_unfit(options, &events_kinds[i]);
			return unfit ? options_usage(
					       "events: --%s: %s has no %s",
					       unfit->option, name,
					       unfit->column) :
				       0;
		}
		text_append(list, sizeof(list), "%s%s", text_comma(list),
			    events_kinds[i].name);
	}
	return options_usage("events: no such event: '%s'; there are %s", name,
			     list);
}

static int enable(struct follow *follow, const struct options *options,
		  const struct events_kind *kind)
{
	char filter[NR(filters) * TEXT] = "", text[TEXT];
	int result;

	for (size_t i = 0; i < NR(filters); i++) {
		result = filters[i].write(text, options, follow->reader);
		if (result < 0)
			return result;
		if (result)
			text_append(filter, sizeof(filter), "%s%s %s",
				    *filter ? " && " : "",
				    events_source(kind, filters[i].column),
				    text);
	}
	return tracing_enable(follow->tracing, kind->tracepoint, filter);
}

static int enable_wanted(struct follow *follow, const struct options *options)
{
	int err = 0;

	for (size_t i = 0; !err && i < events_nr; i++)
		if (is_wanted(options, &events_kinds[i]))
			err = enable(follow, options, &events_kinds[i]);
	return err;
}

/* ---- telling ------------------------------------------------------------- */

/* 07:11:34.123456: local, as number_time_short() has it. */
static void write_time(char text[NUMBER_TEXT], uint64_t realtime)
{
	time_t second = (time_t)(realtime / NUMBER_NS_PER_SEC);

	strftime(text, NUMBER_TEXT, "%T", localtime(&second));
	text_append(text, NUMBER_TEXT, ".%06" PRIu64,
		    realtime % NUMBER_NS_PER_SEC / 1000);
}

static int write_line(struct follow *follow, const struct tracing_event *event,
		      const char *name)
{
	struct view *view = follow->view;
	char when[NUMBER_TEXT];
	char *text;

	/* The clocks drift apart, in a suspend by all of it. */
	if (!follow->is_headed)
		header_show(follow->reader, "events", view);
	follow->is_headed = true;
	write_time(when, event->ns + view->to_realtime);
	text = event->event ?
		       tracing_text(follow->tracing, event) :
		       alloc_text("%" PRIu64
				  " events: the buffer of CPU %d was full",
				  event->lost, event->cpu);
	view_log(view, "%s %-14s %s", when, name, text);
	free(text);
	return view_end(view);
}

static bool tell(struct follow *follow, const struct tracing_event *event,
		 const struct events_kind *kind, const char *name)
{
	struct events *events = follow->context;
	uint64_t count = events->options->count;
	int err = follow->view->json ?
			  follow_document(follow, event, kind, name) :
			  write_line(follow, event, name);

	if (err)
		events->status = STATUS_FAILED;
	return err || (count && follow->told >= count);
}

/* ---- until the end ------------------------------------------------------- */

/* Who does not read any more would let us go on until the next event. */
static bool is_read(struct events *events)
{
	struct pollfd out = { .fd = STDOUT_FILENO };

	if (poll(&out, 1, 0) <= 0 || !(out.revents & POLLERR))
		return true;
	complain("cannot write the output: %s", strerror(EPIPE));
	events->status = STATUS_FAILED;
	return false;
}

static bool ends(struct follow *follow)
{
	struct events *events = follow->context;

	follow->is_over = !is_read(events);
	return follow->is_over || signals_read(follow->fd);
}

/* In JSON, each event has them. */
static void tell_caveats(struct follow *follow)
{
	struct caveats caveats = { 0 };

	follow_caveats(follow, &caveats);
	if (caveats.nr && !follow->view->json)
		listing_caveats(&caveats, follow->view);
}

static int follow_wanted(struct follow *follow, const struct options *options)
{
	int err = follow_begin(follow), ended;

	if (!err)
		err = enable_wanted(follow, options);
	if (!err)
		err = follow_to_end(follow);
	if (!err)
		tell_caveats(follow);
	ended = follow_finish(follow);
	return err ? err : ended;
}

static int show_events(const struct options *options, struct reader *reader,
		       struct view *view)
{
	struct events events = { .options = options };
	struct follow follow = { .reader = reader,
				 .view = view,
				 .each = tell,
				 .ends = ends,
				 .context = &events,
				 .duration = options->duration };
	struct stats stats;
	sigset_t mask;
	int err = stats_load(reader, &stats);

	if (err)
		return err;
	if (!stats.gauge[DFPUT_GAUGE_enabled])
		return cmd_refuse_off(view);
	view_discard(view);
	signal(SIGPIPE, SIG_IGN);
	follow.fd = signals_take(&mask);
	if (follow.fd < 0)
		return follow.fd;
	err = follow_wanted(&follow, options);
	close(follow.fd);
	return err ? err : events.status;
}

int cmd_events(const struct options *options)
{
	int status = 0;

	for (int i = 0; !status && i < options->argc; i++)
		status = check_name(options, options->argv[i]);
	return status ? status : cmd_change(options, show_events);
}
