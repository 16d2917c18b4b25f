// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons: what the module has seen. Its tables tell mounts apart, but do not say
 * which is which; so whether a file is on the target's mount is only known where
 * there is no other of that superblock.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "proc/devices.h"
#include "lib/number.h"
#include "debugfs/stats.h"
#include "why/search.h"

#define MAX_COLUMNS 8

/**
 * struct table - a table of the module
 * @doc: the file
 * @names: columns that are needed, ended by NULL
 * @where: each one's place
 */
struct table {
	struct document *doc;
	const char *const *names;
	size_t where[MAX_COLUMNS];
};

/* Return: whether it is there; an older module may not have it. */
static bool load(struct why_search *search, const char *file,
		 const char *const *names, struct table *table)
{
	struct reader *reader = search->query->reader;
	int err = reader_load(reader, file, &table->doc);

	table->names = names;
	if (err == -ENOENT) {
		why_unseen(search, "this module has no %s", file);
		return false;
	}
	for (size_t i = 0; !err && names[i]; i++)
		err = document_need_column(reader, table->doc, names[i],
					   &table->where[i]);
	if (err)
		why_fail(search, err, "%s", error_text());
	return !err;
}

static const char *cell(const struct table *table, size_t row, size_t column)
{
	return document_cell(table->doc, row, table->where[column]);
}

/* What is no number, or none that fits, is refused. */
static uint64_t number(struct why_search *search, const struct table *table,
		       size_t row, size_t column)
{
	uint64_t value = 0;
	int err = document_cell_number(search->query->reader, table->doc, row,
				       table->where[column], &value);

	if (err)
		why_fail(search, err, "%s", error_text());
	return value;
}

/* Is this the superblock of the target? */
static bool is_super(const struct why_search *search, const char *text)
{
	char super[DEVICES_TEXT];

	return search->why->super &&
	       !strcmp(devices_text(super, search->why->super), text);
}

static size_t count_mounts(const struct why_search *search)
{
	const struct mounts *mounts = &search->holders.mounts;
	size_t nr = 0;

	for (size_t i = 0; i < mounts->nr; i++)
		nr += mounts->mount[i].super == search->why->super;
	return nr;
}

enum { UMOUNT_ENDED, UMOUNT_RESULT, UMOUNT_WHY, UMOUNT_DEVICE, UMOUNT_MOUNT };
static const char *const umounts_names[] = { "ended_ns", "result", "why",
					     "device",	 "mount",  NULL };

/* Was this mount taken away? Then it is not the target's. */
static bool is_away(const struct table *umounts, const char *mount)
{
	for (size_t row = 0; umounts->doc && row < umounts->doc->nr_rows; row++)
		if (!strcmp(cell(umounts, row, UMOUNT_MOUNT), mount) &&
		    !strcmp(cell(umounts, row, UMOUNT_RESULT), "0"))
			return true;
	return false;
}

static enum why_keeps keeps(const struct why_search *search,
			    const struct table *umounts, const char *mount)
{
	if (is_away(umounts, mount) || count_mounts(search) != 1)
		return WHY_DEVICE;
	return WHY_MOUNT;
}

enum {
	PENDING_AGE,
	PENDING_STATE,
	PENDING_CAUSE,
	PENDING_DEVICE,
	PENDING_OWNER,
	PENDING_COMM,
	PENDING_MOUNT,
};
static const char *const pending_names[] = { "age_ns", "state", "cause",
					     "device", "owner", "owner_comm",
					     "mount",  NULL };

/* There can be thousands: those of one process and mount are one reason. */
static bool same_pending(const struct table *table, size_t one, size_t other)
{
	static const int columns[] = { PENDING_CAUSE, PENDING_DEVICE,
				       PENDING_OWNER, PENDING_COMM,
				       PENDING_MOUNT };

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (strcmp(cell(table, one, (size_t)columns[i]),
			   cell(table, other, (size_t)columns[i])))
			return false;
	return true;
}

