// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reasons: living processes, and mounts.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "proc/proc.h"
#include "proc/who.h"
#include "why/search.h"

enum why_keeps why_keeps(const struct why_search *search, uint64_t id)
{
	const struct mounts *mounts = &search->holders.mounts;
	const struct mounts_mount *mount = mounts_find(mounts, id);

	if (!mount || mount->super != search->why->super)
		return WHY_DEVICE;
	if (!search->mount || mount == search->mount)
		return WHY_MOUNT;
	return mounts_is_copy(mounts, mount, search->mount) &&
			       !mounts_has_child(mounts, id) ?
		       WHY_MOUNT :
		       WHY_DEVICE;
}

/* Which mount it is on, where that is not the target. */
static char *describe_mount(const struct why_search *search,
			    const struct holder *holder)
{
	const struct mounts_mount *mount;

	mount = mounts_find(&search->holders.mounts, holder->mount);
	if (holder->kind >= HOLDER_SCM || (mount && mount == search->mount))
		return alloc_copy("");
	if (!holder->mount)
		return alloc_copy(", on which mount is not known");
	if (!mount)
		return alloc_copy(", on a mount that is detached");
	if (mount->super != search->why->super)
		return alloc_text(", through %s on %s", mount->fstype,
				  mount->target);
	if (mount->ours)
		return alloc_text(", on %s", mount->target);
	return alloc_text(", on %s in mount namespace %llu", mount->target,
			  (unsigned long long)mount->mntns);
}

static char *describe_socket(const struct ports_socket *socket)
{
	char space[NUMBER_TEXT];

	return alloc_text(", %s, inode %llu%s%s", ports_states[socket->state],
			  (unsigned long long)socket->inode,
			  socket->ours ? "" : ", in network namespace ",
			  socket->ours ? "" :
					 number_text(space, socket->netns));
}

/* What is special about it, by kind. */
static const char *const remarks[HOLDER_NR_KINDS] = {
	[HOLDER_FD] = "open",
	[HOLDER_CWD] = "working directory",
	[HOLDER_ROOT] = "root directory",
	[HOLDER_EXE] = "program that it executes",
	[HOLDER_MMAP] = "mapped",
	[HOLDER_URING] = "registered with this ring",
	[HOLDER_SOCKET] = "address of this socket",
	[HOLDER_SCM] =
		"files are in flight to this socket, whose they are is not known",
	[HOLDER_FANOTIFY] =
		"watches it: events that it has not read hold files",
	[HOLDER_EXIT] =
		"in its exit: which files it still has to close is not seen",
	[HOLDER_DEVICE] = "the block device itself is open",
};

static enum why_keeps judge_file(const struct why_search *search,
				 const struct holder *holder)
{
	if (!holder->inode)
		return WHY_PERHAPS;
	if (holder->locks)
		return WHY_LOCK;
	if (holder->writes && search->file.is_regular)
		return WHY_EXEC;
	return holder->kind == HOLDER_EXE ? WHY_WRITE : WHY_OPEN;
}

static enum why_keeps judge_holder(const struct why_search *search,
				   const struct holder *holder)
{
	const struct ports_socket *socket;

	if (search->why->inode)
		return judge_file(search, holder);
	socket = ports_find(&search->why->ports, holder->inode);
	if (socket && !socket->ours)
		return WHY_ELSEWHERE;
	if (socket && holder->sure)
		return WHY_PORT;
	if (!holder->sure && holder->kind != HOLDER_DEVICE)
		return WHY_PERHAPS;
	if (holder->kind == HOLDER_DEVICE)
		return WHY_DEVICE;
	return why_keeps(search, holder->mount);
}

/* Whose a process is. */
struct whose {
	pid_t pid;
	char *user;
	char *unit;
};

static void find_whose(const struct why_search *search, pid_t pid,
		       struct whose *whose)
{
	if (whose->pid == pid)
		return;
	free(whose->user);
	free(whose->unit);
	whose->pid = pid;
	whose->user = pid ? who_user(search->query->root, pid) : NULL;
	whose->unit = pid ? who_unit(search->query->root, pid) : NULL;
}

static void add_process(struct why_search *search, const struct holder *holder,
			const struct whose *whose)
{
	struct ports_socket *socket =
		ports_find(&search->why->ports, holder->inode);
	const struct why_reason reason = {
		.kind = holders_kinds[holder->kind],
		.keeps = judge_holder(search, holder),
		.living = true,
		.pid = holder->pid,
		.comm = holder->comm,
		.user = whose->user,
		.unit = whose->unit,
		.fd = holder->fd,
		.what = socket	      ? socket->name :
			*holder->path ? holder->path :
					NULL,
	};
	char *on = socket ? describe_socket(socket) :
			    describe_mount(search, holder);
	char *locks = why_describe_locks(holder->locks);
	const char *writing = "";
	char thread[32] = "";

	if (holder->writes && search->why->inode)
		writing = holder->kind == HOLDER_MMAP ? ", open for writing" :
							" for writing";
	if (socket && holder->sure)
		ports_found(&search->why->ports, socket);
	if (holder->tid != holder->pid)
		snprintf(thread, sizeof(thread), ", by thread %d",
			 (int)holder->tid);
	why_add(search, &reason, "%s%s%s%s%s", remarks[holder->kind], writing,
		locks, on, thread);
	free(locks);
	free(on);
}

/* What this process has it gives back as it exits: that is in nobody's way. */
static bool is_ourselves(const struct why_search *search,
			 const struct holder *holder)
{
	return !search->query->busy && !search->query->watching &&
	       !*search->query->root && holder->pid == getpid();
}

