// SPDX-License-Identifier: GPL-2.0-only
/*
 * The filter: a close or an __fput() that cannot concern us is over with one load and
 * no lock.
 */
#include <linux/kernel.h>

#include "core/filter.h"

atomic_long_t dfput_filter[1 << DFPUT_FILTER_BITS];

void dfput_filter_init(u32 length)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(dfput_filter); i++)
		atomic_long_set(&dfput_filter[i], length);
}
