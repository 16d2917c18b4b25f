// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on files that defer nothing: what a hook takes from everybody.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "loop.h"

#define PLAIN "/tmp/bench.plain"
#define ROUNDS 2000
#define ADDRESSES 16
#define STATS "/sys/kernel/debug/dfput/stats"

static bool make_plain(void)
{
	int fd = open(PLAIN, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, 4096))
		die(PLAIN);
	close(fd);
	return true;
}

static void remove_plain(void)
{
	unlink(PLAIN);
}

/* ---- open and close, of a file on tmpfs --------------------------------- */

static int kept[ADDRESSES];
static unsigned int nr_kept;
static unsigned int opened;

/* What dfput does depends on the address of a file: keep this one, to get another. */
static void change_address(void)
{
	if (opened++ % (ROUNDS / ADDRESSES) || nr_kept == ADDRESSES)
		return;
	kept[nr_kept] = open(PLAIN, O_RDONLY | O_CLOEXEC);
	if (kept[nr_kept++] < 0)
		die(PLAIN);
}

static uint64_t open_close(void)
{
	uint64_t begun;
	int fd;

	change_address();
	begun = ticks();
	fd = open(PLAIN, O_RDONLY | O_CLOEXEC);
	close(fd);
	return ticks() - begun;
}

static void close_kept(void)
{
	while (nr_kept)
		close(kept[--nr_kept]);
	remove_plain();
}

const struct loop loop_open_close = {
	.name = "open_close",
	.rounds = ROUNDS,
	.prepare = make_plain,
	.once = open_close,
	.clean = close_kept,
};

/* ---- a read in a process of two threads: it takes a reference and puts it - */

static int null = -1;
static int pipe_ends[2];
static pthread_t other;

static void *wait_for_end(void *unused)
{
	char byte;

	(void)unused;
	if (read(pipe_ends[0], &byte, 1) < 0)
		die("pipe");
	return NULL;
}

static bool open_shared(void)
{
	null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (null < 0)
		die("/dev/null");
	if (pipe2(pipe_ends, O_CLOEXEC) ||
	    pthread_create(&other, NULL, wait_for_end, NULL))
		die("thread");
	return true;
}

static uint64_t read_shared(void)
{
	uint64_t begun = ticks();
	char byte;

	if (read(null, &byte, 1))
		die("/dev/null");
	return ticks() - begun;
}

static void close_shared(void)
{
	close(pipe_ends[1]);
	pthread_join(other, NULL);
	close(pipe_ends[0]);
	close(null);
}

const struct loop loop_read_shared = {
	.name = "read_shared",
	.rounds = 5000,
	.prepare = open_shared,
	.once = read_shared,
	.clean = close_shared,
};

/* ---- munmap of a mapped file: a reference that is not the last ----------- */

static int mapped = -1;

static bool open_mapped(void)
{
	make_plain();
	mapped = open(PLAIN, O_RDONLY | O_CLOEXEC);
	if (mapped < 0)
		die(PLAIN);
	return true;
}

static uint64_t unmap(void)
{
	void *at = mmap(NULL, 4096, PROT_READ, MAP_SHARED, mapped, 0);
	uint64_t begun;

	if (at == MAP_FAILED)
		die("mmap");
	begun = ticks();
	munmap(at, 4096);
	return ticks() - begun;
}

static void close_mapped(void)
{
	close(mapped);
	remove_plain();
}

const struct loop loop_munmap = {
	.name = "munmap",
	.rounds = 2000,
	.prepare = open_mapped,
	.once = unmap,
	.clean = close_mapped,
};

/* ---- dfput's own statistics: open, read to the end, close ---------------- */

static bool has_stats(void)
{
	return access(STATS, R_OK) == 0;
}

static uint64_t read_stats(void)
{
	static char text[65536];
	uint64_t begun = ticks();
	int fd = open(STATS, O_RDONLY | O_CLOEXEC);

	while (read(fd, text, sizeof(text)) > 0)
		;
	close(fd);
	return ticks() - begun;
}

const struct loop loop_stats_read = {
	.name = "stats_read",
	.rounds = 50,
	.prepare = has_stats,
	.once = read_stats,
};
