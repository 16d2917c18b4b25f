// SPDX-License-Identifier: GPL-2.0-only
/*
 * Spans: a growing array in the result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "span.h"
#include "victim.h"

#define NSEC_PER_SEC 1000000000ULL

unsigned long long span_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * NSEC_PER_SEC +
	       (unsigned long long)now.tv_nsec;
}

enum verdict span_add(struct result *result, const char *name, pid_t pid,
		      unsigned long long from_ns, unsigned long long to_ns)
{
	size_t count = result->nr_spans;
	struct span *spans =
		reallocarray(result->spans, count + 1, sizeof(*spans));

	if (!spans)
		return say_fail("no memory for %zu spans", count + 1);
	spans[count] = (struct span){
		.name = name,
		.pid = pid,
		.from_ns = from_ns,
		.to_ns = to_ns,
	};
	result->spans = spans;
	result->nr_spans = count + 1;
	return DONE;
}

void span_print(const struct result *result)
{
	size_t i;

	for (i = 0; i < result->nr_spans; i++) {
		const struct span *span = &result->spans[i];

		printf("%s %d", span->name, (int)span->pid);
		if (span->to_ns)
			printf(" %llu %llu", span->from_ns, span->to_ns);
		putchar('\n');
	}
}
