// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a superblock.
 *
 * Some kernels close its block device a little after the superblock is dead, by
 * the task work of whoever has shut it down, and nobody tells when that is over:
 * so, from then on, we try. Opened exclusively, and closed at once, a device is
 * in nobody's way but that of another who opens it exclusively just then.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/error.h"
#include "analysis/sb_shutdown.h"
#include "proc/devices.h"
#include "debugfs/table.h"
#include "proc/mountpoint.h"
#include "lib/number.h"

/* How soon to try again after the death, how seldom, and for how long so. */
#define FIRST_TRY_NS UINT64_C(1000000)
#define MAX_TRY_NS UINT64_C(64000000)
#define EAGER_NS (10 * NUMBER_NS_PER_SEC)

/* For how long to wait for the module's word when the device is free. */
#define PATIENCE_NS (2 * NUMBER_NS_PER_SEC)

/**
 * struct super - a row of the table
 * @id: its id
 * @device: major:minor
 * @name: the filesystem's name for it
 * @state: alive, shutdown, gone, unknown
 */
struct super {
	uint64_t id;
	const char *device;
	const char *name;
	const char *state;
};

static int super_at(struct reader *reader, const struct document *doc,
		    size_t row, struct super *super)
{
	const struct {
		const char *name;
		const char **text;
	} cells[] = {
		{ "device", &super->device },
		{ "name", &super->name },
		{ "state", &super->state },
	};
	size_t column;
	int err = document_need_column(reader, doc, "id", &column);

	if (!err)
		err = document_cell_number(reader, doc, row, column,
					   &super->id);
	for (size_t i = 0; !err && i < sizeof(cells) / sizeof(cells[0]); i++) {
		err = document_need_column(reader, doc, cells[i].name, &column);
		if (!err)
			*cells[i].text = document_cell(doc, row, column);
	}
	return err;
}

static bool is_dead(const struct super *super)
{
	return !strcmp(super->state, "gone");
}

