// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput record: keep all that the module and the machine say, for a bug report, in a
 * directory or an archive, which all that only shows reads with --input. Unless it is a
 * snapshot, with the events of a time before: see record_events.c.
 *
 * The machine's files keep their names, so that what reads them reads the copy.
 * Addresses are left out, and, without --names, what names files of users.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dfput/abi.h>
#include <dfput/tables.h>
#include <dfput/version.h>

#include "cmd/cmd.h"
#include "cmd/doctor_machine.h"
#include "cmd/record.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/tar.h"

static bool is_archive(const char *path)
{
	size_t length = strlen(path);

	return length > 4 && !strcmp(path + length - 4, ".tar");
}

int record_fail(const struct record *record, int err)
{
	return error_set(err, "record: cannot write %s: %s", record->path,
			 strerror(-err));
}

/* What is there is not overwritten. */
static int open_record(struct record *record, const char *path)
{
	int fd;

	*record = (struct record){ .path = path, .dir = -1 };
	if (is_archive(path)) {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return record_fail(record, -errno);
		record->tar = must(fdopen(fd, "w"));
		return 0;
	}
	if (!mkdir(path, 0700))
		record->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return record->dir < 0 ? record_fail(record, -errno) : 0;
}

/* Return: @err if that is one, otherwise whether all of it was written. */
static int close_record(struct record *record, int err)
{
	int ended = record->tar && !err ? tar_end(record->tar) : 0;

	if (record->tar && fclose(record->tar) && !ended)
		ended = -errno;
	if (record->dir >= 0)
		close(record->dir);
	return ended && !err ? record_fail(record, ended) : err;
}

/* The directories above a file. */
static void make_directories(int dir, const char *name)
{
	char *path = alloc_copy(name);

	for (char *at = path; (at = strchr(at, '/')); *at++ = '/') {
		*at = '\0';
		mkdirat(dir, path, 0700);
	}
	free(path);
}

