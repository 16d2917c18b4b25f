// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "debugfs/target.h"
#include "proc/devices.h"
#include "proc/mountpoint.h"

/* Another machine's paths are not ours. */
static int fail_in_copy(const char *option, const char *text)
{
	return error_set(
		-EINVAL,
		"%s: %s: this copy has no such mount; 'dfput record --names' keeps them",
		option, text);
}

int target_mount(const struct reader *reader, const char *path, dev_t *super)
{
	char *real = reader->here ? realpath(path, NULL) : NULL;
	int err = 0;

	if (reader->here && !real)
		err = error_set(-errno, "--mount: %s: %s", path,
				strerror(errno));
	else if (!locate_mount(reader->mountinfo, real ? real : path, super))
		err = reader->here ?
			      error_set(
				      -EINVAL,
				      "--mount: %s: nothing is mounted there now; what was there has a device: see --super, and 'dfput superblocks'",
				      path) :
			      fail_in_copy("--mount", path);
	free(real);
	return err;
}

int target_super(const struct reader *reader, const char *text, dev_t *super)
{
	bool is_number = !devices_parse(text, super);
	dev_t block = *super;
	int err = 0;

	if (!reader->here)
		return is_number || locate_source(reader->mountinfo, text,
						  super) ?
			       0 :
			       fail_in_copy("--super", text);
	if (!is_number)
		err = devices_find("", text, &block);
	if (err)
		return error_set(err, "--super: %s: %s", text, strerror(-err));
	/* On btrfs, the superblock has another number than its device. */
	*super = locate_super(reader->mountinfo, block);
	if (!*super)
		*super = block;
	return 0;
}
