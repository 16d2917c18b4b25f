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

#include <dfput/words.h>

#include "analysis/lasting.h"
#include "analysis/releases.h"
#include "debugfs/places.h"
#include "debugfs/rows.h"
#include "debugfs/stats.h"
#include "debugfs/trust.h"
#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/devices.h"
#include "proc/fstype.h"
#include "why/search.h"

/*
 * An older module may lack the table, which then has no rows. Return: whether it
 * was read.
 */
static bool select_rows(struct why_search *search, const char *file,
			const char *const *names, rows_filter *filter,
			struct rows *rows)
{
	int err;

	if (search->err)
		return false;
	err = rows_select(rows, search->query->reader, file, names, filter,
			  search);
	if (err == -ENOENT)
		why_unseen(search, "this module has no %s", file);
	else if (err)
		why_fail(search, err);
	if (err)
		rows_free(rows);
	return !err;
}

static bool load_rows(struct why_search *search, const char *file,
		      const char *const *names, struct rows *rows)
{
	return select_rows(search, file, names, NULL, rows);
}

/* The first columns of tables that files or umounts of superblocks are in. */
enum { DEVICE, INODE, FSTYPE };

/* Is this the superblock of the target? */
static bool is_super(const struct rows *rows, size_t row, void *context)
{
	const struct why_search *search = context;
	char super[DEVICES_TEXT];

	return search->why->super &&
	       rows_is(rows, row, DEVICE,
		       devices_text(super, search->why->super));
}

/* Is this file a socket of the port? Then it is known who has that. */
static bool is_of_port(const struct rows *rows, size_t row,
		       const struct why_search *search)
{
	struct ports_socket *socket = NULL;

	if (rows_is(rows, row, FSTYPE, search->why->fstype))
		socket = ports_find(&search->why->ports,
				    rows_number(rows, row, INODE));
	if (!socket || !socket->ours)
		return false;
	ports_found(&search->why->ports, socket);
	return true;
}

/* And, if the target is a file, this one? */
static bool is_target(const struct rows *rows, size_t row, void *context)
{
	const struct why_search *search = context;
	uint64_t inode = search->why->inode;

	if (search->why->port)
		return is_of_port(rows, row, search);
	return is_super(rows, row, context) &&
	       (!inode || rows_number(rows, row, INODE) == inode);
}

static size_t count_mounts(const struct why_search *search)
{
	const struct mounts *mounts = &search->holders.mounts;
	size_t nr = 0;

	for (size_t i = 0; i < mounts->nr; i++)
		nr += mounts->mount[i].super == search->why->super;
	return nr;
}

enum {
	UMOUNT_ENDED = DEVICE + 1,
	UMOUNT_RESULT,
	UMOUNT_WHY,
	UMOUNT_MOUNT,
	UMOUNT_SUPER,
};
static const char *const umounts_names[] = { "device", "#ended_ns", "result",
					     "why",    "mount",	    "#super",
					     NULL };

/* Was this mount taken away? Then it is not the target's. */
static bool is_away(const struct rows *umounts, const char *mount)
{
	for (size_t row = 0; row < umounts->nr; row++)
		if (rows_is(umounts, row, UMOUNT_MOUNT, mount) &&
		    rows_is(umounts, row, UMOUNT_RESULT, "0"))
			return true;
	return false;
}

static enum why_keeps judge_mount(const struct why_search *search,
				  const struct rows *umounts, const char *mount)
{
	if (search->why->port)
		return WHY_PORT;
	if (search->why->inode)
		return fstype_has_unique_inodes(search->why->fstype) ?
			       WHY_OPEN :
			       WHY_PERHAPS;
	if (is_away(umounts, mount) || count_mounts(search) != 1)
		return WHY_DEVICE;
	return WHY_MOUNT;
}

enum {
	PENDING_CAUSE = FSTYPE + 1,
	PENDING_OWNER,
	PENDING_COMM,
	PENDING_MOUNT,
	PENDING_AGE,
};
static const char *const pending_names[] = { "device", "#inode",  "fstype",
					     "cause",  "#owner",  "owner_comm",
					     "mount",  "#age_ns", NULL };

