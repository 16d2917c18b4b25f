/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of this room have of each other.
 */
#ifndef DFPUT_UMOUNT_INTERNAL_H
#define DFPUT_UMOUNT_INTERNAL_H

#include "umount/umount.h"

/* The shutdown of a superblock is over. */
void dfput_umount_shutdown(const struct dfput_super_ref *super, u64 now);

#endif /* DFPUT_UMOUNT_INTERNAL_H */
