// SPDX-License-Identifier: GPL-2.0-only
/* Since 7.2 io_uring's fallback work belongs to a task, and no ring. */
#include <linux/io_uring_types.h>

struct task_struct *probe(struct work_struct *work);
struct task_struct *probe(struct work_struct *work)
{
	return container_of(work, struct io_uring_task, fallback_work)->task;
}
