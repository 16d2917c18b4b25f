// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a superblock.
 *
 * Some kernels close its block device a little after the superblock is gone, in the
 * task work of whoever has shut it down, and nobody tells when that is over: so,
 * from then on, we try. Opened exclusively, and closed at once, a device is in
 * nobody's way but that of another who opens it exclusively just then.
 */
#include <blkid.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <dfput/words.h>

#include "analysis/lasting.h"
#include "analysis/sb_shutdown.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "proc/devices.h"
#include "proc/mountpoint.h"

/* How soon to try after the superblock is gone, how seldom, and for how long so. */
#define FIRST_TRY_NS UINT64_C(1000000)
#define MAX_TRY_NS UINT64_C(64000000)
#define EAGER_NS (10 * NUMBER_NS_PER_SEC)

/* For how long to wait for the module's word when the device is free. */
#define PATIENCE_NS (2 * NUMBER_NS_PER_SEC)

static const char *const states[] = { DFPUT_SUPER_STATES(DFPUT_WORD) };

static int load_supers(struct sb_shutdown *shutdown, struct reader *reader)
{
	rows_free(&shutdown->rows);
	return rows_load(&shutdown->rows, reader, "superblocks", lasting_names);
}

/**
 * struct wanted - which superblock
 * @id: this one, 0: see below
 * @device: that of this number
 * @source: or of this one, as a mount of ours says; 0: none
 * @name: or one without a block device of its own, of this name; NULL: none
 */
struct wanted {
	uint64_t id;
	dev_t device;
	dev_t source;
	char *name;
};

/* On btrfs, the superblock has a number of its own, and the device's name. */
static bool is_wanted_row(const struct wanted *wanted, const struct rows *rows,
			  size_t row)
{
	dev_t device;

	if (wanted->id)
		return rows_number(rows, row, LASTING_ID) == wanted->id;
	if (devices_parse(rows_text(rows, row, LASTING_DEVICE), &device))
		return false;
	if (device == wanted->device ||
	    (wanted->source && device == wanted->source))
		return true;
	return wanted->name && !major(device) &&
	       rows_is(rows, row, LASTING_NAME, wanted->name);
}

/* Those that are not gone, or else the last that is. */
static void choose_ids(struct sb_shutdown *shutdown,
		       const struct wanted *wanted)
{
	const struct rows *rows = &shutdown->rows;
	uint64_t id, gone = 0;

	for (size_t row = 0; row < rows->nr; row++) {
		if (!is_wanted_row(wanted, rows, row))
			continue;
		id = rows_number(rows, row, LASTING_ID);
		if (rows_is(rows, row, LASTING_STATE, states[DFPUT_SUPER_GONE]))
			gone = id > gone ? id : gone;
		else if (shutdown->nr_ids < SB_SHUTDOWN_MAX_IDS)
			shutdown->id[shutdown->nr_ids++] = id;
	}
	if (!shutdown->nr_ids && gone)
		shutdown->id[shutdown->nr_ids++] = gone;
}

/* Which block device is it, if it is one, and what is on it? */
static void take_block(struct sb_shutdown *shutdown, struct wanted *wanted,
		       const struct reader *reader)
{
	wanted->name = devices_name("", wanted->device);
	if (!wanted->name)
		return;
	shutdown->block = wanted->device;
	if (!shutdown->path)
		shutdown->path = blkid_devno_to_devname(shutdown->block);
	wanted->source = locate_super(reader->mountinfo, shutdown->block);
}

static int take_special_file(struct sb_shutdown *shutdown, const char *path,
			     struct wanted *wanted)
{
	struct stat stat_buf;

	if (stat(path, &stat_buf))
		return error_set(-errno, "--super: %s: %s", path,
				 strerror(errno));
	if (!S_ISBLK(stat_buf.st_mode))
		return error_set(
			-ENOTBLK,
			"--super: %s is no block device; give one, MAJOR:MINOR, or '#ID' of 'dfput superblocks'",
			path);
	wanted->device = stat_buf.st_rdev;
	shutdown->path = alloc_copy(path);
	return 0;
}

/* The device below a superblock that was named by its id. */
static int take_id(struct sb_shutdown *shutdown, const char *text,
		   struct wanted *wanted, const struct reader *reader)
{
	const struct rows *rows = &shutdown->rows;
	size_t row = 0;
	char *path;
	int err = 0;

	if (number_parse(text, &wanted->id) || !wanted->id)
		return error_set(-EINVAL, "--super: '#%s' is no id", text);
	while (row < rows->nr && !is_wanted_row(wanted, rows, row))
		row++;
	if (row == rows->nr)
		return error_set(
			-ESRCH,
			"--super: there is no superblock of that id; see 'dfput superblocks'");
	if (devices_parse(rows_text(rows, row, LASTING_DEVICE),
			  &wanted->device))
		return 0;
	if (!major(wanted->device)) {
		path = alloc_text("/dev/%s",
				  rows_text(rows, row, LASTING_NAME));
		err = devices_find("", path, &wanted->device);
		free(path);
	}
	if (!err)
		take_block(shutdown, wanted, reader);
	return 0;
}

static int take_target(struct sb_shutdown *shutdown, const char *text,
		       struct wanted *wanted, const struct reader *reader)
{
	int err = 0;

