/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of filesystem types. Of a type that is not listed nothing is known.
 */
#ifndef DFPUT_FSTYPE_H
#define DFPUT_FSTYPE_H

#include <stdbool.h>

/*
 * Do superblock and inode number tell an inode of this type from all others? On
 * btrfs subvolumes have the same numbers, on an overlay layers may; all anonymous
 * inodes (eventfd, epoll) have one number; a server may give one twice.
 */
bool fstype_has_unique_inodes(const char *fstype);

/*
 * Are all files that pin a mount of this type files of its superblock? Below a file of
 * an overlay, or of FUSE with passthrough, there is one of another superblock that
 * pins the same mount.
 */
bool fstype_is_alone(const char *fstype);

#endif /* DFPUT_FSTYPE_H */
