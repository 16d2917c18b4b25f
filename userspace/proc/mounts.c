// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mounts of all mount namespaces that can be seen. The table of mounts that a
 * process has lacks what lies outside its root directory, so it is read once for
 * each namespace and root directory.
 */
#include <errno.h>
#include <fcntl.h>
#include <libmount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc/mounts.h"
#include "lib/number.h"
#include "proc/proc.h"
#include "proc/mntns.h"

/* Of whom a table is read. */
struct viewer {
	const char *proc;
	const char *process;
	pid_t pid;
	uint64_t space;
	bool ours;
};

static char *copy_of(const char *text)
{
	return strdup(text ? text : "");
}

/* shared:4 master:1, as mountinfo has it. */
static uint64_t peer_group(const char *fields, const char *tag)
{
	const char *at = fields ? strstr(fields, tag) : NULL;

	return at ? strtoull(at + strlen(tag), NULL, 10) : 0;
}

static void take(struct mounts_mount *mount, const struct viewer *viewer,
		 struct libmnt_fs *fs)
{
	const char *fields = mnt_fs_get_optional_fields(fs);

	*mount = (struct mounts_mount){
		.id = (uint64_t)mnt_fs_get_id(fs),
		.parent = (uint64_t)mnt_fs_get_parent_id(fs),
		.super = mnt_fs_get_devno(fs),
		.root = copy_of(mnt_fs_get_root(fs)),
		.target = copy_of(mnt_fs_get_target(fs)),
		.fstype = copy_of(mnt_fs_get_fstype(fs)),
		.source = copy_of(mnt_fs_get_source(fs)),
		.options = copy_of(mnt_fs_get_fs_options(fs)),
		.shared = peer_group(fields, "shared:"),
		.master = peer_group(fields, "master:"),
		.space = viewer->space,
		.pid = viewer->pid,
		.remote = mnt_fs_is_netfs(fs),
		.ours = viewer->ours,
	};
}

static bool is_whole(const struct mounts_mount *mount)
{
	return mount->root && mount->target && mount->fstype && mount->source &&
	       mount->options;
}

static int add(struct mounts *mounts, const struct viewer *viewer,
	       struct libmnt_fs *fs)
{
	struct mounts_mount *bigger;

	bigger = proc_grow(mounts->mount, &mounts->room, mounts->nr,
			   sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	mounts->mount = bigger;
	take(&bigger[mounts->nr], viewer, fs);
	return is_whole(&bigger[mounts->nr++]) ? 0 : -ENOMEM;
}

static int add_all(struct mounts *mounts, const struct viewer *viewer,
		   struct libmnt_table *table)
{
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	int err = iter ? 0 : -ENOMEM;

