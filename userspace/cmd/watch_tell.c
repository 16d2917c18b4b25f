// SPDX-License-Identifier: GPL-2.0-only
/*
 * What dfput watch tells: to stdout or a log, to the journal, and to a program.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd/watch.h"
#include "debugfs/header.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/journal.h"
#include "lib/number.h"

/* Programs at once: the machine may be ill, and the program slow. */
#define MAX_RUNNING 8

/* What the journal and, but for the first, the program get: NAME=value; then NULL. */
#define NR_OF_JOURNAL 3
#define MAX_FIELDS (NR_OF_JOURNAL + ROWS_MAX_COLUMNS + 6)
struct fields {
	char *field[MAX_FIELDS + 1];
	size_t nr;
};

static void add_field(struct fields *fields, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void add_field(struct fields *fields, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fields->field[fields->nr++] = alloc_vtext(format, args);
	va_end(args);
}

/* Each cell under the name of its column. */
static void add_row(struct fields *fields, const struct event *event)
{
	const char *const *names = event->rows->names;
	char *at;

	for (int i = 0; names[i]; i++) {
		add_field(fields, "DFPUT_%s=%s",
			  names[i] + strspn(names[i], "#?"),
			  rows_cell(event->rows, event->row, i));
		for (at = fields->field[fields->nr - 1]; *at != '='; at++)
			*at = (char)toupper((unsigned char)*at);
	}
}

static void add_holder(struct fields *fields, const struct why *why)
{
	const struct why_reason *first = why->nr ? why->reason : NULL;

	if (why->path)
		add_field(fields, "DFPUT_MOUNT=%s", why->path);
	if (!first)
		return;
	add_field(fields, "DFPUT_REASON=%s", first->kind);
	if (first->pid)
		add_field(fields, "DFPUT_HOLDER_PID=%d", (int)first->pid);
	if (first->comm)
		add_field(fields, "DFPUT_HOLDER_COMM=%s", first->comm);
}

static void make_fields(struct fields *fields, const struct event *event)
{
	*fields = (struct fields){ 0 };
	add_field(fields, "SYSLOG_IDENTIFIER=dfput");
	/* syslog's notice */
	add_field(fields, "PRIORITY=5");
	add_field(fields, "MESSAGE=%s", event->answer);
	add_field(fields, "DFPUT_EVENT=%s", event->name);
	add_field(fields, "DFPUT_ANSWER=%s", event->answer);
	if (event->rows)
		add_row(fields, event);
	add_holder(fields, &event->why);
}

static void free_fields(struct fields *fields)
{
	while (fields->nr)
		free(fields->field[--fields->nr]);
}

/* It gets no descriptor of ours but stderr, and no argument that others could choose. */
static _Noreturn void run_program(const struct teller *teller,
				  const struct fields *fields)
{
	const char *program = teller->options->exec;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (size_t i = NR_OF_JOURNAL; i < fields->nr; i++)
		putenv(fields->field[i]);
	sigprocmask(SIG_SETMASK, &teller->mask, NULL);
	if (null >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
	    dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		execlp(program, program, (char *)NULL);
	complain("watch: --exec: %s: %s", program, strerror(errno));
	_exit(127);
}

static bool start_program(struct teller *teller, const struct fields *fields)
{
	pid_t pid = -1;

	if (teller->running < MAX_RUNNING)
		pid = fork();
	if (!pid)
		run_program(teller, fields);
	teller->running += pid > 0;
	return pid > 0;
}

void teller_reap(struct teller *teller)
{
	while (teller->running && waitpid(-1, NULL, WNOHANG) > 0)
		teller->running--;
}

static bool is_still_named(FILE *log, const char *path)
{
	struct stat ours, named;

	return log && !stat(path, &named) && !fstat(fileno(log), &ours) &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

/* Who rotates logs has renamed ours: from here on there is a new one. */
static int follow_log(struct teller *teller)
{
	const char *path = teller->options->log;
	int fd;

	if (!path || is_still_named(teller->log, path))
		return 0;
	if (teller->log)
		fclose(teller->log);
	fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
		  0600);
	teller->log = fd < 0 ? NULL : fdopen(fd, "a");
	if (teller->log)
		return 0;
	complain("watch: --log: %s: %s", path, strerror(errno));
	return STATUS_FAILED;
}

static int write_json(struct teller *teller, const struct event *event)
{
	struct view *view = teller->view;
	size_t row = event->row;
	const struct selection selection = { .row = &row, .nr = 1 };
	int err = 0;

	header_show(teller->reader, "watch", view);
	view_text(view, "event", event->name);
	view_text(view, "answer", event->answer);
	if (event->rows)
		err = listing_show(event->listing, event->rows, &selection,
				   event->listing->file, NULL, view);
	if (event->asked) {
		view_number(view, "asked_after_ns", event->after);
		why_show(&event->why, true, view);
	}
	cmd_end_document("watch", teller->reader, view);
	return err ? err : view_next(view);
}

static int write_line(struct teller *teller, const struct event *event)
{
	time_t now = time(NULL);
	char when[NUMBER_TEXT];

	strftime(when, sizeof(when), "%F %T", localtime(&now));
	view_log(teller->view, "%s %s", when, event->answer);
	return view_end(teller->view);
}

static int write_to(struct teller *teller, FILE *out, const struct event *event)
{
	teller->view->out = out;
	return teller->view->json ? write_json(teller, event) :
				    write_line(teller, event);
}

/* What cannot be written to a log is not lost, and the log may have room again. */
static int write_event(struct teller *teller, const struct event *event,
		       const struct fields *fields)
{
	if (teller->journal &&
	    !journal_send(teller->options->root, fields->field))
		return 0;
	follow_log(teller);
	if (teller->log && !write_to(teller, teller->log, event))
		return 0;
	if (teller->log)
		clearerr(teller->log);
	return write_to(teller, stdout, event) ? STATUS_FAILED : 0;
}

int teller_tell(struct teller *teller, const struct event *event, bool *ran)
{
	struct fields fields;
	int status;

	make_fields(&fields, event);
	status = write_event(teller, event, &fields);
	*ran = !teller->options->exec || start_program(teller, &fields);
	free_fields(&fields);
	return status;
}

int teller_begin(struct teller *teller)
{
	teller->journal = !teller->options->log && !teller->view->json &&
			  journal_is(STDOUT_FILENO);
	return follow_log(teller);
}

void teller_end(struct teller *teller)
{
	if (teller->log)
		fclose(teller->log);
	teller->view->out = stdout;
}
