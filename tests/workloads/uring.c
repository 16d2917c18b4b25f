// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring rings. liburing returns negative errnos.
 */
#include <errno.h>
#include <string.h>

#include "uring.h"

enum verdict uring_init(struct report *report, struct io_uring *ring,
			unsigned int entries, struct io_uring_params *params)
{
	int err = io_uring_queue_init_params(entries, ring, params);

	if (err == -ENOSYS)
		return report_skip(report, "this kernel has no io_uring");
	if (err == -EPERM)
		return report_skip(
			report,
			"io_uring is not permitted (kernel.io_uring_disabled, seccomp)");
	if (err < 0)
		return report_fail(report, "no io_uring for %u requests: %s",
				   entries, strerror(-err));
	return DONE;
}
