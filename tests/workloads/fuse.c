// SPDX-License-Identifier: GPL-2.0-only
/*
 * fuse: no victim, but the server of a FUSE filesystem: it mounts that on --dir, and
 * serves until it is killed or that is unmounted. Each name that ends in a number is a
 * file there, so that the other workloads find theirs. It cannot be read.
 *
 * It answers FLUSH. So, while it is stopped, a process that closes a file waits for it,
 * also in its exit, killed or not. It need not answer RELEASE: nobody waits for that.
 *
 * With --backing, what is read and written is passed through to that file, where the
 * kernel can do so (6.9). Then the release of a file puts another one, which is deferred
 * as well if the first was.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "victim.h"

#define MAX_WRITE 4096
/* Attributes and names hold so long, in seconds. */
#define VALID 1000000
#define SIZE 4096

/* Newer than the headers of most. The structures are arrays of 32 bits, for the same reason. */
#define INIT_EXT (1U << 30)
#define PASSTHROUGH (1U << (37 - 32))
#define OPEN_PASSTHROUGH (1U << 7)
#define BACKING_OPEN _IOW(229, 1, struct backing_map)

struct backing_map {
	int32_t fd;
	uint32_t flags;
	uint64_t padding;
};

struct server {
	int fd;
	int backing;
	/* What the kernel calls that; 0: it passes nothing through. */
	uint32_t backing_id;
};

union answer {
	uint32_t word[16];
	struct fuse_attr_out attr;
	struct fuse_entry_out entry;
	struct fuse_statfs_out statfs;
};

static void fill_attr(struct fuse_attr *attr, uint64_t node)
{
	attr->ino = node;
	attr->mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	attr->nlink = 1;
	attr->size = node == FUSE_ROOT_ID ? 0 : SIZE;
}

/* Return: how long the answer is, or a negative errno. */
static int do_init(struct server *server, const uint32_t *in, uint32_t *out)
{
	out[0] = FUSE_KERNEL_VERSION;
	out[1] = in[1];
	out[5] = MAX_WRITE;
	if (server->backing >= 0 && (in[3] & INIT_EXT) &&
	    (in[4] & PASSTHROUGH)) {
		out[3] = INIT_EXT;
		out[8] = PASSTHROUGH;
		/* How many filesystems are above each other. */
		out[9] = 1;
		server->backing_id = UINT32_MAX;
	}
	return 64;
}

static int do_lookup(const char *name, struct fuse_entry_out *entry)
{
	const char *dot = strrchr(name, '.');

	if (!dot)
		return -ENOENT;
	entry->nodeid = FUSE_ROOT_ID + 1 + strtoul(dot + 1, NULL, 10);
	entry->entry_valid = VALID;
	entry->attr_valid = VALID;
	fill_attr(&entry->attr, entry->nodeid);
	return sizeof(*entry);
}

static int do_open(struct server *server, uint32_t *out)
{
	const struct backing_map map = { .fd = server->backing };
	int id;

	if (server->backing_id == UINT32_MAX) {
		id = ioctl(server->fd, BACKING_OPEN, &map);
		if (id < 0)
			return -errno;
		server->backing_id = (uint32_t)id;
	}
	if (server->backing_id) {
		out[2] = OPEN_PASSTHROUGH;
		out[3] = server->backing_id;
	}
	return 16;
}

static int do_request(struct server *server, const struct fuse_in_header *in,
		      union answer *answer)
{
	switch (in->opcode) {
	case FUSE_INIT:
		return do_init(server, (const uint32_t *)(in + 1),
			       answer->word);
	case FUSE_LOOKUP:
		return do_lookup((const char *)(in + 1), &answer->entry);
	case FUSE_GETATTR:
	case FUSE_SETATTR:
		answer->attr.attr_valid = VALID;
		fill_attr(&answer->attr.attr, in->nodeid);
		return sizeof(answer->attr);
	case FUSE_OPEN:
		return do_open(server, answer->word);
	case FUSE_STATFS:
		return sizeof(answer->statfs);
	case FUSE_FLUSH:
	case FUSE_RELEASE:
		return 0;
	default:
		return -ENOSYS;
	}
}

static void answer_request(struct server *server,
			   const struct fuse_in_header *in)
{
	union answer answer = { 0 };
	int result = do_request(server, in, &answer);
	struct fuse_out_header out = {
		.len = sizeof(out) + (result > 0 ? (uint32_t)result : 0),
		.error = result < 0 ? result : 0,
		.unique = in->unique,
	};
	struct iovec iov[] = {
		{ &out, sizeof(out) },
		{ &answer, out.len - sizeof(out) },
	};

	/* If its process has been killed, nobody wants it any more. */
	if (writev(server->fd, iov, 2) < 0 && errno != ENOENT)
		say_fail("cannot answer request %u: %s", in->opcode,
			 strerror(errno));
}

static enum verdict serve(struct server *server)
{
	static union {
		struct fuse_in_header header;
		char bytes[FUSE_MIN_READ_BUFFER + MAX_WRITE];
	} in;

	for (;;) {
		ssize_t got = read(server->fd, &in, sizeof(in));

		if (got < 0 && errno == ENODEV)
			return DONE;
		if (got < 0 && errno != EINTR && errno != ENOENT)
			return say_fail("cannot read a request: %s",
					strerror(errno));
		if (got > 0 && in.header.opcode != FUSE_FORGET &&
		    in.header.opcode != FUSE_BATCH_FORGET &&
		    in.header.opcode != FUSE_INTERRUPT)
			answer_request(server, &in.header);
	}
}

static enum verdict run(const struct options *opt, struct result *result)
{
	struct server server = { .backing = -1 };
	char data[80];

	(void)result;
	server.fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	if (server.fd < 0)
		return say_skip("this kernel has no FUSE: %s", strerror(errno));
	if (opt->backing)
		server.backing = open(opt->backing, O_RDWR | O_CLOEXEC);
	if (opt->backing && server.backing < 0)
		return say_fail("cannot open %s: %s", opt->backing,
				strerror(errno));
	snprintf(data, sizeof(data),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", server.fd);
	if (mount("fuse", opt->dir, "fuse", MS_NOSUID | MS_NODEV, data))
		return say_fail("cannot mount FUSE on %s: %s", opt->dir,
				strerror(errno));
	return serve(&server);
}

const struct workload workload_fuse = {
	.name = "fuse",
	.summary = "serve a FUSE filesystem on --dir, with files NAME.N",
	.uses = USES_DIR | USES_BACKING,
	.run = run,
};