static void add_pending(struct why_search *search, const struct table *table,
			const struct table *umounts, size_t first, size_t nr)
{
	char what[NUMBER_TEXT + 16], age[NUMBER_TEXT];
	uint64_t owner = number(search, table, first, PENDING_OWNER);
	const struct why_reason reason = {
		.kind = "pending",
		.keeps = keeps(search, umounts,
			       cell(table, first, PENDING_MOUNT)),
		.pid = (pid_t)owner,
		.comm = owner ? (char *)cell(table, first, PENDING_COMM) : NULL,
		.fd = -1,
		.what = what,
	};

	snprintf(what, sizeof(what), "%zu files", nr);
	number_ns_short(age, number(search, table, first, PENDING_AGE));
	why_add(search, &reason,
		"on the kernel's list of deferred files, cause %s, for %s%s",
		cell(table, first, PENDING_CAUSE), age,
		owner ? "; closed by that process as it ended" : "");
}

/* What came before with the same has been counted there. */
static bool is_first(const struct table *table, size_t row)
{
	for (size_t i = 0; i < row; i++)
		if (same_pending(table, i, row))
			return false;
	return true;
}

static void look_at_pending(struct why_search *search,
			    const struct table *umounts)
{
	struct table table = { 0 };
	size_t nr;

	if (!load(search, "pending", pending_names, &table))
		goto out;
	for (size_t row = 0; row < table.doc->nr_rows; row++) {
		if (!is_super(search, cell(&table, row, PENDING_DEVICE)) ||
		    !is_first(&table, row))
			continue;
		nr = 0;
		for (size_t i = row; i < table.doc->nr_rows; i++)
			nr += same_pending(&table, row, i);
		add_pending(search, &table, umounts, row, nr);
	}
out:
	document_free(table.doc);
}

enum {
	HELD_AGE,
	HELD_DEVICE,
	HELD_INODE,
	HELD_MOUNT,
	HELD_PID,
	HELD_COMM,
};
static const char *const held_names[] = { "age_ns", "device", "inode", "mount",
					  "pid",    "comm",   NULL };

static void add_held(struct why_search *search, const struct table *table,
		     const struct table *umounts, size_t row)
{
	char what[NUMBER_TEXT + 16], age[NUMBER_TEXT];
	const struct why_reason reason = {
		.kind = "held",
		.keeps = keeps(search, umounts, cell(table, row, HELD_MOUNT)),
		.pid = (pid_t)number(search, table, row, HELD_PID),
		.comm = (char *)cell(table, row, HELD_COMM),
		.fd = -1,
		.what = what,
	};

	snprintf(what, sizeof(what), "inode %s", cell(table, row, HELD_INODE));
	number_ns_short(age, number(search, table, row, HELD_AGE));
	why_add(search, &reason,
		"closed by that process as it ended, %s ago, and still held: by nobody that is seen",
		age);
}

/* What a living process holds has been said already. */
static void look_at_held(struct why_search *search, const struct table *umounts)
{
	struct table table = { 0 };
	uint64_t inode;

	if (!load(search, "held", held_names, &table))
		goto out;
	for (size_t row = 0; row < table.doc->nr_rows; row++) {
		if (!is_super(search, cell(&table, row, HELD_DEVICE)))
			continue;
		inode = number(search, &table, row, HELD_INODE);
		if (!holders_hold(&search->holders, search->why->super, inode))
			add_held(search, &table, umounts, row);
	}
out:
	document_free(table.doc);
}

enum { RING_AGE, RING_STATE, RING_PID, RING_COMM };
static const char *const rings_names[] = { "age_ns", "state", "pid", "comm",
					   NULL };

static void look_at_rings(struct why_search *search)
{
	struct why_reason reason = { .kind = "ring",
				     .keeps = WHY_PERHAPS,
				     .fd = -1,
				     .what = "a ring of io_uring" };
	struct table table = { 0 };
	char age[NUMBER_TEXT];

	if (!load(search, "rings", rings_names, &table))
		goto out;
	for (size_t row = 0; row < table.doc->nr_rows; row++) {
		reason.pid = (pid_t)number(search, &table, row, RING_PID);
		reason.comm = (char *)cell(&table, row, RING_COMM);
		number_ns_short(age, number(search, &table, row, RING_AGE));
		why_add(search, &reason,
			"being torn down for %s (%s), closed by that process as it ended: whose files it holds is not known until it puts them",
			age, cell(&table, row, RING_STATE));
	}
out:
	document_free(table.doc);
}