int record_add(struct record *record, const char *name, const char *text,
	       size_t size)
{
	ssize_t written;
	int fd, err = 0;

	record->nr++;
	if (record->tar) {
		err = tar_add(record->tar, name, text, size);
		return err ? record_fail(record, err) : 0;
	}
	make_directories(record->dir, name);
	fd = openat(record->dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	for (; fd >= 0 && size; text += written, size -= (size_t)written) {
		written = write(fd, text, size);
		if (written <= 0)
			break;
	}
	if (fd < 0 || size)
		err = record_fail(record, errno ? -errno : -EIO);
	if (fd >= 0)
		close(fd);
	return err;
}

/* A module of another age lacks some. */
static int add_tables(struct record *record, struct reader *reader)
{
	static const char *const files[] = {
#define FILE_NAME(name, ...) #name,
		DFPUT_FILES(FILE_NAME)
#undef FILE_NAME
	};
	char *text;
	size_t size;
	int err = 0;

	for (size_t i = 0; !err && i < NR(files); i++) {
		err = reader_text(reader, files[i], &text, &size);
		if (!err)
			err = record_add(record, files[i], text, size);
		else if (err == -ENOENT && i)
			err = 0;
		free(text);
	}
	return err;
}

/* Of each line, what keep() leaves of it: it returns the new length. */
static void edit_lines(char *text, size_t (*keep)(char *line, size_t length))
{
	char *to = text;
	size_t length, left;

	for (char *line = text; *line;
	     line += length + (line[length] == '\n')) {
		length = strcspn(line, "\n");
		left = keep(line, length);
		memmove(to, line, left);
		if (left) {
			to += left;
			*to++ = '\n';
		}
	}
	*to = '\0';
}

static size_t find_in(const char *line, size_t length, const char *text)
{
	const char *found = memmem(line, length, text, strlen(text));

	return found ? (size_t)(found - line) : length;
}

static size_t cut_address(char *line, size_t length)
{
	return find_in(line, length, " 0x");
}

/* The options of the kernel that decide what can be measured. */
static size_t keep_config(char *line, size_t length)
{
	static const char *const matter[] = {
		"FTRACE",     "FUNCTION_TRACER", "KPROBES",
		"KRETPROBES", "IO_URING",	 "AIO",
		"DEBUG_FS",   "LOCKDOWN",	 "MODULE_SIG",
		"PREEMPT",    "LIVEPATCH",	 "TIME_NS",
		"UNWINDER",   "KALLSYMS",
	};

	for (size_t i = 0; i < NR(matter); i++)
		if (find_in(line, length, matter[i]) < length)
			return length;
	return 0;
}

/* "ID PARENT DEVICE ROOT TARGET OPTIONS ... - FSTYPE SOURCE OPTIONS"; what is hidden is - */
static size_t hide_names(char *line, size_t length)
{
	size_t tail = find_in(line, length, " - "), blanks = 0, head, type;

	for (head = 0; head < tail && blanks < 3; head++)
		blanks += line[head] == ' ';
	if (tail == length || tail < head + 5)
		return 0;
	type = find_in(line + tail + 3, length - tail - 3, " ");
	if (tail + 3 + type + 4 > length)
		return 0;
	memmove(line + head, "- - -", 5);
	memmove(line + head + 5, line + tail, 3 + type);
	memcpy(line + head + 5 + 3 + type, " - -", 4);
	return head + 5 + 3 + type + 4;
}

static int add_host(struct record *record, struct reader *reader, bool names)
{
	static const struct {
		const char *path;
		size_t (*keep)(char *line, size_t length);
	} files[] = {
		{ "proc/modules", cut_address },
		{ "proc/self/mountinfo", hide_names },
		{ "proc/sys/kernel/osrelease", NULL },
		{ "proc/sys/kernel/version", NULL },
		{ "proc/sys/kernel/tainted", NULL },
		{ "proc/sys/kernel/random/boot_id", NULL },
		{ "proc/sys/kernel/ftrace_enabled", NULL },
		{ "sys/module/dfput/initstate", NULL },
		{ "sys/module/dfput/version", NULL },
		{ "sys/module/dfput/taint", NULL },
		{ "sys/kernel/security/lockdown", NULL },
		{ "sys/kernel/debug/kprobes/enabled", NULL },
		{ "sys/devices/system/clocksource/clocksource0/current_clocksource",
		  NULL },
		{ DOCTOR_SECURE_BOOT, NULL },
	};
	size_t size;
	char *text;
	int err = 0;

	for (size_t i = 0; !err && i < NR(files); i++) {
		text = reader_host_text(reader, files[i].path, &size);
		if (!text)
			continue;
		if (files[i].keep && (files[i].keep != hide_names || !names)) {
			edit_lines(text, files[i].keep);
			size = strlen(text);
		}
		err = record_add(record, files[i].path, text, size);
		free(text);
	}
	return err;
}

static int add_config(struct record *record, struct reader *reader)
{
	char release[128], *text, *path;
	size_t size;
	int err = 0;

	reader_host(reader, "proc/sys/kernel/osrelease", release,
		    sizeof(release));
	path = alloc_text("boot/config-%s", release);
	text = reader_host_text(reader, path, &size);
	if (text) {
		edit_lines(text, keep_config);
		err = record_add(record, "boot/config", text, strlen(text));
	}
	free(path);
	free(text);
	return err;
}

static int add_version(struct record *record, const struct recording *recording)
{
	char *text, *events;
	int err;

	_Static_assert(DFPUT_ABI == 2, "the text says so");
	events = recording ? record_events_text(recording) : alloc_copy("");
	text = alloc_text(DFPUT_ABI_PREFIX "2\nrecorded_by dfput-" DFPUT_VERSION
					   "\n%s",
			  events);
	err = record_add(record, "record", text, strlen(text));
	free(text);
	free(events);
	return err;
}

/* @recording: what was recorded until now, or NULL. */
static int add_snapshot(struct record *record, struct reader *reader,
			const struct recording *recording, bool names)
{
	int err = add_version(record, recording);

	if (!err)
		err = add_tables(record, reader);
	if (!err)
		err = add_host(record, reader, names);
	if (!err)
		err = add_config(record, reader);
	return close_record(record, err);
}

static void tell(const struct options *options, const struct record *record,
		 struct view *view)
{
	char count[NUMBER_TEXT];

	view_text(view, "target", record->path);
	view_number(view, "files", record->nr);
	view_note(view, "%s has %s%s; 'dfput --input %s' reads it.",
		  record->path, number_count(count, record->nr, "file"),
		  options->names ? "" : ", without names of users' files",
		  record->path);
}

static int show_snapshot(const struct options *options, struct reader *reader,
			 struct view *view)
{
	struct record record;
	int err = open_record(&record, options->argv[0]);

	if (!err)
		err = add_snapshot(&record, reader, NULL, options->names);
	if (err)
		return err;
	tell(options, &record, view);
	return STATUS_OK;
}

/* Where nothing was recorded, nothing is left. */
static void remove_record(struct record *record)
{
	unlinkat(record->dir, RECORDED_FILE, 0);
	close_record(record, 0);
	rmdir(record->path);
}

static int show_recording(const struct options *options, struct reader *reader,
			  struct view *view)
{
	struct record record;
	struct recording recording = { .options = options,
				       .record = &record,
				       .file = -1 };
	int result = open_record(&record, options->argv[0]), ended;

	if (result)
		return result;
	result = record_events(&recording, reader);
	if (!recording.from) {
		remove_record(&record);
	} else {
		ended = add_snapshot(&record, reader, &recording,
				     options->names);
		result = result ? result : ended;
	}
	if (!result) {
		tell(options, &record, view);
		record_events_tell(&recording, view);
	}
	return record_events_end(&recording, result);
}

static int check_usage(const struct options *options)
{
	if (!options->argc)
		return options_usage(
			"record: where to? A new directory; for a snapshot, -t 0 and that or FILE.tar");
	if (!options->duration && (options->argc > 1 || options->count))
		return options_usage(
			"record: -t 0 is a snapshot: no program, no --count");
	if (options->duration && is_archive(options->argv[0]))
		return options_usage(
			"record: events need a directory; 'tar -C DIR -cf FILE.tar .' packs it; for a snapshot, say -t 0");
	if (options->duration && (options->input || *options->root))
		return options_usage(
			"record: events come from this machine alone: no --input or --root; for a snapshot, say -t 0");
	return 0;
}

int cmd_record(const struct options *options)
{
	int status = check_usage(options);

	if (status)
		return options->argc > 1 ? STATUS_OWN : status;
	if (!options->duration)
		return cmd_change(options, show_snapshot);
	if (options->argc > 1)
		return cmd_supervise(options, show_recording);
	return cmd_change(options, show_recording);
}
