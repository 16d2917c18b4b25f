// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons, for people: first what to do, then a line for each process.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/words.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/status.h"
#include "lib/text.h"
#include "proc/devices.h"
#include "why/why.h"

/* Of so many lines people see all, unless they ask for more. */
#define MAX_LINES 20
#define TEXT 512

#define PENDING "pending"
#define PASSING "a loop device that goes"

/* What to do about it, by kind; about what living processes hold, see say_who(). */
static const struct {
	const char *kind;
	const char *advice;
} advices[] = {
	{ "child", "unmount that first" },
	{ "mount", "unmount that too" },
	{ "overlay", "unmount the overlay first" },
	{ "holder", "take that device down first" },
	{ "partition", "unmount that first" },
	{ "loop", "detach it with losetup -d" },
	{ PASSING, "it goes with its late files: dfput wait waits for these" },
	{ "swap", "use swapoff" },
	{ "export", "use exportfs -u" },
	{ PENDING, "the kernel will release that: dfput wait waits for it" },
	{ "lock",
	  "a late file, one in flight, a hidden process or nfsd has it" },
	{ "exit", "in its exit; its kernel stack says what it waits for" },
	{ "held", "look for sockets, rings and drivers that may have it" },
	{ "shutdown", "use dfput wait --super" },
	{ "frozen",
	  "fsfreeze -u thaws it where it is mounted, so if need be mount it "
	  "again as it was; dmsetup resume, if its device is suspended" },
	{ "ring", "the kernel will free it: dfput wait waits for that" },
	{ "protocol", "wait, or use SO_REUSEADDR" },
};

static const char *find_advice(const struct why *why, const char *kind)
{
	if (why->stuck && !strcmp(kind, PENDING))
		return why->stuck;
	for (size_t i = 0; i < NR(advices); i++)
		if (!strcmp(advices[i].kind, kind))
			return advices[i].advice;
	return "";
}

/* Its detail says more than its kind. */
static bool is_detailed(const char *kind)
{
	return !strcmp(kind, "shutdown") || !strcmp(kind, "frozen");
}

static void append_whose(char *text, size_t size,
			 const struct why_reason *reason)
{
	if (reason->user)
		text_append(text, size, " of %s", reason->user);
	if (reason->unit)
		text_append(text, size, " in %s", reason->unit);
}

/* Return: the late file that has a lock: it is of who took that, where that is known. */
static const struct why_reason *find_late(const struct why *why,
					  const struct why_reason *lock)
{
	const struct why_reason *reason = &why->reason[why->nr];

	while (!strcmp(lock->kind, "lock") && reason-- > why->reason)
		if (reason->keeps == WHY_OPEN && reason->pid &&
		    (!lock->pid || reason->pid == lock->pid) &&
		    (!strcmp(reason->kind, PENDING) ||
		     !strcmp(reason->kind, "held")))
			return reason;
	return NULL;
}

static void say_nobody(const struct why *why, char *text, size_t size)
{
	const struct why_reason *first = &why->reason[0];
	const struct why_reason *late = find_late(why, first);
	const struct why_reason *owner = late ? late : first;
	const char *advice =
		find_advice(why, owner->passing ? PASSING : owner->kind);

	text_append(text, size, "%s", first->what);
	if (is_detailed(first->kind)) {
		text_append(text, size, ": %s; %s", first->detail, advice);
		return;
	}
	if ((late || why->port) && owner->pid)
		text_append(text, size, " of ended process %d (%s)",
			    (int)owner->pid, owner->comm);
	text_append(text, size, " (%s)%s%s", owner->kind, *advice ? ": " : "",
		    advice);
}

/* Init and kthreadd stay, and so does what is on the root. */
static bool can_end(const struct why *why, const struct why_reason *reason)
{
	return reason->pid > 2 && !(why->path && !strcmp(why->path, "/"));
}