	if (*text == '#')
		return take_id(shutdown, text + 1, wanted, reader);
	if (devices_parse(text, &wanted->device))
		err = take_special_file(shutdown, text, wanted);
	if (!err)
		take_block(shutdown, wanted, reader);
	return err;
}

int sb_shutdown_find(struct sb_shutdown *shutdown, struct reader *reader,
		     const char *text)
{
	struct wanted wanted = { 0 };
	int err = load_supers(shutdown, reader);

	if (!err)
		err = take_target(shutdown, text, &wanted, reader);
	if (!err)
		choose_ids(shutdown, &wanted);
	free(wanted.name);
	if (!err && !shutdown->block && !shutdown->nr_ids)
		err = error_set(
			-ESRCH,
			"--super: no superblock %s has been seen; see 'dfput superblocks'",
			text);
	return err;
}

static bool is_chosen(const struct rows *rows, size_t row, void *context)
{
	struct sb_shutdown *shutdown = context;

	for (size_t i = 0; i < shutdown->nr_ids; i++) {
		if (shutdown->id[i] != rows_number(rows, row, LASTING_ID))
			continue;
		shutdown->nr_alive += !rows_is(rows, row, LASTING_STATE,
					       states[DFPUT_SUPER_GONE]);
		shutdown->nr_unknown += rows_is(rows, row, LASTING_STATE,
						states[DFPUT_SUPER_UNKNOWN]);
		return true;
	}
	return false;
}

/* Of several, the first of which that is seen. */
static void find_lasting(struct sb_shutdown *shutdown, struct reader *reader)
{
	struct lasting lasting = { 0 };

	for (size_t row = 0; row < shutdown->rows.nr && !lasting.kind; row++)
		lasting_find(&lasting, &shutdown->rows, row, reader);
	free(shutdown->lasting);
	shutdown->lasting = lasting.text;
}

static int look_at_supers(struct sb_shutdown *shutdown, struct reader *reader)
{
	int err = load_supers(shutdown, reader);
	size_t nr_missing;

	if (err)
		return err;
	shutdown->nr_alive = 0;
	shutdown->nr_unknown = 0;
	rows_keep(&shutdown->rows, is_chosen, shutdown);
	find_lasting(shutdown, reader);
	/* What has left the table is not known to be gone. */
	nr_missing = shutdown->nr_ids - shutdown->rows.nr;
	shutdown->nr_alive += nr_missing;
	shutdown->nr_unknown += nr_missing;
	return 0;
}

static int try_exclusive(struct sb_shutdown *shutdown)
{
	int fd = open(shutdown->path,
		      O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	shutdown->is_removed = err == ENXIO || err == ENODEV || err == ENOENT;
	shutdown->is_free = !err || shutdown->is_removed;
	if (!shutdown->is_free)
		shutdown->free_since = 0;
	else if (!shutdown->free_since)
		shutdown->free_since = number_now();
	if (shutdown->is_free || err == EBUSY)
		return 0;
	return error_set(-err, "cannot open %s exclusively: %s", shutdown->path,
			 strerror(err));
}

/* Gone, but for its device: nobody tells when that is free. */
static void set_pace(struct sb_shutdown *shutdown, struct wait *wait)
{
	uint64_t now = number_now();

	if (shutdown->nr_alive)
		shutdown->gone_since = 0;
	else if (!shutdown->gone_since)
		shutdown->gone_since = now;
	wait->first_nap = WAIT_MAX_NAP_NS;
	wait->max_nap = WAIT_MAX_NAP_NS;
	if (!shutdown->nr_ids || shutdown->nr_alive ||
	    now - shutdown->gone_since > EAGER_NS)
		return;
	wait->first_nap = FIRST_TRY_NS;
	wait->max_nap = MAX_TRY_NS;
}

int sb_shutdown_look(struct wait *wait)
{
	struct sb_shutdown *shutdown = wait->what;
	int err = look_at_supers(shutdown, wait->reader);

	if (!err && shutdown->path)
		err = try_exclusive(shutdown);
	if (err)
		return err;
	set_pace(shutdown, wait);
	wait->left =
		shutdown->nr_alive + (shutdown->block && !shutdown->is_free);
	if (shutdown->is_free &&
	    number_now() - shutdown->free_since > PATIENCE_NS)
		wait->left = 0;
	wait->stop =
		(!shutdown->block && shutdown->nr_unknown) ||
		(!shutdown->nr_alive && shutdown->block && !shutdown->path);
	return 0;
}

const char *sb_shutdown_text(const struct sb_shutdown *shutdown)
{
	if (shutdown->lasting)
		return shutdown->lasting;
	if (shutdown->nr_alive)
		return "the superblock is alive";
	if (!shutdown->nr_ids)
		return "the device is busy, and dfput has not seen a superblock of it";
	return "the superblock is gone, its device is busy";
}

int sb_shutdown_show(const struct sb_shutdown *shutdown, struct view *view)
{
	if (shutdown->block)
		view_bool(view, "exclusive",
			  shutdown->is_free && !shutdown->is_removed);
	view_text(view, "block_path", shutdown->path);
	view_text(view, "lasts", shutdown->lasting);
	return listing_show(&listing_superblocks, &shutdown->rows, NULL,
			    "superblocks", NULL, view);
}

void sb_shutdown_free(struct sb_shutdown *shutdown)
{
	rows_free(&shutdown->rows);
	free(shutdown->lasting);
	shutdown->lasting = NULL;
	free(shutdown->path);
	shutdown->path = NULL;
}
