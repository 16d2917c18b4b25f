/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Log2 histograms: which there are, and the pure arithmetic of their buckets.
 *
 * Bucket 0 holds the value 0, bucket n > 0 the values from 2^(n-1) up to, but
 * not including, 2^n. The last bucket also holds everything above it.
 */
#ifndef DFPUT_HIST_H
#define DFPUT_HIST_H

#include <linux/types.h>

/* X(name, unit, meaning) */
#define DFPUT_HISTS(X)                                                          \
	X(queue_wait, ns,                                                       \
	  "from a file's queueing to the start of its release")                 \
	X(release_time, ns, "from the start of a file's release to its end")    \
	X(batch_size, files, "files drained in one batch")                      \
	X(batch_time, ns, "from the first to the last file of one batch")       \
	X(lateness, ns,                                                         \
	  "from the exit's being visible to a leftover's release")              \
	X(super_shutdown, ns,                                                   \
	  "from the start of a superblock's shutdown to its device being free") \
	X(mount_wait, ns,                                                       \
	  "from a batch of delayed_mntput being queued to a mount's cleanup")

#define DFPUT_HIST_ENUM(name, unit, meaning) DFPUT_HIST_##name,
enum dfput_hist {
	DFPUT_HISTS(DFPUT_HIST_ENUM) DFPUT_NR_HISTS,
};
#undef DFPUT_HIST_ENUM

/* 2^46 ns are 19 hours. */
#define DFPUT_HIST_BUCKETS 48

/**
 * dfput_hist_bucket() - the bucket that a value falls into
 * @value: nanoseconds or files
 *
 * Context: any; pure.
 * Return: 0 to DFPUT_HIST_BUCKETS - 1.
 */
static inline unsigned int dfput_hist_bucket(__u64 value)
{
	unsigned int bucket = value ? 64 - __builtin_clzll(value) : 0;

	return bucket < DFPUT_HIST_BUCKETS ? bucket : DFPUT_HIST_BUCKETS - 1;
}

/**
 * dfput_hist_floor() - the smallest value of a bucket
 * @bucket: 0 to DFPUT_HIST_BUCKETS - 1
 *
 * Context: any; pure.
 * Return: the bucket's inclusive lower bound, in the histogram's unit.
 */
static inline __u64 dfput_hist_floor(unsigned int bucket)
{
	return bucket ? 1ULL << (bucket - 1) : 0;
}

#endif /* DFPUT_HIST_H */