/* There can be thousands: those of one process and mount are one reason. */
static int compare_reasons(const struct rows *rows, size_t one, size_t other)
{
	int order = strcmp(rows_text(rows, one, DEVICE),
			   rows_text(rows, other, DEVICE));

	for (int i = PENDING_CAUSE; !order && i <= PENDING_MOUNT; i++)
		order = strcmp(rows_text(rows, one, i),
			       rows_text(rows, other, i));
	return order;
}

/* Of one reason in the order of the table. */
static int compare_rows(const void *a, const void *b, void *rows)
{
	const size_t *one = a, *other = b;
	int order = compare_reasons(rows, *one, *other);

	return order ? order : (*one > *other) - (*one < *other);
}

/* Return: of the first row of each reason how many rows it has, of others 0. */
static size_t *count_reasons(struct rows *rows)
{
	size_t *sorted = alloc_array(rows->nr, sizeof(*sorted));
	size_t *count = alloc_array(rows->nr, sizeof(*count)), first = 0;

	for (size_t i = 0; i < rows->nr; i++)
		sorted[i] = i;
	qsort_r(sorted, rows->nr, sizeof(*sorted), compare_rows, rows);
	for (size_t i = 0; i < rows->nr; i++) {
		if (!i || compare_reasons(rows, first, sorted[i]))
			first = sorted[i];
		count[first]++;
	}
	free(sorted);
	return count;
}

/* Files of a layer pin the mount of the overlay: see fstype_is_alone(). */
static bool is_perhaps_pinning(const struct rows *rows, size_t row,
			       void *context)
{
	const struct why_search *search = context;
	const char *fstype = search->why->fstype;

	return is_target(rows, row, context) ||
	       (fstype && !fstype_is_alone(fstype) &&
		*rows_cell(rows, row, PENDING_MOUNT));
}

static void add_pending(struct why_search *search, const struct rows *rows,
			const struct rows *umounts, size_t first, size_t nr)
{
	char what[NUMBER_TEXT], age[NUMBER_TEXT];
	uint64_t owner = rows_number(rows, first, PENDING_OWNER);
	bool ours = is_target(rows, first, (void *)search);
	const struct why_reason reason = {
		.kind = "pending",
		.keeps = ours ? judge_mount(search, umounts,
					    rows_text(rows, first,
						      PENDING_MOUNT)) :
				WHY_PERHAPS,
		.pid = (pid_t)owner,
		.comm = owner ? (char *)rows_text(rows, first, PENDING_COMM) :
				NULL,
		.fd = -1,
		.what = what,
	};

	number_count(what, nr, search->why->port ? "socket" : "file");
	number_ns_short(age, rows_number(rows, first, PENDING_AGE));
	why_add(search, &reason,
		"on the kernel's list of deferred files, cause %s, for %s%s%s",
		rows_text(rows, first, PENDING_CAUSE), age,
		owner ? "; closed by that process as it ended" : "",
		ours ? "" : "; of another filesystem, perhaps a layer of this");
}

static void look_at_pending(struct why_search *search,
			    const struct rows *umounts)
{
	struct rows rows;
	size_t *count;

	if (!select_rows(search, "pending", pending_names, is_perhaps_pinning,
			 &rows))
		return;
	count = count_reasons(&rows);
	for (size_t row = 0; row < rows.nr; row++)
		if (count[row])
			add_pending(search, &rows, umounts, row, count[row]);
	if (rows.nr)
		search->why->stuck = releases_stuck(search->query->reader);
	free(count);
	rows_free(&rows);
}

enum { HELD_AGE = FSTYPE + 1, HELD_MOUNT, HELD_PID, HELD_COMM };
static const char *const held_names[] = { "device",  "#inode", "fstype",
					  "#age_ns", "mount",  "#pid",
					  "comm",    NULL };

static void add_held(struct why_search *search, const struct rows *rows,
		     const struct rows *umounts, size_t row, bool perhaps)
{
	char what[NUMBER_TEXT + 16], age[NUMBER_TEXT];
	const struct why_reason reason = {
		.kind = "held",
		.keeps = perhaps ?
				 WHY_PERHAPS :
				 judge_mount(search, umounts,
					     rows_text(rows, row, HELD_MOUNT)),
		.pid = (pid_t)rows_number(rows, row, HELD_PID),
		.comm = (char *)rows_text(rows, row, HELD_COMM),
		.fd = -1,
		.what = what,
	};

	snprintf(what, sizeof(what), "inode %s", rows_text(rows, row, INODE));
	number_ns_short(age, rows_number(rows, row, HELD_AGE));
	why_add(search, &reason,
		"closed by that process as it ended, %s ago; %s", age,
		perhaps ?
			"a living process holds it, or another file of this number" :
			"no living process is seen to hold it, but something does");
}