enum { SUPER_DEVICE, SUPER_FSTYPE, SUPER_STATE, SUPER_NAME };
static const char *const supers_names[] = { "device", "fstype", "state", "name",
					    NULL };

/* The filesystem's own name for it is that of a device. */
static void take_super(struct why_search *search, const struct table *table,
		       const char *name)
{
	for (size_t row = 0; row < table->doc->nr_rows; row++)
		if (!strcmp(cell(table, row, SUPER_FSTYPE), "btrfs") &&
		    !strcmp(cell(table, row, SUPER_NAME), name) &&
		    strcmp(cell(table, row, SUPER_STATE), "gone"))
			devices_parse(cell(table, row, SUPER_DEVICE),
				      &search->why->super);
}

void why_super(struct why_search *search)
{
	const struct why *why = search->why;
	struct table table = { 0 };
	char *name;

	if (!search->query->reader || why->fstype || !why->is_block)
		return;
	name = devices_name(search->query->root, why->block[0]);
	if (name && load(search, "superblocks", supers_names, &table))
		take_super(search, &table, name);
	document_free(table.doc);
	free(name);
}

/* A superblock that lives, or dies, although nothing of it is mounted any more. */
static void look_at_supers(struct why_search *search)
{
	struct why_reason reason = { .kind = "shutdown",
				     .keeps = WHY_DEVICE,
				     .fd = -1 };
	struct table table = { 0 };
	const char *state;

	if (!load(search, "superblocks", supers_names, &table))
		goto out;
	for (size_t row = 0; row < table.doc->nr_rows; row++) {
		if (!is_super(search, cell(&table, row, SUPER_DEVICE)))
			continue;
		state = cell(&table, row, SUPER_STATE);
		reason.what = (char *)cell(&table, row, SUPER_NAME);
		if (!strcmp(state, "shutdown"))
			why_add(search, &reason,
				"its superblock is being shut down");
		else if (!strcmp(state, "alive") && !count_mounts(search) &&
			 !search->why->busy)
			search->why->busy = WHY_DEVICE_BUSY;
	}
out:
	document_free(table.doc);
}

/* The last word of the kernel on this superblock. */
static void look_at_umounts(struct why_search *search,
			    const struct table *umounts)
{
	size_t last = SIZE_MAX;

	for (size_t row = 0; umounts->doc && row < umounts->doc->nr_rows; row++)
		if (is_super(search, cell(umounts, row, UMOUNT_DEVICE)))
			last = row;
	if (last == SIZE_MAX)
		return;
	search->why->umount.ended = number(search, umounts, last, UMOUNT_ENDED);
	search->why->umount.result = strdup(cell(umounts, last, UMOUNT_RESULT));
	search->why->umount.why = strdup(cell(umounts, last, UMOUNT_WHY));
	if (!search->why->umount.result || !search->why->umount.why)
		why_fail(search, -ENOMEM, "not enough memory");
	else if (!strcmp(search->why->umount.result, "-EBUSY") &&
		 count_mounts(search) && !search->why->busy)
		search->why->busy = WHY_WAS_BUSY;
}

static void look_at_losses(struct why_search *search)
{
	struct doubts doubts = { 0 };
	struct stats stats;
	int err = stats_load(search->query->reader, &stats);

	if (err) {
		why_fail(search, err, "%s", error_text());
		return;
	}
	stats_doubt(&stats, &doubts);
	for (size_t i = 0; i < doubts.nr; i++)
		why_unseen(search, "of deferrals, not all: %s", doubts.text[i]);
}

void why_module(struct why_search *search)
{
	struct table umounts = { 0 };

	if (!search->query->reader) {
		why_unseen(
			search,
			"deferred files, and what ended processes left: the module's files cannot be read, see 'dfput doctor'");
		return;
	}
	load(search, "umounts", umounts_names, &umounts);
	look_at_pending(search, &umounts);
	look_at_held(search, &umounts);
	look_at_supers(search);
	look_at_rings(search);
	look_at_umounts(search, &umounts);
	look_at_losses(search);
	document_free(umounts.doc);
}
