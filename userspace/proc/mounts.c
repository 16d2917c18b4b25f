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

#include "lib/alloc.h"
#include "proc/mounts.h"
#include "proc/proc.h"

/* The process whose table is read. */
struct viewer {
	const char *proc;
	const char *process;
	pid_t pid;
	uint64_t mntns;
	bool ours;
};

static char *copy_of(const char *text)
{
	return alloc_copy(text ? text : "");
}

/* shared:4 master:1, as mountinfo has it. */
static uint64_t peer_group(const char *fields, const char *tag)
{
	const char *at = fields ? strstr(fields, tag) : NULL;

	return at ? strtoull(at + strlen(tag), NULL, 10) : 0;
}

static void append_mount(struct mounts *mounts, const struct viewer *viewer,
			 struct libmnt_fs *fs)
{
	const char *fields = mnt_fs_get_optional_fields(fs);

	mounts->mount =
		alloc_more(mounts->mount, mounts->nr, sizeof(*mounts->mount));
	mounts->mount[mounts->nr++] = (struct mounts_mount){
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
		.mntns = viewer->mntns,
		.pid = viewer->pid,
		.remote = mnt_fs_is_netfs(fs),
		.ours = viewer->ours,
	};
}

static int read_mountinfo(struct mounts *mounts, const struct viewer *viewer)
{
	char *path =
		alloc_text("%s/%s/mountinfo", viewer->proc, viewer->process);
	struct libmnt_table *table = must(mnt_new_table());
	struct libmnt_iter *iter = must(mnt_new_iter(MNT_ITER_FORWARD));
	int err = mnt_table_parse_file(table, path);
	struct libmnt_fs *fs;

	while (!err && mnt_table_next_fs(table, iter, &fs) == 0)
		append_mount(mounts, viewer, fs);
	mnt_free_iter(iter);
	mnt_unref_table(table);
	free(path);
	return err > 0 ? -EIO : err;
}

/* Return: whether this namespace, from this root directory, is a new one. */
static bool add_mntns(struct mounts *mounts, const struct mounts_mntns *mntns)
{
	for (size_t i = 0; i < mounts->nr_mntns; i++)
		if (mounts->mntns[i].inode == mntns->inode &&
		    mounts->mntns[i].root_device == mntns->root_device &&
		    mounts->mntns[i].root_inode == mntns->root_inode)
			return false;
	mounts->mntns =
		alloc_more(mounts->mntns, mounts->nr_mntns, sizeof(*mntns));
	mounts->mntns[mounts->nr_mntns++] = *mntns;
	return true;
}

/* Return: 1 when it is one that was not read yet, 0, or a negative errno. */
static int enter_mntns(struct mounts *mounts, int dir, uint64_t *inode)
{
	struct mounts_mntns mntns = { 0 };
	struct proc_file file;
	int err = proc_namespace(dir, "ns/mnt", inode);

	if (!err)
		err = proc_stat(dir, "root", &file);
	if (err)
		return err;
	mntns.inode = *inode;
	mntns.root_device = file.device;
	mntns.root_inode = file.inode;
	return add_mntns(mounts, &mntns);
}

/* holders_scan() counts processes that cannot be looked at. */
static void scan_thread(struct mounts *mounts, const char *proc, int list,
			pid_t pid, pid_t tid)
{
	char process[64];
	struct viewer viewer = { .proc = proc, .process = process, .pid = tid };
	int dir;

	snprintf(process, sizeof(process), "%d/task/%d", (int)pid, (int)tid);
	dir = proc_open(list, process);
	if (dir < 0)
		return;
	if (enter_mntns(mounts, dir, &viewer.mntns) > 0) {
		viewer.ours = viewer.mntns == mounts->own;
		read_mountinfo(mounts, &viewer);
	}
	close(dir);
}

static void scan_process_mounts(struct mounts *mounts, const char *proc,
				int list, pid_t pid)
{
	char tasks[32];
	DIR *threads;
	int tid;

	snprintf(tasks, sizeof(tasks), "%d/task", (int)pid);
	if (proc_list(list, tasks, &threads))
		return;
	while ((tid = proc_next(threads)) >= 0)
		scan_thread(mounts, proc, list, pid, tid);
	closedir(threads);
}

static int scan_own(struct mounts *mounts, const char *proc, int list)
{
	struct viewer viewer = { .proc = proc,
				 .process = "self",
				 .ours = true };
	int dir = proc_open(list, "self");

	if (dir < 0)
		return dir;
	enter_mntns(mounts, dir, &mounts->own);
	close(dir);
	viewer.mntns = mounts->own;
	return read_mountinfo(mounts, &viewer);
}

