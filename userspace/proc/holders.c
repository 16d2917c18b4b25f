// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who among the living processes holds files of a filesystem.
 *
 * What a file is on is told by the id of its mount, where the kernel says it
 * (fdinfo, statx), and by the table of mounts that has this id: that holds on
 * btrfs, too. Only where no table has it, because the mount is detached or the
 * kernel's own, the file's device number decides.
 *
 * Nothing is opened on the filesystems themselves, and those on other machines
 * are not asked, as these may never answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kcmp.h>
#include <linux/magic.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "proc/fdinfo.h"
#include "proc/fstype.h"
#include "proc/holders.h"
#include "proc/proc.h"
#include "proc/process.h"
#include "proc/sockets.h"
#include "proc/stack.h"

/* What is in its exit for so long is worth a word. */
#define PASSING_NS 50000000

const char *const holders_kinds[HOLDER_NR_KINDS] = {
	[HOLDER_FD] = "fd",
	[HOLDER_CWD] = "cwd",
	[HOLDER_ROOT] = "root",
	[HOLDER_EXE] = "exe",
	[HOLDER_MMAP] = "mmap",
	[HOLDER_URING] = "uring",
	[HOLDER_SOCKET] = "socket",
	[HOLDER_SCM] = "scm",
	[HOLDER_FANOTIFY] = "fanotify",
	[HOLDER_EXIT] = "exit",
	[HOLDER_DEVICE] = "device",
};

/**
 * struct walk - where the walk is
 * @holders: what was found
 * @query: of what
 * @sockets: those with a path
 * @proc: descriptor of /proc
 * @thread: descriptor of the directory of the thread
 * @pid: the process
 * @tid: the thread
 * @comm: the process's name
 * @mntns: inode number of the thread's mount namespace
 * @known: the process's holders that were found: see tsearch(3)
 * @looked: the last thread whose files, file system and memory were looked at
 * @unseen: something of this process could not be looked at
 */
struct walk {
	struct holders *holders;
	const struct holders_query *query;
	struct sockets sockets;
	int proc;
	int thread;
	pid_t pid;
	pid_t tid;
	char comm[64];
	uint64_t mntns;
	void *known;
	pid_t looked[KCMP_TYPES];
	bool unseen;
};

/* What cannot be looked at is counted; who has gone holds nothing. */
static void note_error(struct walk *walk, int err)
{
	walk->unseen |= err && !proc_is_gone(err);
}

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_holders(const void *a, const void *b)
{
	const struct holder *one = a, *other = b;
	int order = ORDER(one->inode, other->inode);

	if (!order)
		order = ORDER(one->fd, other->fd);
	if (!order)
		order = ORDER(one->kind, other->kind);
	if (!order)
		order = ORDER(one->mount, other->mount);
	if (!order)
		order = ORDER(one->writes, other->writes);
	return order ? order : ORDER(one->super, other->super);
}

/* Return: whether this is the first such holder of the process. */
static bool is_first(struct walk *walk, const struct holder *holder)
{
	struct holder exe = *holder, *key, **known;

	if (!holder->inode)
		return true;
	/* A program's text is mapped as a matter of course. */
	exe.kind = HOLDER_EXE;
	if (holder->kind == HOLDER_MMAP &&
	    tfind(&exe, &walk->known, compare_holders))
		return false;
	key = alloc_array(1, sizeof(*key));
	*key = *holder;
	known = must(tsearch(key, &walk->known, compare_holders));
	if (*known == key)
		return true;
	free(key);
	return false;
}

static void add_holder(struct walk *walk, const struct holder *found)
{
	struct holders *holders = walk->holders;
	struct holder *holder;

	holders->holder =
		alloc_more(holders->holder, holders->nr, sizeof(*holder));
	holder = &holders->holder[holders->nr++];
	*holder = *found;
	holder->pid = walk->pid;
	holder->tid = walk->tid;
	holder->mntns = walk->mntns;
	holder->comm = alloc_copy(walk->comm);
	holder->locks = alloc_copy(found->locks);
	holder->path = alloc_copy(found->path ? found->path : "");
}

/* Where no table has the mount, btrfs is known by its id. */
static bool is_btrfs(const struct walk *walk, const char *link)
{
	char path[128];
	struct statfs fs;
	uint32_t words[2];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/%s", (int)walk->pid,
		 (int)walk->tid, link);
	if (!walk->query->btrfs || *walk->query->root || statfs(path, &fs) ||
	    fs.f_type != BTRFS_SUPER_MAGIC)
		return false;
	memcpy(words, &fs.f_fsid, sizeof(words));
	return words[0] == walk->query->btrfs;
}

