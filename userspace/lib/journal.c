// SPDX-License-Identifier: GPL-2.0-only
/*
 * systemd's journal. An entry is a datagram: https://systemd.io/JOURNAL_NATIVE_PROTOCOL
 * That is less than libsystemd would bring into a program that root runs.
 */
#include <endian.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/journal.h"

bool journal_is(int fd)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat stat_buf;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
	       !fstat(fd, &stat_buf) && stat_buf.st_dev == device &&
	       stat_buf.st_ino == inode;
}

/* By its length, as a value may have a newline. */
static void add_field(FILE *entry, const char *field)
{
	const char *value = strchr(field, '=') + 1;
	uint64_t length = htole64(strlen(value));

	fprintf(entry, "%.*s\n", (int)(value - 1 - field), field);
	fwrite(&length, sizeof(length), 1, entry);
	fprintf(entry, "%s\n", value);
}

static int send_entry(const char *root, const char *entry, size_t size)
{
	struct sockaddr_un journal = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	snprintf(journal.sun_path, sizeof(journal.sun_path),
		 "%s/run/systemd/journal/socket", root);
	if (fd < 0)
		return -errno;
	if (sendto(fd, entry, size, MSG_NOSIGNAL, (struct sockaddr *)&journal,
		   sizeof(journal)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int journal_send(const char *root, char *const *fields)
{
	char *text;
	size_t size;
	FILE *entry = must(open_memstream(&text, &size));
	int err;

	for (; *fields; fields++)
		add_field(entry, *fields);
	fclose(entry);
	err = send_entry(root, text, size);
	free(text);
	return err;
}