/* The first reason, and how many processes have others like it. */
static void say_who(const struct why *why, char *text, size_t size)
{
	const struct why_reason *first = &why->reason[0];
	size_t others = 0;

	*text = '\0';
	if (!first->living) {
		say_nobody(why, text, size);
		return;
	}
	for (size_t i = 1; i < why->nr; i++)
		others += why->reason[i].living &&
			  why->reason[i].keeps == first->keeps &&
			  why->reason[i].pid != why->reason[i - 1].pid;
	text_append(text, size, "process %d (%s", (int)first->pid, first->comm);
	append_whose(text, size, first);
	text_append(text, size, ")");
	if (others)
		text_append(text, size, " and %zu more", others);
	if (*find_advice(why, first->kind))
		text_append(text, size, ": %s", find_advice(why, first->kind));
	else if (can_end(why, first))
		text_append(text, size, ": end %s, or have %s let go",
			    others ? "them" : "it", others ? "them" : "it");
}

static const char *name_target(const struct why *why, char text[TEXT])
{
	char super[DEVICES_TEXT];

	if (why->path)
		snprintf(text, TEXT, "%s", why->path);
	else if (why->port)
		snprintf(text, TEXT, "port %s", why->port);
	else
		snprintf(text, TEXT, "device %s",
			 devices_text(super, why->super));
	return text;
}

/* Of a file or a port. */
static char *sentence_of_one(const struct why *why, const char *target,
			     const char *who)
{
	static const char *const verbs[] = {
		[WHY_LOCK] = "locked",
		[WHY_EXEC] = "open for writing",
		[WHY_WRITE] = "being executed",
		[WHY_OPEN] = "in use",
		[WHY_PORT] = "held",
	};

	return alloc_text("%s is %s by %s%s", target,
			  verbs[why->reason[0].keeps], who,
			  why->late ? "" : "; this is no deferral");
}

static char *sentence_of_found(const struct why *why, const char *target,
			       const char *who, enum color *color)
{
	bool mount = !why->path || why->found_mount;

	*color = mount || why->inode ? COLOR_BAD : COLOR_GOOD;
	if (why->inode || why->port)
		return sentence_of_one(why, target, who);
	return alloc_text(
		mount ? "%s is kept busy by %s" :
			"%s can be unmounted, but its filesystem stays in use by %s",
		target, who);
}

char *why_sentence(const struct why *why, enum color *color)
{
	char target[TEXT], who[TEXT];
	int status = why_status(why);

	name_target(why, target);
	if (why->nr)
		say_who(why, who, sizeof(who));
	*color = COLOR_UNSURE;
	if (why_over(why))
		return alloc_text(
			"%s is not seen to be busy any more: its last umount was refused %s",
			target, why_over(why));
	if (status == STATUS_OK)
		return sentence_of_found(why, target, who, color);
	if (status == STATUS_AGAINST && why->busy == WHY_WAS_BUSY)
		return alloc_text(
			"%s was busy at its last umount; dfput sees nothing that keeps it now",
			target);
	if (status == STATUS_AGAINST && why->busy)
		return alloc_text(
			"%s is busy, or was, for no reason that dfput can see",
			target);
	if (status == STATUS_AGAINST) {
		*color = COLOR_GOOD;
		return alloc_text("Nothing keeps %s busy%s%s", target,
				  why->nr ? " here" : "",
				  (why->inode || why->port) && !why->late ?
					  "; no deferral has it now" :
					  "");
	}
	if (why->nr && why->reason[0].keeps != WHY_ELSEWHERE)
		return alloc_text("Cannot tell: %s is perhaps kept busy by %s",
				  target, who);
	return alloc_text(
		"Cannot tell: nothing is seen to keep %s busy, but not all could be seen",
		target);
}

void why_say(const struct why *why, struct view *view)
{
	enum color color;
	char *sentence = why_sentence(why, &color);

	/* A path stays as it is. */
	if (why->port)
		*sentence = (char)toupper(*sentence);
	view_verdict(view, color, "%s.", sentence);
	free(sentence);
}