static int load(struct death *death, struct reader *reader)
{
	int err;

	document_free(death->doc);
	free(death->skip);
	death->skip = NULL;
	err = reader_load(reader, "superblocks", &death->doc);
	if (err)
		return err;
	death->skip = calloc(death->doc->nr_rows + 1, sizeof(bool));
	if (!death->skip)
		return error_set(-ENOMEM, "superblocks: not enough memory");
	return 0;
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
static bool is_wanted(const struct wanted *wanted, const struct super *super)
{
	dev_t device;

	if (wanted->id)
		return super->id == wanted->id;
	if (devices_parse(super->device, &device))
		return false;
	if (device == wanted->device ||
	    (wanted->source && device == wanted->source))
		return true;
	return wanted->name && !major(device) &&
	       !strcmp(super->name, wanted->name);
}

/* The living ones, or else the last of the dead. */
static int choose(struct death *death, struct reader *reader,
		  const struct wanted *wanted)
{
	uint64_t dead = 0;
	struct super super;
	int err = load(death, reader);

	for (size_t row = 0; !err && row < death->doc->nr_rows; row++) {
		err = super_at(reader, death->doc, row, &super);
		if (err || !is_wanted(wanted, &super))
			continue;
		if (is_dead(&super))
			dead = super.id > dead ? super.id : dead;
		else if (death->nr_ids < DEATH_MAX_IDS)
			death->id[death->nr_ids++] = super.id;
	}
	if (!err && !death->nr_ids && dead)
		death->id[death->nr_ids++] = dead;
	return err;
}

/* Where the device's name is /dev and the kernel's, as it mostly is. */
static char *find_path(dev_t block, const char *name)
{
	struct stat stat_buf;
	char *path;

	if (asprintf(&path, "/dev/%s", name) < 0)
		return NULL;
	for (char *at = path; *at; at++)
		*at = *at == '!' ? '/' : *at;
	if (!stat(path, &stat_buf) && S_ISBLK(stat_buf.st_mode) &&
	    stat_buf.st_rdev == block)
		return path;
	free(path);
	return NULL;
}

/* Which block device is it, if it is one, and what is on it? */
static int take_block(struct death *death, struct reader *reader,
		      struct wanted *wanted)
{
	int err;

	wanted->name = devices_name("", wanted->device);
	if (!wanted->name)
		return 0;
	death->block = wanted->device;
	if (!death->path)
		death->path = find_path(death->block, wanted->name);
	err = locate_super("", death->block, &wanted->source);
	if (err)
		return error_set(err, "cannot read the table of mounts: %s",
				 strerror(-err));
	return 0;
}

static int take_path(struct death *death, const char *text,
		     struct wanted *wanted)
{
	struct stat stat_buf;

	if (stat(text, &stat_buf))
		return error_set(-errno, "--super: %s: %s", text,
				 strerror(errno));
	if (!S_ISBLK(stat_buf.st_mode))
		return error_set(
			-ENOTBLK,
			"--super: %s is no block device; MAJOR:MINOR or '#ID' of 'dfput superblocks' will do too",
			text);
	wanted->device = stat_buf.st_rdev;
	death->path = strdup(text);
	return death->path ? 0 : error_set(-ENOMEM, "not enough memory");
}

/* The device below a superblock that was named by its id. */
static int take_its_block(struct death *death, struct reader *reader,
			  struct wanted *wanted)
{
	struct super super;
	char *path;
	int err;

	for (size_t row = 0; row < death->doc->nr_rows; row++) {
		err = super_at(reader, death->doc, row, &super);
		if (err)
			return err;
		if (super.id != wanted->id ||
		    devices_parse(super.device, &wanted->device))
			continue;
		if (major(wanted->device))
			return take_block(death, reader, wanted);
		if (asprintf(&path, "/dev/%s", super.name) < 0)
			return error_set(-ENOMEM, "not enough memory");
		err = devices_find("", path, &wanted->device);
		free(path);
		return err ? 0 : take_block(death, reader, wanted);
	}
	return error_set(
		-ESRCH,
		"--super: there is no superblock of that id; see 'dfput superblocks'");
}

static int find(struct death *death, struct reader *reader, const char *text,
		struct wanted *wanted)
{
	int err;

	if (*text == '#') {
		if (number_parse(text + 1, &wanted->id) || !wanted->id)
			return error_set(-EINVAL, "--super: '%s' is no id",
					 text);
		err = choose(death, reader, wanted);
		return err ? err : take_its_block(death, reader, wanted);
	}
	err = devices_parse(text, &wanted->device);
	if (err)
		err = take_path(death, text, wanted);
	if (!err)
		err = take_block(death, reader, wanted);
	if (!err)
		err = choose(death, reader, wanted);
	if (!err && !death->block && !death->nr_ids)
		err = error_set(
			-ESRCH,
			"--super: no superblock %s has been seen; see 'dfput superblocks'",
			text);
	return err;
}

int death_find(struct death *death, struct reader *reader, const char *text)
{
	struct wanted wanted = { 0 };
	int err = find(death, reader, text, &wanted);

	free(wanted.name);
	return err;
}

static bool is_ours(const struct death *death, uint64_t id)
{
	for (size_t i = 0; i < death->nr_ids; i++)
		if (death->id[i] == id)
			return true;
	return false;
}

static int look_at_supers(struct death *death, struct reader *reader)
{
	size_t nr_seen = 0;
	struct super super;
	int err = load(death, reader);

	death->nr_alive = 0;
	death->nr_unknown = 0;
	for (size_t row = 0; !err && row < death->doc->nr_rows; row++) {
		err = super_at(reader, death->doc, row, &super);
		death->skip[row] = err || !is_ours(death, super.id);
		if (death->skip[row])
			continue;
		nr_seen++;
		death->nr_alive += !is_dead(&super);
		death->nr_unknown += !strcmp(super.state, "unknown");
	}
	/* What has left the table is not known to be dead. */
	death->nr_alive += death->nr_ids - nr_seen;
	death->nr_unknown += death->nr_ids - nr_seen;
	return err;
}

static int try_device(struct death *death)
{
	int fd = open(death->path,
		      O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	int err = fd < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	death->is_gone = err == ENXIO || err == ENODEV || err == ENOENT;
	death->is_free = !err || death->is_gone;
	if (!death->is_free)
		death->free_since = 0;
	else if (!death->free_since)
		death->free_since = number_now();
	if (death->is_free || err == EBUSY)
		return 0;
	return error_set(-err, "cannot open %s exclusively: %s", death->path,
			 strerror(err));
}

/* It is dead, but for its device: nobody tells when that is free. */
static void set_pace(struct death *death, struct wait *wait)
{
	uint64_t now = number_now();

	if (death->nr_alive)
		death->dead_since = 0;
	else if (!death->dead_since)
		death->dead_since = now;
	wait->first_nap = WAIT_MAX_NAP_NS;
	wait->max_nap = WAIT_MAX_NAP_NS;
	if (!death->nr_ids || death->nr_alive ||
	    now - death->dead_since > EAGER_NS)
		return;
	wait->first_nap = FIRST_TRY_NS;
	wait->max_nap = MAX_TRY_NS;
}

int death_look(struct wait *wait)
{
	struct death *death = wait->what;
	int err = look_at_supers(death, wait->reader);

	if (!err && death->path)
		err = try_device(death);
	if (err)
		return err;
	set_pace(death, wait);
	wait->left = death->nr_alive + (death->block && !death->is_free);
	if (death->is_free && number_now() - death->free_since > PATIENCE_NS)
		wait->left = 0;
	wait->stop = (!death->block && death->nr_unknown) ||
		     (!death->nr_alive && death->block && !death->path);
	return 0;
}

const char *death_text(const struct death *death)
{
	if (death->nr_alive)
		return "the superblock is alive";
	if (!death->nr_ids)
		return "the device is busy, with nothing that dfput has seen";
	return "the superblock is gone, its device still busy";
}

int death_show(const struct death *death, struct reader *reader,
	       struct view *view)
{
	struct listing listing = listing_superblocks;

	listing.empty = NULL;
	if (death->block)
		view_bool(view, "exclusive", death->is_free && !death->is_gone);
	view_text(view, "device", death->path);
	return listing_show(&listing, reader, death->doc, death->skip, NULL,
			    view);
}

void death_free(struct death *death)
{
	document_free(death->doc);
	free(death->skip);
	free(death->path);
	*death = (struct death){ 0 };
}
