// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file operations of fsload: a table, of which one after the other is done at
 * random, each on one of a few names in the current directory. A name that is not
 * there, or there already, is no fault; anything else is, and the process leaves,
 * which whoever waits for its death says.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aio.h"
#include "files.h"
#include "fsload.h"
#include "uring.h"

#define NAMES 16
#define BLOCK 4096
#define MAX_BLOCKS 16

struct file_op {
	/* Something that failed has set errno. */
	bool (*run)(void);
	unsigned int weight;
};

static struct {
	const struct options *opt;
	struct fsload_sum *sum;
	unsigned int seed;
	char *buffer;
	io_context_t ctx;
	struct io_uring ring;
} load;

static unsigned int below(unsigned int limit)
{
	return (unsigned int)rand_r(&load.seed) % limit;
}

static const char *any(char *name)
{
	snprintf(name, 16, "f%u", below(NAMES));
	return name;
}

static size_t any_length(void)
{
	return (size_t)(1 + below(MAX_BLOCKS)) * BLOCK;
}

static off_t any_offset(void)
{
	return (off_t)below(MAX_BLOCKS) * BLOCK;
}

static int open_any(int flags)
{
	char name[16];

	return open(any(name), flags | O_CLOEXEC, 0600);
}

/* ---- ordinary ones ------------------------------------------------------- */

static bool write_some(void)
{
	int fd = open_any(O_RDWR | O_CREAT);
	bool done;

	if (fd < 0)
		return false;
	done = pwrite(fd, load.buffer, any_length(), any_offset()) > 0;
	close(fd);
	return done;
}

static bool read_some(void)
{
	int fd = open_any(O_RDONLY);
	bool done;

	if (fd < 0)
		return false;
	done = pread(fd, load.buffer, any_length(), any_offset()) >= 0;
	close(fd);
	return done;
}

static bool truncate_one(void)
{
	char name[16];

	return !truncate(any(name), any_offset());
}

static bool sync_one(void)
{
	int fd = open_any(O_RDWR);
	bool done;

	if (fd < 0)
		return false;
	done = !fdatasync(fd);
	close(fd);
	return done;
}

static bool rename_one(void)
{
	char from[16], to[16];

	return !rename(any(from), any(to));
}

static bool link_one(void)
{
	char from[16], to[16];

	return !link(any(from), any(to));
}

static bool symlink_one(void)
{
	char to[16], text[16];

	return !symlink(any(to), "link") &&
	       readlink("link", text, sizeof(text)) > 0 && !unlink("link");
}

static bool unlink_one(void)
{
	char name[16];

	return !unlink(any(name));
}

static bool make_directory(void)
{
	return !mkdir("dir", 0700) && !rmdir("dir");
}

static bool list_directory(void)
{
	DIR *dir = opendir(".");

	if (!dir)
		return false;
	while (readdir(dir))
		;
	closedir(dir);
	return true;
}

static bool map_one(void)
{
	int fd = open_any(O_RDWR | O_CREAT);
	char *page = MAP_FAILED;

	if (fd < 0)
		return false;
	/* Nobody else is here who could make it shorter again. */
	if (!ftruncate(fd, BLOCK))
		page = mmap(NULL, BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			    0);
	close(fd);
	if (page == MAP_FAILED)
		return false;
	memset(page, 'm', BLOCK);
	return !munmap(page, BLOCK);
}

static bool stat_one(void)
{
	struct stat status;
	char name[16];

	return !stat(any(name), &status);
}

static const struct file_op ordinary[] = {
	{ write_some, 6 },  { read_some, 4 },	   { truncate_one, 1 },
	{ sync_one, 1 },    { rename_one, 2 },	   { link_one, 1 },
	{ symlink_one, 1 }, { unlink_one, 2 },	   { make_directory, 1 },
	{ map_one, 2 },	    { list_directory, 1 }, { stat_one, 2 },
};

/* ---- requests ------------------------------------------------------------- */

static bool is_good(long result)
{
	errno = result < 0 ? (int)-result : 0;
	return result >= 0;
}

/* The descriptor is closed before the wait with --closed, and after it without. */
static bool aio_one(void)
{
	bool write = below(2), closed = load.opt->closed;
	int got, fd = open_any(O_RDWR | O_CREAT | O_DIRECT);
	struct iocb iocb, *iocbs[] = { &iocb };
	struct io_event event = { 0 };

	if (fd < 0)
		return false;
	(write ? io_prep_pwrite : io_prep_pread)(&iocb, fd, load.buffer,
						 any_length(), any_offset());
	got = io_submit(load.ctx, 1, iocbs);
	if (closed)
		close(fd);
	if (got == 1)
		got = io_getevents(load.ctx, 1, 1, &event, NULL);
	if (!closed)
		close(fd);
	if (got != 1)
		return is_good(got < 0 ? got : -EIO);
	__atomic_add_fetch(&load.sum->answered, 1, __ATOMIC_RELAXED);
	return is_good((long)event.res);
}

