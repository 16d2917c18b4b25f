// SPDX-License-Identifier: GPL-2.0-only
/*
 * What /proc/PID/fdinfo says of a descriptor. Lines that are of interest:
 *
 *   flags:	0100002			octal
 *   mnt_id:	29
 *   ino:	12			since 5.14
 *   lock:	1: FLOCK  ADVISORY  WRITE 77 08:01:12 0 EOF
 *   scm_fds: 1				of AF_UNIX sockets
 *   fanotify flags:0 event-flags:0	of an fanotify group, and then its marks; all hex
 *   fanotify mnt_id:29 mflags:0 mask:20 ignored_mask:0
 *   fanotify sdev:800001 mflags:0 mask:20 ignored_mask:0
 *   fanotify ino:c sdev:800001 mflags:0 mask:20 ignored_mask:0 fhandle-bytes:8 ...
 *   UserFiles:	2			of io_uring, and then, for each
 *       0: /mnt/a\040b			or a name, or <none>
 *   UserBufs:	0			which ends them
 */
#include <errno.h>
#include <inttypes.h>
#include <libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "lib/alloc.h"
#include "proc/fdinfo.h"
#include "proc/proc.h"

/**
 * struct parser - how far it was read
 * @info: what was found
 * @locks: writes its locks, NULL: there was none yet
 * @length: of these
 * @by_handle: it is an fanotify group that tells of files by handles, and holds none
 * @in_files: the lines are registered files
 * @nr_said: how many of them there are, as the kernel says
 * @nr_lines: how many of them it lists, empty places included
 */
struct parser {
	struct fdinfo *info;
	FILE *locks;
	size_t length;
	bool by_handle;
	bool in_files;
	uint64_t nr_said;
	uint64_t nr_lines;
};

/* Paths are escaped, the names of older kernels are not, and may have blanks. */
static void append_registered(struct fdinfo *info, const char *name)
{
	info->registered = alloc_more(info->registered, info->nr_registered,
				      sizeof(*info->registered));
	info->registered[info->nr_registered++] =
		*name == '/' ? must(mnt_unmangle(name)) : alloc_copy(name);
}

/* A registered file, or whatever follows these. */
static void parse_registered(struct parser *parser, char *line)
{
	char *at = line + strspn(line, " ");
	size_t digits = strspn(at, "0123456789");

	if (at == line || !digits || strncmp(at + digits, ": ", 2)) {
		parser->in_files = false;
		return;
	}
	at += digits + 2;
	parser->nr_lines++;
	if (strcmp(at, "<none>"))
		append_registered(parser->info, at);
}

/* Return: whether it was that, and its number is in @number. */
static bool is_number(const char *line, const char *name, uint64_t *number)
{
	size_t length = strlen(name);

	if (strncmp(line, name, length))
		return false;
	*number = strtoull(line + length, NULL, 0);
	return true;
}

/* Behind the number, which is of no use. */
static void append_lock(struct parser *parser, const char *line)
{
	const char *lock = strstr(line, ": ");

	if (!lock)
		return;
	if (!parser->locks)
		parser->locks = must(
			open_memstream(&parser->info->locks, &parser->length));
	fprintf(parser->locks, "%s\n", lock + strlen(": "));
}

/* FAN_REPORT_FID, FAN_REPORT_DIR_FID, FAN_REPORT_NAME and FAN_REPORT_TARGET_FID */
#define BY_HANDLE 0x1e00U

/* The kernel's own numbers have the minor in their last 20 bits. */
static void parse_fanotify(struct parser *parser, const char *line)
{
	struct fdinfo *info = parser->info;
	struct fdinfo_mark mark = { 0 };
	unsigned int flags, super;

	if (sscanf(line, "flags:%x", &flags) == 1)
		parser->by_handle = flags & BY_HANDLE;
	if (sscanf(line, "mnt_id:%" SCNx64, &mark.mount) != 1 &&
	    sscanf(line, "sdev:%x", &super) != 1 &&
	    sscanf(line, "ino:%*x sdev:%x", &super) != 1)
		return;
	if (!mark.mount)
		mark.super = makedev(super >> 20, super & 0xfffff);
	if (parser->by_handle)
		return;
	info->mark =
		alloc_more(info->mark, info->nr_marks, sizeof(*info->mark));
	info->mark[info->nr_marks++] = mark;
}

static void parse_fdinfo_line(struct parser *parser, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (parser->in_files && *line == ' ') {
		parse_registered(parser, line);
		return;
	}
	if (!strncmp(line, "lock:", strlen("lock:")))
		append_lock(parser, line);
	if (!strncmp(line, "fanotify ", strlen("fanotify ")))
		parse_fanotify(parser, line + strlen("fanotify "));
	parser->in_files = is_number(line, "UserFiles:", &parser->nr_said);
	if (!parser->in_files &&
	    !is_number(line, "mnt_id:", &parser->info->mount) &&
	    !is_number(line, "ino:", &parser->info->inode) &&
	    !is_number(line, "flags:", &parser->info->flags))
		is_number(line, "scm_fds:", &parser->info->in_flight);
}

int fdinfo_read(int dir, const char *name, struct fdinfo *info)
{
	struct parser parser = { .info = info };
	FILE *file = proc_file_open(dir, name);
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	*info = (struct fdinfo){ 0 };
	if (!file)
		return -errno;
	errno = 0;
	while (getline(&line, &room, file) > 0)
		parse_fdinfo_line(&parser, line);
	if (ferror(file))
		err = errno ? -errno : -EIO;
	info->is_busy = parser.nr_said && !parser.nr_lines;
	if (parser.locks)
		fclose(parser.locks);
	free(line);
	fclose(file);
	return err;
}

void fdinfo_free(struct fdinfo *info)
{
	for (size_t i = 0; i < info->nr_registered; i++)
		free(info->registered[i]);
	free(info->registered);
	free(info->mark);
	free(info->locks);
	*info = (struct fdinfo){ 0 };
}