static void show_port(const struct why *why, struct view *view)
{
	char sockets[NUMBER_TEXT], spaces[NUMBER_TEXT];
	size_t closed = 0;

	for (size_t i = 0; i < why->ports.nr; i++)
		closed += !why->ports.socket[i].inode;
	number_count(sockets, why->ports.nr, "socket");
	number_count(spaces, why->ports.nr_netns, "network namespace");
	view_note(view, "%s in %s, %zu of them without a file", sockets, spaces,
		  closed);
}

static void show_target(const struct why *why, struct view *view)
{
	char super[DEVICES_TEXT] = "", block[DEVICES_TEXT];

	if (why->super)
		devices_text(super, why->super);
	view_text(view, "path", why->path);
	view_text(view, "port", why->port);
	if (why->inode)
		view_number(view, "inode", why->inode);
	view_text(view, "device", why->super ? super : NULL);
	view_text(view, "fstype", why->fstype);
	view_texts(view, "block_devices", NULL);
	for (size_t i = 0; i < why->nr_blocks; i++)
		view_texts(view, "block_devices",
			   devices_text(block, why->block[i]));
	if (why->below)
		view_note(
			view, "%s is no mount point%s; it is on %s.",
			why->below,
			why->mounted_below ?
				" here. Where it is one (see child), rmdir and rename fail" :
				"",
			why->path);
	if (why->port)
		show_port(why, view);
	else if (why->inode)
		view_note(view, "%s: inode %" PRIu64 " of %s on device %s",
			  why->path, why->inode, why->fstype, super);
	else if (why->path)
		view_note(
			view,
			"%s: %s on device %s; while it is mounted, it cannot be removed or renamed",
			why->path, why->fstype, super);
	else if (why->fstype)
		view_note(view, "Device %s: %s", super, why->fstype);
	else
		view_note(view, "Device %s: not mounted where it can be seen",
			  super);
}

static const char *const keeps[] = { "lock",   "exec",	  "write",
				     "open",   "port",	  "mount",
				     "device", "perhaps", "elsewhere" };

static void show_all(const struct why *why, struct view *view)
{
	static const struct view_column columns[] = {
		{ "kind", VIEW_TEXT },	  { "keeps", VIEW_TEXT },
		{ "pid", VIEW_NUMBER },	  { "comm", VIEW_TEXT },
		{ "user", VIEW_TEXT },	  { "unit", VIEW_TEXT },
		{ "fd", VIEW_NUMBER },	  { "what", VIEW_TEXT },
		{ "detail", VIEW_PROSE },
	};
	char pid[NUMBER_TEXT], fd[NUMBER_TEXT];
	struct view_table *table;

	table = view_table_begin(view, "reasons", columns, NR(columns),
				 VIEW_LIST);
	for (size_t i = 0; i < why->nr; i++) {
		const struct why_reason *reason = &why->reason[i];

		view_row(table,
			 (const char *[]){
				 reason->kind, keeps[reason->keeps],
				 reason->pid ?
					 number_text(pid,
						     (uint64_t)reason->pid) :
					 NULL,
				 reason->comm, reason->user, reason->unit,
				 reason->fd >= 0 ?
					 number_text(fd, (uint64_t)reason->fd) :
					 NULL,
				 reason->what, reason->detail },
			 false);
	}
	view_table_end(table);
}

/* Those of one process are one line, if they keep the same busy. */
static int compare_reasons(const struct why_reason *one,
			   const struct why_reason *other)
{
	int order = (int)one->keeps - (int)other->keeps;

	if (!order)
		order = one->pid - other->pid;
	if (!order)
		order = one->living - other->living;
	return order || one->living ? order : strcmp(one->kind, other->kind);
}

/* By line, then in the order in which they were found. */
static int compare_pointers(const void *a, const void *b)
{
	const struct why_reason *const *one = a, *const *other = b;
	int order = compare_reasons(*one, *other);

	return order ? order : (*one > *other) - (*one < *other);
}

/* Lines: by their first reason. */
struct line {
	const struct why_reason **reason;
	size_t nr;
};

static int compare_lines(const void *a, const void *b)
{
	const struct line *one = a, *other = b;

	return (one->reason[0] > other->reason[0]) -
	       (one->reason[0] < other->reason[0]);
}

