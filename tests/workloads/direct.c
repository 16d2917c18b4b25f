// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files for O_DIRECT: the even ones are read, the odd ones written (--op).
 *
 * What is read has been written and synced, so that a read is one plain disk
 * request, completed in the interrupt. What is written is preallocated anew in
 * each round: to make an unwritten extent a written one takes a transaction,
 * so the filesystem completes such a write in a kworker (s_dio_done_wq). It
 * does not change the file's size, which would make the submitter wait.
 *
 * A hole of one request's size, on disk and in the file, keeps each request
 * from being merged with the next, and thus completed with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "direct.h"
#include "files.h"

#define ALIGNMENT 4096
#define NAME "direct"

unsigned int direct_count(const struct options *opt)
{
	return opt->files * opt->depth;
}

static bool is_written(const struct options *opt, unsigned int file)
{
	return opt->op == OP_WRITE || (opt->op == OP_BOTH && file % 2);
}

static off_t length(const struct options *opt)
{
	return (off_t)opt->depth * opt->size * 2;
}

static int fill(int fd, off_t left)
{
	char block[ALIGNMENT];

	memset(block, 'd', sizeof(block));
	for (; left > 0; left -= (off_t)sizeof(block))
		if (write(fd, block, sizeof(block)) != sizeof(block))
			return -1;
	return fsync(fd);
}

static enum verdict make_readable(const struct options *opt, unsigned int file)
{
	char path[PATH_MAX];
	enum verdict verdict = DONE;
	int fd;

	files_path(path, opt, NAME, file);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return say_fail("cannot create %s: %s", path, strerror(errno));
	errno = 0;
	if (fill(fd, length(opt)))
		verdict = say_fail("cannot write %s: %s", path,
				   errno ? strerror(errno) : "short write");
	close(fd);
	return verdict;
}

enum verdict direct_prepare(const struct options *opt)
{
	enum verdict verdict = DONE;
	unsigned int i;

	if (opt->op == OP_BOTH && opt->files < 2)
		return say_fail("--op both needs two --files or more");
	for (i = 0; i < opt->files && verdict == DONE; i++)
		if (!is_written(opt, i))
			verdict = make_readable(opt, i);
	return verdict;
}

static enum verdict make_writable(const struct options *opt,
				  struct report *report, const char *path)
{
	enum verdict verdict = DONE;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0)
		return report_fail(report, "cannot create %s: %s", path,
				   strerror(errno));
	if (fallocate(fd, 0, 0, length(opt))) {
		if (errno == EOPNOTSUPP)
			verdict =
				report_skip(report, "no fallocate on %s", path);
		else
			verdict = report_fail(report,
					      "cannot preallocate %s: %s", path,
					      strerror(errno));
	}
	close(fd);
	return verdict;
}

static enum verdict open_request(const struct options *opt,
				 struct report *report, const char *path,
				 struct direct_request *request)
{
	int mode = request->write ? O_WRONLY : O_RDONLY;

	request->fd = open(path, mode | O_DIRECT | O_CLOEXEC);
	if (request->fd < 0 && errno == EINVAL)
		return report_skip(report, "no O_DIRECT on %s", path);
	if (request->fd < 0)
		return report_fail(report, "cannot open %s: %s", path,
				   strerror(errno));
	if (posix_memalign(&request->buffer, ALIGNMENT, opt->size))
		return report_fail(report, "no memory for a buffer of %u bytes",
				   opt->size);
	memset(request->buffer, 'w', opt->size);
	return DONE;
}

/*
 * The requests of all files take turns, so that of those that are still in flight at
 * the end some are reads and some are writes, however few.
 */
static enum verdict open_file(const struct options *opt, struct report *report,
			      unsigned int file,
			      struct direct_request *requests)
{
	enum verdict verdict = DONE;
	char path[PATH_MAX];
	unsigned int i;

	files_path(path, opt, NAME, file);
	if (is_written(opt, file))
		verdict = make_writable(opt, report, path);
	for (i = 0; i < opt->depth && verdict == DONE; i++) {
		struct direct_request *request =
			&requests[i * opt->files + file];

		request->write = is_written(opt, file);
		request->offset = (off_t)i * opt->size * 2;
		verdict = open_request(opt, report, path, request);
	}
	return verdict;
}

enum verdict direct_open(const struct options *opt, struct report *report,
			 struct direct_request **requests)
{
	enum verdict verdict = files_allow(report, direct_count(opt));
	unsigned int i;

	if (verdict != DONE)
		return verdict;
	*requests = calloc(direct_count(opt), sizeof(**requests));
	if (!*requests)
		return report_fail(report, "no memory for %u requests",
				   direct_count(opt));
	for (i = 0; i < opt->files && verdict == DONE; i++)
		verdict = open_file(opt, report, i, *requests);
	return verdict;
}

void direct_close(const struct options *opt,
		  const struct direct_request *requests)
{
	unsigned int i;

	for (i = 0; i < direct_count(opt); i++)
		close(requests[i].fd);
}

enum verdict direct_check(const struct options *opt, struct report *report,
			  long result)
{
	if (result < 0)
		return report_fail(report, "a request failed: %s",
				   strerror((int)-result));
	if (result != (long)opt->size)
		return report_fail(report, "a request of %u bytes did %ld",
				   opt->size, result);
	return DONE;
}

void direct_clean(const struct options *opt)
{
	files_remove(opt, NAME, opt->files);
}