static dev_t super_of(const struct walk *walk, const struct proc_file *file,
		      const char *link)
{
	const struct mounts_mount *mount;

	mount = mounts_find(&walk->holders->mounts, file->mount);
	if (!mount && is_btrfs(walk, link))
		return walk->query->super;
	return mount ? mount->super : file->device;
}

/* What a link of the thread's directory leads to. */
static void identify(const struct walk *walk, struct holder *holder,
		     const struct proc_file *file, const char *link)
{
	holder->mount = file->mount;
	holder->inode = file->inode;
	holder->super = super_of(walk, file, link);
	holder->device = file->device;
	holder->detached = !mounts_find(&walk->holders->mounts, file->mount);
}

static bool is_wanted_super(const struct walk *walk, dev_t super)
{
	return walk->query->all || (super && super == walk->query->super);
}

static bool is_wanted_block(const struct walk *walk, dev_t device)
{
	const struct holders_query *query = walk->query;

	if (query->all)
		return device;
	for (size_t i = 0; device && i < query->nr_blocks; i++)
		if (query->block[i] == device)
			return true;
	return false;
}

/* Add what a link of the thread's directory leads to. */
static void add_link(struct walk *walk, struct holder *holder, const char *link)
{
	if (!is_first(walk, holder))
		return;
	holder->path = proc_link(walk->thread, link);
	add_holder(walk, holder);
	free(holder->path);
}

/* The kernel's own threads stay, and so does the root that they have. */
static bool is_of_kernel(const struct walk *walk)
{
	struct process_stat stat;

	return !process_stat(&stat, walk->thread, "stat") &&
	       process_is_kernel(&stat);
}

static void look_at_link(struct walk *walk, enum holder_kind kind,
			 const char *link)
{
	struct holder holder = { .kind = kind, .fd = -1, .sure = true };
	struct proc_file file;
	int err = proc_stat(walk->thread, link, &file);

	if (err) {
		note_error(walk, err);
		return;
	}
	identify(walk, &holder, &file, link);
	if (is_wanted_super(walk, holder.super) && !is_of_kernel(walk))
		add_link(walk, &holder, link);
}

/* Must the file be asked what it is, and can it be? */
static bool is_worth_a_look(const struct walk *walk,
			    const struct mounts_mount *mount)
{
	if (!mount || is_wanted_super(walk, mount->super))
		return true;
	return walk->query->nr_blocks && !mount->remote;
}