static bool is_of_line(const struct line *line, const struct why_reason *reason)
{
	return reason->pid && !compare_reasons(line->reason[0], reason);
}

/* Return: the lines, @nr of them, in the order of their first reasons. */
static struct line *fold_reasons(const struct why *why,
				 const struct why_reason **sorted, size_t *nr)
{
	struct line *lines = alloc_array(why->nr, sizeof(*lines));

	for (size_t i = 0; i < why->nr; i++)
		sorted[i] = &why->reason[i];
	qsort(sorted, why->nr, sizeof(*sorted), compare_pointers);
	*nr = 0;
	for (size_t i = 0; i < why->nr; i++) {
		if (!*nr || !is_of_line(&lines[*nr - 1], sorted[i]))
			lines[(*nr)++].reason = &sorted[i];
		lines[*nr - 1].nr++;
	}
	qsort(lines, *nr, sizeof(*lines), compare_lines);
	return lines;
}

/* "cwd,fd". Return: how many. */
static size_t list_kinds(const struct line *line, char *text, size_t size)
{
	size_t nr = 0;

	*text = '\0';
	for (size_t i = 0; i < line->nr; i++) {
		const char *kind = line->reason[i]->kind;
		bool known = false;

		for (size_t j = 0; j < i && !known; j++)
			known = !strcmp(line->reason[j]->kind, kind);
		if (known)
			continue;
		text_append(text, size, "%s%s", nr++ ? "," : "", kind);
	}
	return nr;
}

/* "3-5,9", and so many at most */
#define MAX_RANGES 3

static int compare_fds(const void *a, const void *b)
{
	const int *one = a, *other = b;

	return *one - *other;
}

static void append_range(char *text, size_t size, int first, int last)
{
	text_append(text, size, "%s%d", *text ? "," : "", first);
	if (last > first)
		text_append(text, size, "-%d", last);
}

static void list_fds(const struct line *line, char *text, size_t size)
{
	int *fds = alloc_array(line->nr, sizeof(*fds));
	size_t nr = 0, first = 0;
	int ranges = 0;

	*text = '\0';
	for (size_t i = 0; i < line->nr; i++)
		if (line->reason[i]->fd >= 0)
			fds[nr++] = line->reason[i]->fd;
	qsort(fds, nr, sizeof(*fds), compare_fds);
	for (size_t i = 0; i < nr && ranges <= MAX_RANGES; i++) {
		if (i + 1 < nr && fds[i + 1] <= fds[i] + 1)
			continue;
		if (ranges++ < MAX_RANGES)
			append_range(text, size, fds[first], fds[i]);
		else
			text_append(text, size, ",...");
		first = i + 1;
	}
	free(fds);
}

static void show_line(const struct line *line, struct view_table *table)
{
	const struct why_reason *first = line->reason[0];
	char kinds[TEXT], fds[TEXT], pid[NUMBER_TEXT], detail[TEXT];

	size_t told = list_kinds(line, kinds, sizeof(kinds));

	list_fds(line, fds, sizeof(fds));
	snprintf(detail, sizeof(detail), "%s", first->detail);
	if (line->nr > told)
		text_append(detail, sizeof(detail), "; and %zu more",
			    line->nr - told);
	if (first->user || first->unit)
		text_append(detail, sizeof(detail), ";");
	append_whose(detail, sizeof(detail), first);
	view_row(table,
		 (const char *[]){
			 kinds, keeps[first->keeps],
			 first->pid ? number_text(pid, (uint64_t)first->pid) :
				      NULL,
			 first->comm, fds, first->what, detail },
		 false);
}

