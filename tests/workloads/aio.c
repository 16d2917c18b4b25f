// SPDX-License-Identifier: GPL-2.0-only
/*
 * aio contexts: set up and submitted to. libaio returns negative errnos.
 */
#include <errno.h>
#include <string.h>

#include "aio.h"

enum verdict aio_init(struct report *report, io_context_t *ctx,
		      unsigned int count)
{
	int err;

	*ctx = NULL;
	err = io_setup((int)count, ctx);
	if (err == -ENOSYS)
		return report_skip(report, "this kernel has no aio");
	if (err == -EAGAIN)
		return report_fail(
			report,
			"no aio context for %u requests: fs.aio-max-nr is too low",
			count);
	if (err < 0)
		return report_fail(report, "no aio context for %u requests: %s",
				   count, strerror(-err));
	report->counts.ring_files++;
	return DONE;
}

enum verdict aio_submit(struct report *report, io_context_t ctx,
			struct iocb **iocbs, unsigned int count)
{
	unsigned int done = 0;
	int got;

	while (done < count) {
		got = io_submit(ctx, (long)(count - done), iocbs + done);
		if (got <= 0)
			return report_fail(
				report, "aio request %u of %u refused: %s",
				done, count,
				got ? strerror(-got) : "nothing submitted");
		done += (unsigned int)got;
	}
	report->counts.requests += count;
	return DONE;
}