/* Mode 3, which is for ioctl(2) alone, lets neither read nor write. */
static bool is_for_writing(uint64_t flags)
{
	return (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
}

static void add_file(struct walk *walk, int fd, const struct proc_file *file,
		     const struct fdinfo *info)
{
	struct holder holder = {
		.kind = HOLDER_FD,
		.fd = fd,
		.writes = is_for_writing(info->flags),
		.sure = true,
	};
	char link[32];

	snprintf(link, sizeof(link), "fd/%d", fd);
	identify(walk, &holder, file, link);
	if (holder.inode == walk->query->locked)
		holder.locks = info->locks;
	if (is_wanted_super(walk, holder.super))
		add_link(walk, &holder, link);
	if (!is_wanted_block(walk, file->special))
		return;
	holder.kind = HOLDER_DEVICE;
	holder.super = file->special;
	add_link(walk, &holder, link);
}

/*
 * The path that the kernel has for a file is relative to the root of its namespace,
 * or to that of its mount when this is detached. So see whether it does lead to
 * that mount.
 */
static bool is_confirmed(const struct walk *walk, const char *path,
			 uint64_t mount, struct proc_file *file)
{
	char *whole = alloc_text("root%s", path);
	int err = proc_stat(walk->thread, whole, file);

	free(whole);
	return !err && file->mount == mount;
}

/*
 * Find the mount of a file by its path alone. What is not confirmed and seems to be
 * on the root mount may be the path of a detached mount.
 */
static const struct mounts_mount *find_mount(const struct walk *walk,
					     struct holder *holder,
					     struct proc_file *file)
{
	const struct mounts_mount *mount = NULL;

	*file = (struct proc_file){ 0 };
	if (*holder->path == '/')
		mount = mounts_at(&walk->holders->mounts, walk->mntns,
				  holder->path);
	if (!mount || (mount->remote && !is_wanted_super(walk, mount->super)))
		return mount;
	holder->sure = is_confirmed(walk, holder->path, mount->id, file);
	return holder->sure || strcmp(mount->target, "/") ? mount : NULL;
}

/* Return: whether that is the name of a socket that is asked for. */
static bool add_socket(struct walk *walk, enum holder_kind kind, int fd,
		       const char *name)
{
	struct holder holder = {
		.kind = kind,
		.fd = fd,
		.path = (char *)name,
		/* Of what is registered, older kernels tell a file's own name. */
		.sure = kind != HOLDER_URING,
	};

	if (!walk->query->ports || !name ||
	    sscanf(name, "socket:[%" SCNu64 "]", &holder.inode) != 1 ||
	    !ports_find(walk->query->ports, holder.inode))
		return false;
	if (is_first(walk, &holder))
		add_holder(walk, &holder);
	return true;
}

static void add_registered(struct walk *walk, int fd, const char *path)
{
	struct holder holder = {
		.kind = HOLDER_URING,
		.fd = fd,
		.path = (char *)path,
	};
	const struct mounts_mount *mount;
	struct proc_file file;

	if (add_socket(walk, HOLDER_URING, fd, path))
		return;
	mount = find_mount(walk, &holder, &file);
	if (mount && !is_wanted_super(walk, mount->super))
		return;
	holder.mount = mount ? mount->id : 0;
	holder.super = mount ? mount->super : 0;
	holder.inode = holder.sure ? file.inode : 0;
	holder.device = file.device;
	add_holder(walk, &holder);
}

/* The name that a socket was given: what it was bound to may be gone by now. */
static void add_address(struct walk *walk, int fd, uint64_t inode)
{
	const char *path = sockets_path(&walk->sockets, inode);
	struct holder holder = {
		.kind = HOLDER_SOCKET,
		.fd = fd,
		.path = (char *)path,
	};
	const struct mounts_mount *mount;
	struct proc_file file;

	mount = path ? find_mount(walk, &holder, &file) : NULL;
	if (!mount || !is_wanted_super(walk, mount->super))
		return;
	holder.sure &= file.is_socket;
	holder.mount = mount->id;
	holder.super = mount->super;
	holder.inode = holder.sure ? file.inode : 0;
	holder.device = file.device;
	add_holder(walk, &holder);
}

static void add_ring(struct walk *walk, int fd, const struct fdinfo *info)
{
	for (size_t i = 0; i < info->nr_registered; i++)
		add_registered(walk, fd, info->registered[i]);
	walk->holders->nr_rings += info->is_busy;
}

static void add_in_flight(struct walk *walk, int fd, const struct fdinfo *info)
{
	const struct holder holder = { .kind = HOLDER_SCM, .fd = fd };

	if (info->in_flight)
		add_holder(walk, &holder);
}

/* Whether there are unread events, and of which files, only its reader can know. */
static void add_marks(struct walk *walk, int fd, const struct fdinfo *info)
{
	struct holder holder = { .kind = HOLDER_FANOTIFY, .fd = fd };
	const struct mounts_mount *mount;

	for (size_t i = 0; i < info->nr_marks; i++) {
		mount = mounts_find(&walk->holders->mounts,
				    info->mark[i].mount);
		holder.mount = mount ? mount->id : 0;
		holder.super = mount ? mount->super : info->mark[i].super;
		if (!is_wanted_super(walk, holder.super))
			continue;
		add_holder(walk, &holder);
		return;
	}
}

/* A mount namespace may live on because of nothing but a descriptor. */
static void look_at_namespace(struct walk *walk, const char *text)
{
	struct holders *holders = walk->holders;

	if (text && !strncmp(text, "mnt:[", strlen("mnt:[")))
		holders->nr_mntns += !mounts_has_mntns(
			&holders->mounts,
			strtoull(text + strlen("mnt:["), NULL, 10));
}

/* What is on a mount of the kernel's own, and has nothing but this name. */
static void look_at_name(struct walk *walk, int fd, const char *link)
{
	char *name = proc_link(walk->thread, link);

	look_at_namespace(walk, name);
	add_socket(walk, HOLDER_FD, fd, name);
	free(name);
}

static void look_at_file(struct walk *walk, int fd, const struct fdinfo *info)
{
	const struct mounts_mount *mount;
	struct proc_file file = { 0 };
	char link[32];
	int err;

	mount = mounts_find(&walk->holders->mounts, info->mount);
	if (!is_worth_a_look(walk, mount))
		return;
	snprintf(link, sizeof(link), "fd/%d", fd);
	if (!mount)
		look_at_name(walk, fd, link);
	err = proc_stat(walk->thread, link, &file);
	/* Some filesystems refuse even root: then fdinfo has to be enough. */
	if (proc_is_gone(err) || (err && !mount)) {
		note_error(walk, err);
		return;
	}
	file.mount = info->mount ? info->mount : file.mount;
	/* As the module has it; stat(2) may be told another one. */
	file.inode = info->inode ? info->inode : file.inode;
	if (file.is_socket && !mount)
		add_address(walk, fd, file.inode);
	else
		add_file(walk, fd, &file, info);
}

static void look_at_descriptor(struct walk *walk, int fd)
{
	struct fdinfo info;
	char name[32];
	int err;

	snprintf(name, sizeof(name), "fdinfo/%d", fd);
	err = fdinfo_read(walk->thread, name, &info);
	if (err)
		note_error(walk, err);
	else
		look_at_file(walk, fd, &info);
	add_ring(walk, fd, &info);
	add_in_flight(walk, fd, &info);
	add_marks(walk, fd, &info);
	fdinfo_free(&info);
}

/* Where in the kernel it is, where that can be read. */
static char *describe_place(int thread)
{
	char stack[STACK_TEXT];

	proc_text(thread, "stack", stack, sizeof(stack));
	return stack_place(stack);
}

/* What it had as descriptors is closed one by one, and seen no more. */
static void look_at_exit(struct walk *walk)
{
	struct holder holder = { .kind = HOLDER_EXIT, .fd = -1 };
	struct process_stat stat;

	if (process_stat(&stat, walk->thread, "stat") || !process_exits(&stat))
		return;
	holder.path = describe_place(walk->thread);
	add_holder(walk, &holder);
	free(holder.path);
}

static void look_at_files(struct walk *walk)
{
	bool none = true;
	DIR *list;
	int fd;

	note_error(walk, proc_list(walk->thread, "fd", &list));
	if (!list)
		return;
	for (; (fd = proc_next(list)) >= 0; none = false)
		look_at_descriptor(walk, fd);
	closedir(list);
	if (none)
		look_at_exit(walk);
}

/**
 * struct mapping - a line of maps
 * @start: its first address
 * @end: behind its last
 * @super: device number of the superblock
 * @inode: inode number
 * @writes: what is written there is written to the file
 * @path: its name
 */
struct mapping {
	unsigned long start;
	unsigned long end;
	dev_t super;
	uint64_t inode;
	bool writes;
	char *path;
};

static bool parse_mapping(char *line, struct mapping *mapping)
{
	unsigned int major, minor;
	unsigned long inode;
	char rights[8];
	int at = 0;

	if (sscanf(line, "%lx-%lx %7s %*x %x:%x %lu %n", &mapping->start,
		   &mapping->end, rights, &major, &minor, &inode, &at) < 6 ||
	    !inode)
		return false;
	mapping->super = makedev(major, minor);
	mapping->inode = inode;
	mapping->writes = strchr(rights, 'w') && strchr(rights, 's');
	mapping->path = line + at;
	mapping->path[strcspn(mapping->path, "\n")] = '\0';
	return true;
}

/* Not everybody may look through map_files, and a dead leader has none. */
static uint64_t mount_of_path(const struct walk *walk,
			      const struct mapping *mapping)
{
	struct holder holder = { .path = mapping->path };
	const struct mounts_mount *mount;
	struct proc_file file;

	mount = find_mount(walk, &holder, &file);
	return mount && holder.sure && mount->super == mapping->super &&
			       file.inode == mapping->inode ?
		       mount->id :
		       0;
}

static void add_mapping(struct walk *walk, const struct mapping *mapping)
{
	struct holder holder = {
		.kind = HOLDER_MMAP,
		.fd = -1,
		.super = mapping->super,
		.inode = mapping->inode,
		.writes = mapping->writes,
		.path = mapping->path,
		.sure = true,
	};
	struct proc_file file;
	struct stat itself;
	char link[64];

	snprintf(link, sizeof(link), "../../map_files/%lx-%lx", mapping->start,
		 mapping->end);
	/* The link's own mode is that of the open file, which may have more rights. */
	if (!fstatat(walk->thread, link, &itself, AT_SYMLINK_NOFOLLOW))
		holder.writes = itself.st_mode & 0200;
	if (proc_stat(walk->thread, link, &file)) {
		holder.mount = mount_of_path(walk, mapping);
	} else {
		holder.mount = file.mount;
		holder.device = file.device;
		if (walk->query->overlay) {
			holder.super = super_of(walk, &file, link);
			holder.inode = file.inode;
		}
	}
	if (is_wanted_super(walk, holder.super) && is_first(walk, &holder))
		add_holder(walk, &holder);
}

static void look_at_maps(struct walk *walk, FILE *maps)
{
	struct mapping mapping, last = { 0 };
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, maps) > 0) {
		if (!parse_mapping(line, &mapping) ||
		    !(walk->query->overlay ||
		      is_wanted_super(walk, mapping.super)))
			continue;
		/* One file is often mapped in several pieces, one behind the other. */
		if (mapping.super != last.super ||
		    mapping.inode != last.inode ||
		    mapping.writes != last.writes || mapping.start != last.end)
			add_mapping(walk, &mapping);
		last = mapping;
	}
	if (ferror(maps))
		note_error(walk, -errno);
	free(line);
}