static bool uring_one(void)
{
	bool write = below(2), closed = load.opt->closed;
	int got, fd = open_any(O_RDWR | O_CREAT | O_DIRECT);
	struct io_uring_sqe *sqe = io_uring_get_sqe(&load.ring);
	struct io_uring_cqe *cqe;

	if (fd < 0 || !sqe)
		return false;
	if (write)
		io_uring_prep_write(sqe, fd, load.buffer,
				    (unsigned int)any_length(), any_offset());
	else
		io_uring_prep_read(sqe, fd, load.buffer,
				   (unsigned int)any_length(), any_offset());
	got = io_uring_submit(&load.ring);
	if (closed)
		close(fd);
	if (got == 1)
		got = io_uring_wait_cqe(&load.ring, &cqe);
	if (!closed)
		close(fd);
	if (got < 0)
		return is_good(got);
	got = cqe->res;
	io_uring_cqe_seen(&load.ring, cqe);
	__atomic_add_fetch(&load.sum->answered, 1, __ATOMIC_RELAXED);
	return is_good(got);
}

static const struct file_op aio_op = { aio_one, 4 };
static const struct file_op uring_op = { uring_one, 4 };

/* ---- a process -------------------------------------------------------------- */

/* The share of each is its weight. */
static const struct file_op *choose(const struct file_op *const *ops,
				    unsigned int total)
{
	unsigned int at = below(total);

	while (at >= (*ops)->weight)
		at -= (*ops++)->weight;
	return *ops;
}

static void work(void)
{
	const struct file_op *ops[sizeof(ordinary) / sizeof(*ordinary) + 2];
	unsigned int i, count = 0, total;

	for (i = 0; i < sizeof(ordinary) / sizeof(*ordinary); i++)
		ops[count++] = &ordinary[i];
	if (load.opt->aio)
		ops[count++] = &aio_op;
	if (load.opt->uring)
		ops[count++] = &uring_op;
	for (i = 1, total = ops[0]->weight; i < count; i++)
		total += ops[i]->weight;
	for (;;) {
		if (!choose(ops, total)->run() && errno != ENOENT &&
		    errno != EEXIST)
			_exit(FAILED);
		__atomic_add_fetch(&load.sum->operations, 1, __ATOMIC_RELAXED);
	}
}

static enum verdict enter(const struct options *opt, struct report *report,
			  unsigned int slot)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/fsload.%u", opt->dir, slot);
	if ((mkdir(path, 0700) && errno != EEXIST) || chdir(path))
		return report_fail(report, "cannot work in %s: %s", path,
				   strerror(errno));
	return DONE;
}

/* Files that stay open, as they do in most programs. */
static enum verdict hold(const struct options *opt, struct report *report)
{
	char name[32];
	unsigned int i;

	for (i = 0; i < opt->files; i++) {
		snprintf(name, sizeof(name), "held.%u", i);
		if (open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) < 0)
			return report_fail(report, "cannot open %s: %s", name,
					   strerror(errno));
	}
	report->files = opt->files;
	return DONE;
}

enum verdict fsload_setup(const struct options *opt, struct report *report,
			  unsigned int slot, struct fsload_sum *sum)
{
	struct io_uring_params params = { 0 };
	enum verdict verdict;
	void *buffer;

	load.opt = opt;
	load.sum = sum;
	load.seed = (unsigned int)getpid();
	if (posix_memalign(&buffer, BLOCK, (size_t)MAX_BLOCKS * BLOCK))
		return report_fail(report, "no memory for a buffer");
	load.buffer = memset(buffer, 'l', (size_t)MAX_BLOCKS * BLOCK);
	verdict = enter(opt, report, slot);
	if (verdict == DONE)
		verdict = files_allow(report, opt->files);
	if (verdict == DONE)
		verdict = hold(opt, report);
	if (verdict == DONE && opt->aio)
		verdict = aio_init(report, &load.ctx, 1);
	if (verdict == DONE && opt->uring)
		verdict = uring_init(report, &load.ring, 1, &params);
	report->stay = work;
	return verdict;
}
