// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who hears of what happens to a file of the list: see list/events.h.
 */
#include "exit/exit.h"
#include "list/events.h"
#include "list/list.h"
#include "umount/umount.h"

u32 dfput_list_putting(const struct file *file)
{
	return dfput_ring_putting(file);
}

void dfput_list_queued(const struct dfput_deferral *deferral, u32 mount_seq)
{
	dfput_umount_ring_put(deferral->ring, deferral->mount, mount_seq);
}

void *dfput_list_started(const struct file *file)
{
	return dfput_watch_take(file);
}

void dfput_list_released(const struct dfput_release *release, u64 now)
{
	dfput_watch_released(release->watched, release->deferral, now);
}

void dfput_list_dropped(const struct dfput_release *release)
{
	dfput_watch_drop(release->watched);
}