static void look_at_memory(struct walk *walk)
{
	FILE *maps;

	look_at_link(walk, HOLDER_EXE, "exe");
	maps = proc_file_open(walk->thread, "maps");
	if (!maps) {
		note_error(walk, -errno);
		return;
	}
	look_at_maps(walk, maps);
	fclose(maps);
}

static void look_at_directories(struct walk *walk)
{
	look_at_link(walk, HOLDER_CWD, "cwd");
	look_at_link(walk, HOLDER_ROOT, "root");
}

/* Of these, the threads of a process mostly share one. */
static const struct {
	enum kcmp_type type;
	void (*look)(struct walk *walk);
} parts[] = {
	{ KCMP_VM, look_at_memory },
	{ KCMP_FS, look_at_directories },
	{ KCMP_FILES, look_at_files },
};

/* A kernel that cannot compare lets us look at all: what is known is not added. */
static bool is_shared(const struct walk *walk, enum kcmp_type type)
{
	return walk->looked[type] && !*walk->query->root &&
	       syscall(SYS_kcmp, walk->tid, walk->looked[type], type, 0, 0) ==
		       0;
}

static void look_at_thread(struct walk *walk)
{
	note_error(walk, proc_namespace(walk->thread, "ns/mnt", &walk->mntns));
	for (size_t i = 0; i < NR(parts); i++) {
		if (is_shared(walk, parts[i].type))
			continue;
		parts[i].look(walk);
		walk->looked[parts[i].type] = walk->tid;
	}
}