/* By id, and of the same one that which we know best first. */
static int compare_mounts(const void *one, const void *other)
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

static void sort_mounts(struct mounts *mounts)
{
	size_t kept = 0;

	if (!mounts->nr)
		return;
	qsort(mounts->mount, mounts->nr, sizeof(*mounts->mount),
	      compare_mounts);
	for (size_t i = 1; i < mounts->nr; i++) {
		if (mounts->mount[i].id == mounts->mount[kept].id)
			free_mount(&mounts->mount[i]);
		else
			mounts->mount[++kept] = mounts->mount[i];
	}
	mounts->nr = kept + 1;
}

bool mounts_has_mntns(const struct mounts *mounts, uint64_t inode)
{
	for (size_t i = 0; i < mounts->nr_mntns; i++)
		if (mounts->mntns[i].inode == inode)
			return true;
	return false;
}

/* What is mounted in a namespace in which no process lives is not read. */
static void count_hidden(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->nr; i++) {
		const struct mounts_mount *mount = &mounts->mount[i];

		if (!strcmp(mount->fstype, "nsfs") &&
		    !strncmp(mount->root, "mnt:[", strlen("mnt:[")))
			mounts->nr_hidden += !mounts_has_mntns(
				mounts, strtoull(mount->root + strlen("mnt:["),
						 NULL, 10));
	}
}

int mounts_scan(struct mounts *mounts, const char *root)
{
	char *proc = alloc_text("%s/proc", root);
	DIR *list;
	int pid, err;

	*mounts = (struct mounts){ 0 };
	err = proc_list(AT_FDCWD, proc, &list);
	if (!err)
		err = scan_own(mounts, proc, dirfd(list));
	while (!err && (pid = proc_next(list)) >= 0)
		scan_process_mounts(mounts, proc, dirfd(list), pid);
	sort_mounts(mounts);
	count_hidden(mounts);
	if (list)
		closedir(list);
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
static const char *path_below(const char *path, const char *directory)
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
				     uint64_t mntns, const char *path)
{
	const struct mounts_mount *mount, *best = NULL;

	for (size_t i = 0; i < mounts->nr; i++) {
		mount = &mounts->mount[i];
		if (mount->mntns == mntns && path_below(path, mount->target) &&
		    is_better(mount, best))
			best = mount;
	}
	return best;
}

/* Where a path on a mount leads to, as one of the filesystem. */
static char *place_of(const char *path, const struct mounts_mount *mount)
{
	const char *rest = path_below(path, mount->target);
	const char *root = strcmp(mount->root, "/") ? mount->root : "";

	return rest ? alloc_text("%s%s", root, rest) : NULL;
}

static bool same_place(const char *one, const struct mounts_mount *its_mount,
		       const char *other,
		       const struct mounts_mount *others_mount)
{
	char *a = place_of(one, its_mount), *b = place_of(other, others_mount);
	bool same = a && b && !strcmp(a, b);

	free(a);
	free(b);
	return same;
}

/* Does what is mounted on a peer group come to this mount, at however many removes? */
static bool receives_from(const struct mounts *mounts,
			  const struct mounts_mount *mount, uint64_t group,
			  int depth)
{
	if (mount->shared == group || mount->master == group)
		return true;
	/* A slave of a slave: by any mount that is of its master's group. */
	for (size_t i = 0; mount->master && depth && i < mounts->nr; i++)
		if (mounts->mount[i].shared == mount->master &&
		    mounts->mount[i].master &&
		    receives_from(mounts, &mounts->mount[i], group, depth - 1))
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
	return receives_from(mounts, to, from->shared, MAX_DEPTH) &&
	       same_place(copy->target, to, mount->target, from);
}

bool mounts_is_on(const struct mounts *mounts, const struct mounts_mount *mount,
		  const struct mounts_mount *other, const char *path)
{
	const struct mounts_mount *parent = mounts_find(mounts, mount->parent);

	return parent && parent != mount && parent->super == other->super &&
	       same_place(mount->target, parent, path, other);
}

void mounts_free(struct mounts *mounts)
{
	for (size_t i = 0; i < mounts->nr; i++)
		free_mount(&mounts->mount[i]);
	free(mounts->mount);
	free(mounts->mntns);
	*mounts = (struct mounts){ 0 };
}