	while (!err && mnt_table_next_fs(table, iter, &fs) == 0)
		err = add(mounts, viewer, fs);
	mnt_free_iter(iter);
	return err;
}

static int read_table(struct mounts *mounts, const struct viewer *viewer)
{
	struct libmnt_table *table = mnt_new_table();
	char *path = NULL;
	int err = -ENOMEM;

	if (table && asprintf(&path, "%s/%s/mountinfo", viewer->proc,
			      viewer->process) >= 0) {
		err = mnt_table_parse_file(table, path);
		free(path);
	}
	if (!err)
		err = add_all(mounts, viewer, table);
	mnt_unref_table(table);
	return err > 0 ? -EIO : err;
}

/* Is this namespace, from this root directory, a new one? */
static int is_new(struct mounts *mounts, const struct mounts_space *space)
{
	size_t room = mounts->nr_spaces;
	struct mounts_space *bigger;

	for (size_t i = 0; i < mounts->nr_spaces; i++)
		if (mounts->space[i].inode == space->inode &&
		    mounts->space[i].root_device == space->root_device &&
		    mounts->space[i].root_inode == space->root_inode)
			return 0;
	/* There are few: one more at a time will do. */
	bigger = realloc(mounts->space, (room + 1) * sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	mounts->space = bigger;
	bigger[mounts->nr_spaces++] = *space;
	return 1;
}

/* Return: 1 when it is one that was not read yet, 0, or a negative errno. */
static int find_space(struct mounts *mounts, int dir, uint64_t *inode)
{
	struct mounts_space space = { 0 };
	struct proc_file file;
	int err = proc_space(dir, "ns/mnt", inode);

	if (!err)
		err = proc_stat(dir, "root", &file);
	if (err)
		return err;
	space.inode = *inode;
	space.root_device = file.device;
	space.root_inode = file.inode;
	return is_new(mounts, &space);
}

static int scan_thread(struct mounts *mounts, const char *proc, int list,
		       pid_t pid, pid_t tid)
{
	char process[64];
	struct viewer viewer = { .proc = proc, .process = process, .pid = tid };
	int dir, err;

	snprintf(process, sizeof(process), "%d/task/%d", (int)pid, (int)tid);
	dir = proc_open(list, process);
	if (dir < 0)
		return dir;
	err = find_space(mounts, dir, &viewer.space);
	close(dir);
	viewer.ours = viewer.space == mounts->own;
	return err > 0 ? read_table(mounts, &viewer) : err;
}

static int scan_process(struct mounts *mounts, const char *proc, int list,
			pid_t pid)
{
	bool unseen = false;
	char tasks[32];
	DIR *threads;
	int tid, err;

	snprintf(tasks, sizeof(tasks), "%d/task", (int)pid);
	err = proc_list(list, tasks, &threads);
	while (!err && (tid = proc_next(threads)) >= 0) {
		err = scan_thread(mounts, proc, list, pid, tid);
		unseen |= err && err != -ENOMEM && !proc_is_gone(err);
		err = err == -ENOMEM ? err : 0;
	}
	if (threads)
		closedir(threads);
	unseen |= err && err != -ENOMEM && !proc_is_gone(err);
	mounts->nr_unseen += unseen;
	return err == -ENOMEM ? err : 0;
}

static int scan_own(struct mounts *mounts, const char *proc, int list)
{
	struct viewer viewer = { .proc = proc,
				 .process = "self",
				 .ours = true };
	int dir = proc_open(list, "self");

	if (dir < 0)
		return dir;
	if (find_space(mounts, dir, &mounts->own) == -ENOMEM) {
		close(dir);
		return -ENOMEM;
	}
	close(dir);
	viewer.space = mounts->own;
	return read_table(mounts, &viewer);
}

/* By id, and of the same one that which we know best first. */
static int compare(const void *one, const void *other)
{
	const struct mounts_mount *a = one, *b = other;

	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	if (a->ours != b->ours)
		return a->ours ? -1 : 1;
	return (a->pid > b->pid) - (a->pid < b->pid);
}

static void free_mount(struct mounts_mount *mount)
{
	free(mount->root);
	free(mount->target);
	free(mount->fstype);
	free(mount->source);
	free(mount->options);
}

static void sort(struct mounts *mounts)
{
	size_t kept = 0;

	if (!mounts->nr)
		return;
	qsort(mounts->mount, mounts->nr, sizeof(*mounts->mount), compare);
	for (size_t i = 1; i < mounts->nr; i++) {
		if (mounts->mount[i].id == mounts->mount[kept].id)
			free_mount(&mounts->mount[i]);
		else
			mounts->mount[++kept] = mounts->mount[i];
	}
	mounts->nr = kept + 1;
}

bool mounts_has_space(const struct mounts *mounts, uint64_t inode)
{
	for (size_t i = 0; i < mounts->nr_spaces; i++)
		if (mounts->space[i].inode == inode)
			return true;
	return false;
}

/* Return: the inode number of the namespace that is mounted there, 0 for none. */
static uint64_t space_of(const struct mounts_mount *mount)
{
	if (strcmp(mount->fstype, "nsfs") ||
	    strncmp(mount->root, "mnt:[", strlen("mnt:[")))
		return 0;
	return strtoull(mount->root + strlen("mnt:["), NULL, 10);
}

/* In such a one there may be a mount of another, which is then found as well. */
static int enter(struct mounts *mounts, const char *proc, size_t at,
		 uint64_t inode)
{
	const struct mounts_mount *mount = &mounts->mount[at];
	const struct mounts_space space = { .inode = inode };
	const struct viewer viewer = { .space = inode };
	struct libmnt_table *table = mnt_new_table();
	char *path;
	int err;

	if (mount->pid)
		err = asprintf(&path, "%s/%d/root%s", proc, (int)mount->pid,
			       mount->target);
	else
		err = asprintf(&path, "%s", mount->target);
	if (!table || err < 0) {
		mnt_unref_table(table);
		return -ENOMEM;
	}
	err = is_new(mounts, &space);
	if (err > 0)
		err = space_read(path, table);
	free(path);
	if (!err)
		err = add_all(mounts, &viewer, table);
	mnt_unref_table(table);
	return err;
}

static int scan_empty(struct mounts *mounts, const char *proc)
{
	uint64_t inode;
	int err = 0;

	for (size_t i = 0; err != -ENOMEM && i < mounts->nr; i++) {
		inode = space_of(&mounts->mount[i]);
		if (!inode || mounts_has_space(mounts, inode))
			continue;
		err = enter(mounts, proc, i, inode);
		mounts->nr_hidden += err && err != -ENOMEM;
	}
	return err == -ENOMEM ? err : 0;
}

static int scan(struct mounts *mounts, const char *proc, DIR *list)
{
	int err = scan_own(mounts, proc, dirfd(list));
	int pid;

	while (!err && (pid = proc_next(list)) >= 0)
		err = scan_process(mounts, proc, dirfd(list), pid);
	if (!err)
		err = scan_empty(mounts, proc);
	sort(mounts);
	return err;
}

int mounts_scan(struct mounts *mounts, const char *root)
{
	DIR *list;
	char *proc;
	int err;

	*mounts = (struct mounts){ 0 };
	if (asprintf(&proc, "%s/proc", root) < 0)
		return -ENOMEM;
	err = proc_list(AT_FDCWD, proc, &list);
	if (!err) {
		err = scan(mounts, proc, list);
		closedir(list);
	}
	free(proc);
	return err;
}

static int compare_id(const void *key, const void *element)
{
	const uint64_t *id = key;
	const struct mounts_mount *mount = element;

	return (*id > mount->id) - (*id < mount->id);
}

const struct mounts_mount *mounts_find(const struct mounts *mounts, uint64_t id)
{
	if (!mounts->nr)
		return NULL;
	return bsearch(&id, mounts->mount, mounts->nr, sizeof(*mounts->mount),
		       compare_id);
}

bool mounts_has_child(const struct mounts *mounts, uint64_t id)
{
	for (size_t i = 0; i < mounts->nr; i++)
		if (mounts->mount[i].parent == id && mounts->mount[i].id != id)
			return true;
	return false;
}

/* What is left of a path below a directory; NULL when it is not below it. */
static const char *below(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	if (!strcmp(directory, "/"))
		return path;
	if (strncmp(path, directory, length) ||
	    (path[length] && path[length] != '/'))
		return NULL;
	return path + length;
}

/* Is the one found mounted lower in the tree, or under the other? */
static bool is_better(const struct mounts_mount *mount,
		      const struct mounts_mount *best)
{
	size_t length = strlen(mount->target);
	size_t best_length = best ? strlen(best->target) : 0;

	if (!best || length != best_length)
		return !best || length > best_length;
	return mount->parent == best->id;
}

const struct mounts_mount *mounts_at(const struct mounts *mounts,
				     uint64_t space, const char *path)
{
	const struct mounts_mount *mount, *best = NULL;

	for (size_t i = 0; i < mounts->nr; i++) {
		mount = &mounts->mount[i];
		if (mount->space == space && below(path, mount->target) &&
		    is_better(mount, best))
			best = mount;
	}
	return best;
}

/* Where a mount is mounted, as a path of the filesystem that it is mounted on. */
static char *place(const struct mounts_mount *mount,
		   const struct mounts_mount *parent)
{
	const char *rest = below(mount->target, parent->target);
	const char *root = strcmp(parent->root, "/") ? parent->root : "";
	char *path;

	if (!rest || asprintf(&path, "%s%s", root, rest) < 0)
		return NULL;
	return path;
}

static bool same_place(const struct mounts_mount *one,
		       const struct mounts_mount *its_parent,
		       const struct mounts_mount *other,
		       const struct mounts_mount *others_parent)
{
	char *a = place(one, its_parent), *b = place(other, others_parent);
	bool same = a && b && !strcmp(a, b);

	free(a);
	free(b);
	return same;
}

/* Does what is mounted on a peer group come to this mount, at however many removes? */
static bool receives(const struct mounts *mounts,
		     const struct mounts_mount *mount, uint64_t group,
		     int depth)
{
	if (mount->shared == group || mount->master == group)
		return true;
	/* A slave of a slave: by any mount that is of its master's group. */
	for (size_t i = 0; mount->master && depth && i < mounts->nr; i++)
		if (mounts->mount[i].shared == mount->master &&
		    mounts->mount[i].master &&
		    receives(mounts, &mounts->mount[i], group, depth - 1))
			return true;
	return false;
}

#define MAX_DEPTH 8

bool mounts_is_copy(const struct mounts *mounts,
		    const struct mounts_mount *copy,
		    const struct mounts_mount *mount)
{
	const struct mounts_mount *from = mounts_find(mounts, mount->parent);
	const struct mounts_mount *to = mounts_find(mounts, copy->parent);

	if (!from || !to || from == to || copy == mount || !from->shared ||
	    from->super != to->super)
		return false;
	return receives(mounts, to, from->shared, MAX_DEPTH) &&
	       same_place(copy, to, mount, from);
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->nr; i++)
		free_mount(&mounts->mount[i]);
	free(mounts->mount);
	free(mounts->space);
	*mounts = (struct mounts){ 0 };
}
