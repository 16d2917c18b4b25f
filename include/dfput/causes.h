/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Why a last put could not become task work: the one list of causes, shared by
 * the module, which decides, and the reader, which explains.
 *
 * Order is part of the ABI of the tracepoints (they carry the number): new
 * causes go last.
 */
#ifndef DFPUT_CAUSES_H
#define DFPUT_CAUSES_H

/* X(name, meaning) */
#define DFPUT_CAUSES(X)                                         \
	X(hardirq, "put in a hard interrupt")                   \
	X(softirq, "put in a soft interrupt")                   \
	X(bh, "put by a task with bottom halves off")           \
	X(kthread, "put by a kernel thread, kworkers included") \
	X(exited, "put by a task that had already run its exit task work")

#define DFPUT_CAUSE_ENUM(name, meaning) DFPUT_CAUSE_##name,
enum dfput_cause {
	DFPUT_CAUSES(DFPUT_CAUSE_ENUM) DFPUT_NR_CAUSES,
	/* This context would use task work: no deferral. */
	DFPUT_CAUSE_NONE = DFPUT_NR_CAUSES,
};
#undef DFPUT_CAUSE_ENUM

#endif /* DFPUT_CAUSES_H */
