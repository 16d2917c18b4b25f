/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What aio-rw and aio-poll have in common.
 *
 * A context's ring is a file, too, that the kernel opens for itself. free_ioctx
 * puts it in a kworker, one RCU grace period after the last request: mostly one
 * more deferral for each context. The victim's mapping of it is put as task
 * work, before that unless the end of its memory takes even longer. So these
 * are counted apart, as ring_files.
 */
#ifndef AIO_H
#define AIO_H

#include <libaio.h>

#include "victim.h"

/**
 * aio_init() - make a context
 * @report: gets the reason when there is none to be had
 * @ctx: the context
 * @count: requests that it must hold
 *
 * Return: DONE, FAILED, or SKIPPED on a kernel without aio.
 */
enum verdict aio_init(struct report *report, io_context_t *ctx,
		      unsigned int count);

/**
 * aio_submit() - submit all requests
 * @report: gets the reason when the kernel refuses one
 * @ctx: the context
 * @iocbs: the requests
 * @count: how many
 *
 * Return: DONE or FAILED.
 */
enum verdict aio_submit(struct report *report, io_context_t ctx,
			struct iocb **iocbs, unsigned int count);

#endif /* AIO_H */