static void enter_thread(struct walk *walk, pid_t tid)
{
	char name[64];

	snprintf(name, sizeof(name), "%d/task/%d", (int)walk->pid, (int)tid);
	walk->thread = proc_open(walk->proc, name);
	if (walk->thread < 0) {
		note_error(walk, walk->thread);
		return;
	}
	walk->tid = tid;
	look_at_thread(walk);
	close(walk->thread);
}

static void look_at_process(struct walk *walk)
{
	char name[64];
	DIR *threads;
	int err, tid;

	snprintf(name, sizeof(name), "%d/comm", (int)walk->pid);
	err = proc_text(walk->proc, name, walk->comm, sizeof(walk->comm));
	snprintf(name, sizeof(name), "%d/task", (int)walk->pid);
	if (!err)
		err = proc_list(walk->proc, name, &threads);
	if (err) {
		note_error(walk, err);
		return;
	}
	while ((tid = proc_next(threads)) >= 0)
		enter_thread(walk, tid);
	closedir(threads);
}

static void walk_processes(struct walk *walk, DIR *list)
{
	struct holders *holders = walk->holders;
	int pid;

	walk->proc = dirfd(list);
	while ((pid = proc_next(list)) >= 0) {
		walk->pid = pid;
		walk->unseen = false;
		memset(walk->looked, 0, sizeof(walk->looked));
		look_at_process(walk);
		tdestroy(walk->known, free);
		walk->known = NULL;
		holders->nr_unseen += walk->unseen;
	}
}