/* why_live() has told what living processes hold. */
static void look_at_held(struct why_search *search, const struct rows *umounts)
{
	enum holders_answer answer;
	struct rows rows;

	if (!select_rows(search, "held", held_names, is_target, &rows))
		return;
	for (size_t row = 0; row < rows.nr; row++) {
		answer = holders_hold(&search->holders,
				      rows_text(&rows, row, FSTYPE),
				      search->why->super,
				      rows_number(&rows, row, INODE));
		if (answer != HOLDERS_ONE)
			add_held(search, &rows, umounts, row,
				 answer == HOLDERS_PERHAPS);
	}
	rows_free(&rows);
}

static void look_at_rings(struct why_search *search)
{
	enum { AGE, STATE, PID, COMM };
	static const char *const names[] = { "#age_ns", "state", "#pid", "comm",
					     NULL };
	struct why_reason reason = { .kind = "ring",
				     .keeps = WHY_PERHAPS,
				     .fd = -1,
				     .what = "a ring of io_uring" };
	char age[NUMBER_TEXT];
	struct rows rows;

	if (!load_rows(search, "rings", names, &rows))
		return;
	for (size_t row = 0; row < rows.nr; row++) {
		reason.pid = (pid_t)rows_number(&rows, row, PID);
		reason.comm = (char *)rows_text(&rows, row, COMM);
		number_ns_short(age, rows_number(&rows, row, AGE));
		why_add(search, &reason,
			"closed by %s, %s ago, and not freed yet (%s): its files are not known until it puts them",
			reason.pid ? "that process as it ended" :
				     "a process that is not known",
			age, rows_text(&rows, row, STATE));
	}
	rows_free(&rows);
}

static const char *const super_states[] = { DFPUT_SUPER_STATES(DFPUT_WORD) };

/* On btrfs, the filesystem's own name for it is that of a device. */
void why_super(struct why_search *search)
{
	struct why *why = search->why;
	struct rows rows;
	char *name;

	if (!search->query->reader || why->fstype || !why->is_block)
		return;
	name = devices_name(search->query->root, why->block[0]);
	if (name && load_rows(search, "superblocks", lasting_names, &rows)) {
		for (size_t row = 0; row < rows.nr; row++)
			if (rows_is(&rows, row, LASTING_FSTYPE, "btrfs") &&
			    rows_is(&rows, row, LASTING_NAME, name) &&
			    !rows_is(&rows, row, LASTING_STATE,
				     super_states[DFPUT_SUPER_GONE]))
				devices_parse(rows_text(&rows, row, DEVICE),
					      &why->super);
		rows_free(&rows);
	}
	free(name);
}

static void add_lasting(struct why_search *search, const struct rows *rows,
			size_t row, const struct lasting *lasting)
{
	const struct why_reason reason = {
		.kind = lasting->kind,
		.keeps = WHY_DEVICE,
		.pid = lasting->pid,
		.comm = lasting->pid ? (char *)lasting->comm : NULL,
		.fd = -1,
		.what = (char *)rows_text(rows, row, LASTING_NAME),
	};

	why_add(search, &reason, "%s", lasting->text);
}

/* Nothing of it is mounted. */
static void note_lasting(struct why_search *search, const struct rows *rows,
			 size_t row)
{
	if (!search->why->busy)
		search->why->busy = WHY_DEVICE_BUSY;
	if (lasting_unseen(rows, row))
		why_unseen(
			search,
			"whether the superblock is frozen: the module does not see that");
}

/* A superblock that lives on, although nothing of it is mounted, or will. */
static void look_for_lasting(struct why_search *search)
{
	bool mounted = count_mounts(search);
	struct lasting lasting;
	struct rows rows;

	if (search->why->inode ||
	    !select_rows(search, "superblocks", lasting_names, is_super, &rows))
		return;
	for (size_t row = 0; row < rows.nr; row++) {
		if (lasting_find(&lasting, &rows, row, search->query->reader))
			add_lasting(search, &rows, row, &lasting);
		if (!mounted &&
		    (lasting.kind || rows_is(&rows, row, LASTING_STATE,
					     super_states[DFPUT_SUPER_ALIVE])))
			note_lasting(search, &rows, row);
		free(lasting.text);
	}
	rows_free(&rows);
}

