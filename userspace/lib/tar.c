// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files in a tar archive.
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "lib/tar.h"

#define BLOCK 512

/* Numbers are octal digits. */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[6];
	char version[2];
	char rest[247];
};

_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

static unsigned int sum_header(const struct header *header)
{
	struct header copy = *header;
	const unsigned char *byte = (const unsigned char *)&copy;
	unsigned int sum = 0;

	memset(copy.sum, ' ', sizeof(copy.sum));
	for (size_t i = 0; i < BLOCK; i++)
		sum += byte[i];
	return sum;
}

static void pad(FILE *tar, size_t size)
{
	for (; size % BLOCK; size++)
		putc(0, tar);
}

int tar_add(FILE *tar, const char *name, const char *text, size_t size)
{
	struct header header = {
		.mode = "0000600",
		.uid = "0000000",
		.gid = "0000000",
		.type = '0',
		.magic = "ustar",
		.version = { '0', '0' },
	};

	snprintf(header.name, sizeof(header.name), "%s", name);
	snprintf(header.size, sizeof(header.size), "%011zo", size);
	snprintf(header.mtime, sizeof(header.mtime), "%011jo",
		 (uintmax_t)time(NULL));
	snprintf(header.sum, sizeof(header.sum), "%06o", sum_header(&header));
	header.sum[7] = ' ';
	fwrite(&header, BLOCK, 1, tar);
	fwrite(text, 1, size, tar);
	pad(tar, size);
	return ferror(tar) ? -errno : 0;
}

int tar_end(FILE *tar)
{
	static const char blocks[2 * BLOCK];

	fwrite(blocks, 1, sizeof(blocks), tar);
	return fflush(tar) ? -errno : 0;
}

/* A block, or one of zeroes at the end. */
static int read_header(int tar, off_t at, struct header *header)
{
	ssize_t got = pread(tar, header, BLOCK, at);

	if (got < 0)
		return -errno;
	if (!got || (got == BLOCK && !*header->name))
		return -ENOENT;
	if (got != BLOCK || memcmp(header->magic, "ustar", 5) ||
	    strtoul(header->sum, NULL, 8) != sum_header(header))
		return -EPROTO;
	return 0;
}

static int copy_file(int tar, off_t at, off_t size)
{
	char block[BLOCK];
	int fd = memfd_create("tar", MFD_CLOEXEC);
	ssize_t got = 1;

	for (; fd >= 0 && size > 0 && got > 0; at += got, size -= got) {
		got = pread(tar, block, size < BLOCK ? (size_t)size : BLOCK,
			    at);
		if (got > 0 && write(fd, block, (size_t)got) != got)
			got = -1;
	}
	if (fd < 0 || size <= 0)
		return fd < 0 ? -errno : fd;
	close(fd);
	return -EPROTO;
}

int tar_open(int tar, const char *name)
{
	struct header header;
	const char *found;
	off_t at = 0, size;
	int err;

	for (;; at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK) {
		err = read_header(tar, at, &header);
		if (err)
			return err;
		header.size[sizeof(header.size) - 1] = '\0';
		size = (off_t)strtoul(header.size, NULL, 8);
		/* A name of full length is ended by what follows it. */
		header.mode[0] = '\0';
		found = header.name;
		if (!strncmp(found, "./", 2))
			found += 2;
		if (!strcmp(found, name) && header.type == '0')
			return copy_file(tar, at + BLOCK, size);
	}
}