static bool still_exits(const struct walk *walk, const struct holder *holder)
{
	struct process_stat stat;
	char name[64];

	snprintf(name, sizeof(name), "%d/task/%d/stat", (int)holder->pid,
		 (int)holder->tid);
	return !process_stat(&stat, walk->proc, name) && process_exits(&stat);
}

static void free_holder(struct holder *holder)
{
	free(holder->comm);
	free(holder->locks);
	free(holder->path);
}

/* Some task of a machine is always in its exit, for a millisecond. */
static void drop_passing_exits(struct walk *walk)
{
	const struct timespec pause = { .tv_nsec = PASSING_NS };
	struct holders *holders = walk->holders;
	bool has_paused = false;
	size_t left = 0;

	for (size_t i = 0; i < holders->nr; i++) {
		struct holder *holder = &holders->holder[i];

		if (holder->kind == HOLDER_EXIT) {
			if (!has_paused)
				nanosleep(&pause, NULL);
			has_paused = true;
			if (!still_exits(walk, holder)) {
				free_holder(holder);
				continue;
			}
		}
		holders->holder[left++] = *holder;
	}
	holders->nr = left;
}

static int compare_keys(const void *a, const void *b)
{
	const struct holders_key *one = a, *other = b;
	int order = ORDER(one->super, other->super);

	return order ? order : ORDER(one->inode, other->inode);
}

static void add_key(struct holders *holders, dev_t super, uint64_t inode,
		    bool alone)
{
	struct holders_key *key = &holders->key[holders->nr_keys++];

	*key = (struct holders_key){ super, inode, alone };
}

/*
 * For holders_hold(). Where stat(2) tells of another device than the superblock's,
 * it tells of inode numbers of that device.
 */
static void index_holders(struct holders *holders,
			  const struct holders_query *query)
{
	struct holders_key *key;
	size_t nr = 0;

	holders->key = key = alloc_array(2 * holders->nr, sizeof(*key));
	for (size_t i = 0; i < holders->nr; i++) {
		const struct holder *holder = &holders->holder[i];

		if (holder->kind == HOLDER_DEVICE || !holder->inode)
			continue;
		add_key(holders, holder->super, holder->inode,
			*query->root || !holder->device ||
				holder->device == holder->super);
		if (holder->detached)
			add_key(holders, 0, holder->inode, false);
	}
	if (holders->nr_keys)
		qsort(key, holders->nr_keys, sizeof(*key), compare_keys);
	for (size_t i = 0; i < holders->nr_keys; i++) {
		if (nr && !compare_keys(&key[nr - 1], &key[i]))
			key[nr - 1].alone |= key[i].alone;
		else
			key[nr++] = key[i];
	}
	holders->nr_keys = nr;
}

int holders_scan(struct holders *holders, const struct holders_query *query)
{
	struct walk walk = { .holders = holders, .query = query };
	DIR *list;
	int err;

	*holders = (struct holders){ 0 };
	err = mounts_scan(&holders->mounts, query->root);
	if (!err)
		err = proc_list_root(query->root, &list);
	if (err)
		return err;
	sockets_scan(&walk.sockets, query->root);
	walk_processes(&walk, list);
	drop_passing_exits(&walk);
	sockets_free(&walk.sockets);
	closedir(list);
	index_holders(holders, query);
	return 0;
}

static const struct holders_key *find_key(const struct holders *holders,
					  dev_t super, uint64_t inode)
{
	const struct holders_key key = { .super = super, .inode = inode };

	if (!holders->nr_keys)
		return NULL;
	return bsearch(&key, holders->key, holders->nr_keys, sizeof(key),
		       compare_keys);
}

enum holders_answer holders_hold(const struct holders *holders,
				 const char *fstype, dev_t super,
				 uint64_t inode)
{
	const struct holders_key *key = find_key(holders, super, inode);
	bool unique = fstype_has_unique_inodes(fstype);

	if (key && key->alone && unique)
		return HOLDERS_ONE;
	/* Of a mount that no table has, the superblock is not known. */
	if (key || (!unique && find_key(holders, 0, inode)))
		return HOLDERS_PERHAPS;
	return HOLDERS_NONE;
}

void holders_free(struct holders *holders)
{
	for (size_t i = 0; i < holders->nr; i++)
		free_holder(&holders->holder[i]);
	free(holders->holder);
	free(holders->key);
	mounts_free(&holders->mounts);
	*holders = (struct holders){ 0 };
}