/* Where nothing is mounted, the last of the device tells. */
static bool is_own_umount(const struct rows *umounts, size_t row,
			  const struct why_search *search, uint64_t living)
{
	if (!is_super(umounts, row, (void *)search))
		return false;
	if (!living)
		return !search->mount;
	return rows_number(umounts, row, UMOUNT_SUPER) == living;
}

/* The last word of the kernel on this superblock. */
static void look_at_umounts(struct why_search *search,
			    const struct rows *umounts)
{
	struct why *why = search->why;
	uint64_t living = places_living(search->query->reader, why->super);
	size_t last = SIZE_MAX;

	for (size_t row = 0; row < umounts->nr; row++)
		if (is_own_umount(umounts, row, search, living) &&
		    (last == SIZE_MAX ||
		     rows_number(umounts, row, UMOUNT_ENDED) >
			     rows_number(umounts, last, UMOUNT_ENDED)))
			last = row;
	if (last == SIZE_MAX || why->inode)
		return;
	why->umount.ended = rows_number(umounts, last, UMOUNT_ENDED);
	why->umount.result =
		alloc_copy(rows_text(umounts, last, UMOUNT_RESULT));
	why->umount.why = alloc_copy(rows_text(umounts, last, UMOUNT_WHY));
	if (!strcmp(why->umount.result, "-EBUSY") && count_mounts(search) &&
	    !why->busy)
		why->busy = WHY_WAS_BUSY;
}

enum { LATE_SUPER = FSTYPE + 1, LATE_LATENESS, LATE_EXIT, LATE_PID, LATE_COMM };
static const char *const leftovers_names[] = {
	"device",   "#inode", "fstype", "#super", "#lateness_ns",
	"#exit_ns", "#pid",   "comm",	NULL
};

/* What is over explains what failed before. */
static void look_at_leftovers(struct why_search *search)
{
	struct why_late *before = &search->why->before;
	uint64_t living, released;
	struct rows rows;

	if (!search->why->inode ||
	    !select_rows(search, "leftovers", leftovers_names, is_target,
			 &rows))
		return;
	living = places_living(search->query->reader, search->why->super);
	for (size_t row = 0; row < rows.nr; row++) {
		released = rows_number(&rows, row, LATE_EXIT) +
			   rows_number(&rows, row, LATE_LATENESS);
		if (rows_number(&rows, row, LATE_SUPER) != living ||
		    released < before->released)
			continue;
		free(before->comm);
		*before = (struct why_late){
			.released = released,
			.lateness = rows_number(&rows, row, LATE_LATENESS),
			.pid = (pid_t)rows_number(&rows, row, LATE_PID),
			.comm = alloc_copy(rows_text(&rows, row, LATE_COMM)),
		};
	}
	rows_free(&rows);
}

static void look_at_losses(struct why_search *search)
{
	struct caveats caveats = { 0 };
	struct stats stats;
	int err;

	if (search->err)
		return;
	err = stats_load(search->query->reader, &stats);
	if (err) {
		why_fail(search, err);
		return;
	}
	stats_caveats(&stats, &caveats);
	if (search->why->inode)
		why_fail(search,
			 trust_settled(search->query->reader, &caveats));
	for (size_t i = 0; i < caveats.nr; i++)
		why_unseen(search, "some deferrals: %s", caveats.text[i]);
}

void why_module(struct why_search *search)
{
	struct why *why = search->why;
	size_t before = why->nr + why->nr_unseen;
	struct rows umounts = { 0 };

	if (why_port_is_clear(why))
		return;
	if (!search->query->reader) {
		why->late = true;
		why_unseen(
			search,
			"deferred files, and what ended processes left: the module's files cannot be read, see 'dfput doctor'");
		return;
	}
	load_rows(search, "umounts", umounts_names, &umounts);
	look_at_pending(search, &umounts);
	look_at_held(search, &umounts);
	look_for_lasting(search);
	look_at_rings(search);
	look_at_umounts(search, &umounts);
	look_at_leftovers(search);
	look_at_losses(search);
	why->late |= why->nr + why->nr_unseen > before;
	rows_free(&umounts);
}
