/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The filter: a close or an __fput() that cannot concern us is over with one load and
 * no lock.
 *
 * A file counts in one of the filter's words, found by its address, as often as it is
 * in a table: on record, or watched. The count is in the upper half of the word. The
 * lower half is the length of the text that the drains are in. So one comparison with
 * one word tells whether an __fput() was called by a drain, or may be that of a file in
 * a table.
 *
 * "Yes" may mean another file of the same word: the tables know. "No" is certain:
 * whoever adds a file to a table holds a reference, and drops it later. Dropping the
 * last reference comes after dropping all others, and the __fput() after that. Each
 * drop is an atomic operation of the kernel's that orders what comes before it.
 */
#ifndef DFPUT_FILTER_H
#define DFPUT_FILTER_H

#include <linux/atomic.h>
#include <linux/hash.h>

/* 2048 watched files, the default table when it is full, take one word of eight. */
#define DFPUT_FILTER_BITS 14
#define DFPUT_FILTER_SHIFT 32

extern atomic_long_t dfput_filter[1 << DFPUT_FILTER_BITS];

/* Half of the address is enough, and a multiplication less dear. */
static __always_inline atomic_long_t *dfput_filter_word(const void *file)
{
	return &dfput_filter[hash_32((unsigned long)file, DFPUT_FILTER_BITS)];
}

/* A file gets into a table: while the caller, or the hooked one, has a reference. */
static __always_inline void dfput_filter_add(const void *file)
{
	atomic_long_add(1L << DFPUT_FILTER_SHIFT, dfput_filter_word(file));
}

/* It was taken out. */
static __always_inline void dfput_filter_remove(const void *file)
{
	atomic_long_sub(1L << DFPUT_FILTER_SHIFT, dfput_filter_word(file));
}

static __always_inline unsigned long dfput_filter_read(const void *file)
{
	/* Each handler reads it once, so nothing has to tell the compiler to. */
	return data_race(dfput_filter_word(file)->counter);
}

/* May the file be in a table? */
static __always_inline bool dfput_filter_has(const void *file)
{
	return dfput_filter_read(file) >> DFPUT_FILTER_SHIFT;
}

/*
 * May the file's __fput() concern us, whose caller has this distance from the drains'
 * text? Distances fit in 32 bits as all of the kernel's text does.
 */
static __always_inline bool dfput_filter_passes(const void *file,
						unsigned long distance)
{
	return (u32)distance < dfput_filter_read(file);
}

/* Before any hook is armed: the length of the drains' text. */
void dfput_filter_init(u32 length);

#endif /* DFPUT_FILTER_H */