/* A file of another number, or one of another device that has the same. */
static bool is_another(const struct why_search *search,
		       const struct holder *holder)
{
	if (!search->why->inode || !holder->inode)
		return false;
	return holder->inode != search->why->inode ||
	       holder->super != search->why->super ||
	       (search->file.device && holder->device &&
		holder->device != search->file.device);
}

/* What keeps the mount comes first, and what only may keep it last. */
void why_live(struct why_search *search)
{
	const struct holders *holders = &search->holders;
	struct whose whose = { 0 };

	for (enum why_keeps level = WHY_LOCK; level <= WHY_ELSEWHERE; level++)
		for (size_t i = 0; i < holders->nr; i++) {
			const struct holder *holder = &holders->holder[i];

			if (judge_holder(search, holder) != level ||
			    is_another(search, holder) ||
			    is_ourselves(search, holder))
				continue;
			find_whose(search, holder->pid, &whose);
			add_process(search, holder, &whose);
		}
	find_whose(search, 0, &whose);
}

static void add_other_mount(struct why_search *search,
			    const struct mounts_mount *mount, const char *kind,
			    enum why_keeps level, const char *remark)
{
	const struct why_reason reason = {
		.kind = kind,
		.keeps = level,
		.fd = -1,
		.what = mount->target,
	};

	if (mount->ours)
		why_add(search, &reason, "%s", remark);
	else
		why_add(search, &reason,
			"%s, in mount namespace %llu, as process %d sees it",
			remark, (unsigned long long)mount->mntns,
			(int)mount->pid);
}

/* A copy goes along with the umount, unless something is mounted on it. */
static bool goes_along(const struct why_search *search,
		       const struct mounts_mount *mount)
{
	const struct mounts *mounts = &search->holders.mounts;

	return search->mount && mounts_is_copy(mounts, mount, search->mount) &&
	       !mounts_has_child(mounts, mount->id);
}

static void look_at_children(struct why_search *search)
{
	const struct mounts *mounts = &search->holders.mounts;
	const struct mounts_mount *parent;

	for (size_t i = 0; i < mounts->nr; i++) {
		parent = mounts_find(mounts, mounts->mount[i].parent);
		if (!parent || parent == &mounts->mount[i] ||
		    (search->mount ? parent != search->mount :
				     parent->super != search->why->super))
			continue;
		add_other_mount(search, &mounts->mount[i], "child", WHY_MOUNT,
				"mounted on it");
	}
}

/* Where a directory is a mount point for others: in other namespaces, by a bind mount. */
static void look_below(struct why_search *search)
{
	const struct mounts *mounts = &search->holders.mounts;
	struct why *why = search->why;
	char *remark = alloc_text("mounted on %s", why->below);

	for (size_t i = 0; search->mount && i < mounts->nr; i++) {
		if (!mounts_is_on(mounts, &mounts->mount[i], search->mount,
				  why->below))
			continue;
		why->mounted_below = true;
		add_other_mount(search, &mounts->mount[i], "child", WHY_DEVICE,
				remark);
	}
	free(remark);
}

static void look_elsewhere(struct why_search *search)
{
	const struct mounts *mounts = &search->holders.mounts;

	for (size_t i = 0; i < mounts->nr; i++) {
		const struct mounts_mount *mount = &mounts->mount[i];

		if (mount->super != search->why->super ||
		    mount == search->mount || goes_along(search, mount))
			continue;
		add_other_mount(search, mount, "mount", WHY_DEVICE,
				search->mount ?
					"the same filesystem, mounted there" :
					"mounted there");
	}
}

/* Does a directory that an overlay was told of lie on our superblock? */
static void look_at_layer(struct why_search *search,
			  const struct mounts_mount *overlay, const char *layer)
{
	const struct mounts *mounts = &search->holders.mounts;
	const struct mounts_mount *named, *real;
	struct why_reason reason = { .kind = "overlay",
				     .keeps = WHY_DEVICE,
				     .fd = -1,
				     .what = overlay->target };
	struct proc_file file = { 0 };
	char *path;

	named = mounts_at(mounts, overlay->mntns, layer);
	if (!named || named->super != search->why->super)
		return;
	/* What was mounted there when the overlay was made is not known. */
	path = overlay->pid ?
		       alloc_text("%s/proc/%d/root%s", search->query->root,
				  (int)overlay->pid, layer) :
		       alloc_copy(layer);
	proc_stat(AT_FDCWD, path, &file);
	free(path);
	real = mounts_find(mounts, file.mount);
	if (!real || real->super != search->why->super)
		reason.keeps = WHY_PERHAPS;
	why_add(search, &reason, "an overlay with %s as a layer", layer);
}

static void look_at_overlay(struct why_search *search,
			    const struct mounts_mount *overlay)
{
	static const char *const names[] = { "lowerdir", "upperdir" };
	char *value, *layers, *rest, *layer;
	size_t length;

	for (size_t i = 0; i < NR(names); i++) {
		if (mnt_optstr_get_option(overlay->options, names[i], &value,
					  &length) ||
		    !value)
			continue;
		layers = rest = must(strndup(value, length));
		while ((layer = strsep(&rest, ":")))
			if (*layer == '/')
				look_at_layer(search, overlay, layer);
		free(layers);
	}
}

void why_mounts(struct why_search *search)
{
	const struct mounts *mounts = &search->holders.mounts;

	if (search->why->inode)
		return;
	look_at_children(search);
	if (search->why->below)
		look_below(search);
	look_elsewhere(search);
	for (size_t i = 0; i < mounts->nr; i++)
		if (!strcmp(mounts->mount[i].fstype, "overlay"))
			look_at_overlay(search, &mounts->mount[i]);
}
