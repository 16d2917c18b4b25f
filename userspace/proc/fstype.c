// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "lib/alloc.h"
#include "proc/fstype.h"

/*
 * All of these are alone. The numbers of pipes and sockets come again after 2^32:
 * that one of those is open still, we neglect.
 */
static const struct fstype {
	const char *name;
	bool unique;
} fstypes[] = {
	{ "bcachefs", false }, { "btrfs", false }, { "nfs", false },
	{ "nfs4", false },     { "devpts", true }, { "devtmpfs", true },
	{ "exfat", true },     { "ext2", true },   { "ext3", true },
	{ "ext4", true },      { "f2fs", true },   { "jfs", true },
	{ "msdos", true },     { "pipefs", true }, { "sockfs", true },
	{ "tmpfs", true },     { "vfat", true },   { "xfs", true },
};

static const struct fstype *find_fstype(const char *name)
{
	for (size_t i = 0; i < NR(fstypes); i++)
		if (!strcmp(fstypes[i].name, name))
			return &fstypes[i];
	return NULL;
}

bool fstype_has_unique_inodes(const char *fstype)
{
	const struct fstype *known = find_fstype(fstype);

	return known && known->unique;
}

bool fstype_is_alone(const char *fstype)
{
	return find_fstype(fstype);
}