static void show_folded(const struct why *why, bool all, struct view *view)
{
	static const struct view_column columns[] = {
		{ "kind", VIEW_WORDS },	  { "keeps", VIEW_TEXT },
		{ "pid", VIEW_NUMBER },	  { "comm", VIEW_NAME },
		{ "fd", VIEW_NUMBER },	  { "what", VIEW_PROSE },
		{ "detail", VIEW_PROSE },
	};
	const struct why_reason **sorted =
		alloc_array(why->nr, sizeof(*sorted));
	size_t nr, most = all ? SIZE_MAX : MAX_LINES;
	char count[NUMBER_TEXT];
	struct line *lines = fold_reasons(why, sorted, &nr);
	struct view_table *table;

	table = view_table_begin(view, "reasons", columns, NR(columns),
				 VIEW_LIST);
	for (size_t i = 0; i < nr && i < most; i++)
		show_line(&lines[i], table);
	view_table_end(table);
	if (nr > most)
		view_note(view, "And %s more: see --all.",
			  number_count(count, nr - most, "line"));
	free(lines);
	free(sorted);
}

/* Where the first line is about something else. */
static void show_stuck(const struct why *why, struct view *view)
{
	view_text(view, "list_waits_for", why->stuck);
	if (why->stuck && strcmp(why->reason[0].kind, PENDING))
		view_note(view, "Files on the list: %s.", why->stuck);
}

static void show_late(const struct why_late *late, struct view *view)
{
	static const struct view_column columns[] = {
		{ "released_ns", VIEW_TIME },
		{ "lateness_ns", VIEW_NS },
		{ "pid", VIEW_NUMBER },
		{ "comm", VIEW_TEXT },
	};
	char text[3][NUMBER_TEXT];

	view_object(view, "last_late", columns, NR(columns),
		    (const char *[]){ number_text(text[0], late->released),
				      number_text(text[1], late->lateness),
				      number_text(text[2], (uint64_t)late->pid),
				      late->comm });
}

/* What is over may be what failed. */
static void say_late(const struct why *why, struct view *view)
{
	const struct why_late *late = &why->before;
	char when[VIEW_WHEN], lateness[NUMBER_TEXT];

	if (late->released)
		view_note(
			view,
			"A file of this inode was late by %s, of process %d (%s): released %s.",
			number_ns_short(lateness, late->lateness),
			(int)late->pid, late->comm,
			view_when(view, late->released, when));
	else if (why->port)
		view_note(
			view,
			"Sockets that were late and listened: see dfput leftovers --where 'blocks=*listen*'");
	else if (why->inode)
		view_note(view,
			  "Files that were late before: see dfput leftovers");
}

static void show_last_umount(const struct why *why, struct view *view)
{
	const struct why_umount *umount = &why->umount;
	static const char *const words[] = { DFPUT_WHYS(DFPUT_WORD) };
	char when[VIEW_WHEN];

	view_text(view, "last_umount_result", umount->result);
	view_text(view, "last_umount_why", umount->why);
	if (!umount->result)
		return;
	view_when(view, umount->ended, when);
	if (strcmp(umount->result, "0"))
		view_note(view, "Its last umount, %s: %s, because of: %s%s.",
			  when, umount->result, umount->why,
			  strcmp(umount->why, words[DFPUT_WHY_OTHER]) ?
				  "" :
				  ", no late file or ring of it");
	else
		view_note(view, "Its last umount, %s: done.", when);
}

void why_show(const struct why *why, bool all, struct view *view)
{
	static const char *const busy[] = { NULL, "device", "port", "was",
					    "mount" };
	static const char *const status[] = {
		[STATUS_OK] = "found",
		[STATUS_AGAINST] = "nothing",
		[STATUS_UNKNOWN] = "unknown",
	};

	show_target(why, view);
	if (view->json)
		show_all(why, view);
	else
		show_folded(why, all, view);
	view_text(view, "busy", busy[why->busy]);
	show_stuck(why, view);
	if (why->before.released)
		show_late(&why->before, view);
	if (!why->nr)
		say_late(why, view);
	show_last_umount(why, view);
	view_text(view, "verdict", status[why_status(why)]);
	view_bool(view, "trustworthy", !why->nr_unseen);
	view_texts(view, "caveats", NULL);
	for (size_t i = 0; i < why->nr_unseen; i++) {
		view_texts(view, "caveats", why->unseen[i]);
		view_paragraph(view, strlen("Not seen: "), "Not seen: %s.",
			       why->unseen[i]);
	}
}
