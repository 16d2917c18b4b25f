/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of this room have to know of each other. */
#ifndef DFPUT_LIST_PRIVATE_H
#define DFPUT_LIST_PRIVATE_H

#include "list/list.h"

/* ---- deferral.c, for batch.c --------------------------------------------- */

/* A drain loop has called __fput(): @preload if it may be an old file. */
void dfput_release_start(struct dfput_release *release, const struct file *file,
			 bool preload, u64 now);

/* That __fput() is over. */
void dfput_release_finish(struct dfput_release *release, u64 now, bool flush);

/* Measuring stops, and no handler runs: its end will not be seen. */
void dfput_release_drop(struct dfput_release *release);

/*
 * Gaps: files that may have been on the list without a record. How many there were, and
 * how many of these are over.
 */
extern atomic_t dfput_list_gaps;
extern u32 dfput_list_gaps_over;

static __always_inline bool dfput_list_has_gaps(void)
{
	return atomic_read(&dfput_list_gaps) != READ_ONCE(dfput_list_gaps_over);
}

/* Before such a file is counted nowhere. */
void dfput_list_begin_gap(void);

/* A batch that began after @nr gaps is over, and there is no other. */
void dfput_list_end_gaps(u32 nr);

/* ---- batch.c, for deferral.c and selftest.c ------------------------------ */

/* Is current in a drain function, as far as its entry was seen? */
bool dfput_batch_entered(void);

/* Current's batch holds the last files of this preload generation. */
void dfput_batch_has_last_preload(void);

/* ---- origin.c, for deferral.c -------------------------------------------- */

/*
 * The call path of a put, which may not be the @last. Return: its id, 0 if there is no
 * room for it, or it was not looked for.
 */
u32 dfput_origin_of(unsigned long caller, enum dfput_cause cause, bool last);

/* A file of that call path was queued; its time on the list is over. */
void dfput_origin_queued(u32 id);
void dfput_origin_waited(u32 id, u64 wait);

/* ---- selftest.c, for deferral.c ------------------------------------------ */

extern bool dfput_selftest_active;

void __dfput_selftest_queued(const void *file, enum dfput_cause cause);
void __dfput_selftest_started(const void *file, enum dfput_match match);

static __always_inline void dfput_selftest_queued(const void *file,
						  enum dfput_cause cause)
{
	if (unlikely(READ_ONCE(dfput_selftest_active)))
		__dfput_selftest_queued(file, cause);
}

static __always_inline void dfput_selftest_started(const void *file,
						   enum dfput_match match)
{
	if (unlikely(READ_ONCE(dfput_selftest_active)))
		__dfput_selftest_started(file, match);
}

#endif /* DFPUT_LIST_PRIVATE_H */
