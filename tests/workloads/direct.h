/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The O_DIRECT requests that aio-rw, uring-direct and uring-sqpoll have in
 * flight, and the files they are made on.
 *
 * Each request has an open file of its own: once its fd is closed, the request
 * holds the last reference, and every completion is a last put.
 */
#ifndef DIRECT_H
#define DIRECT_H

#include <sys/types.h>

#include "victim.h"

struct direct_request {
	int fd;
	bool write;
	void *buffer;
	off_t offset;
};

/**
 * direct_count() - number of requests, and of open files, in a round
 * @opt: the options of this run
 *
 * Return: that number.
 */
unsigned int direct_count(const struct options *opt);

/**
 * direct_prepare() - fill the files that will be read
 * @opt: the options of this run
 *
 * For the parent. Return: DONE, or how it failed after having said why.
 */
enum verdict direct_prepare(const struct options *opt);

/**
 * direct_open() - empty the files to be written, open an fd for each request
 * @opt: the options of this run
 * @report: gets the reason when that fails
 * @requests: gets an array of direct_count() requests
 *
 * For a victim, which never frees it. Return: DONE, FAILED or SKIPPED.
 */
enum verdict direct_open(const struct options *opt, struct report *report,
			 struct direct_request **requests);

/**
 * direct_close() - close each request's fd
 * @opt: the options of this run
 * @requests: what direct_open() made
 */
void direct_close(const struct options *opt,
		  const struct direct_request *requests);

/**
 * direct_check() - hold a completion against its request
 * @opt: the options of this run
 * @report: gets the reason when it failed or came up short
 * @result: bytes transferred, or a negative errno
 *
 * Return: DONE or FAILED.
 */
enum verdict direct_check(const struct options *opt, struct report *report,
			  long result);

/**
 * direct_clean() - remove the files
 * @opt: the options of this run
 */
void direct_clean(const struct options *opt);

#endif /* DIRECT_H */
