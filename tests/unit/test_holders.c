// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finding holders, on the machine's own /proc: a child process holds a file in
 * one way, and must be found with it, and with nothing else.
 */
#include "cmocka_main.h"
#include "lib/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/fdinfo.h"
#include "proc/holders.h"
#include "proc/proc.h"

static char dir[] = "/tmp/dfput-holders.XXXXXX";
static char path[sizeof(dir) + 16];
static struct proc_file file;
static struct holders holders;
static pid_t child;

/* A way to hold the file; what the child had open before is closed. */
typedef void hold_fn(void);

static void check(bool good)
{
	if (!good)
		_exit(1);
}

/* The child says through the pipe that it holds it. */
static void start(hold_fn *hold)
{
	int ends[2];
	char byte;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		hold();
		check(write(ends[1], "", 1) == 1);
		for (;;)
			pause();
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], &byte, 1), 1);
	close(ends[0]);
}

static void stop(void)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	holders_free(&holders);
}

static void scan(bool all)
{
	const struct mounts_mount *mount;
	struct holders_query query = { .root = "", .all = all };
	struct mounts mounts;

	assert_int_equal(mounts_scan(&mounts, ""), 0);
	mount = mounts_find(&mounts, file.mount);
	assert_non_null(mount);
	assert_true(mount->ours);
	query.super = mount->super;
	mounts_free(&mounts);
	assert_int_equal(holders_scan(&holders, &query), 0);
}

/* The child's holder of that kind and inode; the only one. */
static const struct holder *found(enum holder_kind kind, uint64_t inode)
{
	const struct holder *holder = NULL;

	for (size_t i = 0; i < holders.nr; i++) {
		if (holders.holder[i].pid != child ||
		    holders.holder[i].kind != kind ||
		    holders.holder[i].inode != inode)
			continue;
		assert_null(holder);
		holder = &holders.holder[i];
	}
	return holder;
}

static void assert_found(enum holder_kind kind, uint64_t inode,
			 const char *name)
{
	const struct holder *holder = found(kind, inode);

	assert_non_null(holder);
	assert_int_equal(holder->mount, file.mount);
	assert_string_equal(holder->path, name);
	assert_true(holder->sure);
	assert_int_equal(holders_hold(&holders, "ext4", holder->super, inode),
			 holder->device == holder->super ? HOLDERS_ONE :
							   HOLDERS_PERHAPS);
	assert_int_equal(holders_hold(&holders, "btrfs", holder->super, inode),
			 HOLDERS_PERHAPS);
	assert_int_equal(holders_hold(&holders, "ext4", holder->super + 1,
				      inode),
			 HOLDERS_NONE);
}

static void open_once(void)
{
	int fd = open(path, O_RDWR);

	check(fd >= 0);
	if (fd != 77) {
		check(dup2(fd, 77) == 77);
		close(fd);
	}
}

static void by_descriptor(void **state)
{
	(void)state;
	start(open_once);
	scan(false);
	assert_found(HOLDER_FD, file.inode, path);
	assert_int_equal(found(HOLDER_FD, file.inode)->fd, 77);
	assert_null(found(HOLDER_MMAP, file.inode));
	for (size_t i = 0; i < holders.nr; i++)
		assert_int_not_equal(holders.holder[i].kind, HOLDER_DEVICE);
	stop();
	scan(false);
	assert_null(found(HOLDER_FD, file.inode));
	holders_free(&holders);
}

/* Whatever is asked for, that is among all. */
static void among_all(void **state)
{
	(void)state;
	start(open_once);
	scan(true);
	assert_found(HOLDER_FD, file.inode, path);
	stop();
}

static void map_it(void)
{
	int fd = open(path, O_RDWR);

	check(mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0) != MAP_FAILED);
	check(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED);
	close(fd);
}

static void by_mapping(void **state)
{
	(void)state;
	start(map_it);
	scan(false);
	assert_found(HOLDER_MMAP, file.inode, path);
	assert_null(found(HOLDER_FD, file.inode));
	stop();
}

static void enter(void)
{
	check(!chdir(dir));
}

static void by_directory(void **state)
{
	struct proc_file directory;

	(void)state;
	assert_int_equal(proc_stat(AT_FDCWD, dir, &directory), 0);
	start(enter);
	scan(false);
	assert_found(HOLDER_CWD, directory.inode, dir);
	stop();
}

static void *enter_alone(void *said)
{
	check(!unshare(CLONE_FS | CLONE_FILES) && !chdir(dir));
	open_once();
	check(write(*(int *)said, "", 1) == 1);
	for (;;)
		pause();
	return NULL;
}

static void start_thread(void)
{
	static int ends[2];
	pthread_t thread;
	char byte;

	check(!pipe(ends));
	check(!pthread_create(&thread, NULL, enter_alone, &ends[1]));
	check(read(ends[0], &byte, 1) == 1);
}

static void by_a_thread(void **state)
{
	struct proc_file directory;

	(void)state;
	assert_int_equal(proc_stat(AT_FDCWD, dir, &directory), 0);
	start(start_thread);
	scan(false);
	assert_found(HOLDER_CWD, directory.inode, dir);
	assert_int_not_equal(found(HOLDER_CWD, directory.inode)->tid, child);
	assert_found(HOLDER_FD, file.inode, path);
	assert_int_not_equal(found(HOLDER_FD, file.inode)->tid, child);
	stop();
}

static void bind_address(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket", dir);
	check(!bind(fd, (struct sockaddr *)&address, sizeof(address)));
}

static void by_address(void **state)
{
	char name[sizeof(dir) + 16];
	struct proc_file socket_file;

	(void)state;
	snprintf(name, sizeof(name), "%s/socket", dir);
	start(bind_address);
	assert_int_equal(proc_stat(AT_FDCWD, name, &socket_file), 0);
	scan(false);
	assert_found(HOLDER_SOCKET, socket_file.inode, name);
	stop();
	unlink(name);
}

static void send_it(void)
{
	union {
		struct cmsghdr header;
		char text[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(int)),
				  .cmsg_level = SOL_SOCKET,
				  .cmsg_type = SCM_RIGHTS } };
	struct iovec byte = { .iov_base = "", .iov_len = 1 };
	struct msghdr message = { .msg_iov = &byte,
				  .msg_iovlen = 1,
				  .msg_control = control.text,
				  .msg_controllen = sizeof(control.text) };
	int ends[2], fd = open(path, O_RDWR);

	check(!socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	check(sendmsg(ends[0], &message, 0) == 1);
	close(fd);
}

static void in_flight(void **state)
{
	const struct holder *holder;

	(void)state;
	start(send_it);
	scan(false);
	assert_null(found(HOLDER_FD, file.inode));
	holder = found(HOLDER_SCM, 0);
	assert_non_null(holder);
	assert_false(holder->sure);
	stop();
}

/* Nothing is found of who has gone. */
static void of_nobody(void **state)
{
	siginfo_t info;

	(void)state;
	start(open_once);
	kill(child, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT),
			 0);
	scan(false);
	assert_null(found(HOLDER_FD, file.inode));
	stop();
}

/* Of files with the same number, none can be told from the others. */
static void same_number(void **state)
{
	static const char *const repeat[] = {
		"btrfs",    "overlay", "fuse.x", "anon_inodefs",
		"virtiofs", "9p",      "nilfs2", "what-comes-next",
	};
	struct holders_key key[] = {
		{ .super = 0, .inode = 7 },
		{ .super = 5, .inode = 8, .alone = true },
		{ .super = 5, .inode = 9 },
	};
	const struct holders some = { .key = key, .nr_keys = 3 };

	(void)state;
	assert_int_equal(holders_hold(&some, "ext4", 5, 8), HOLDERS_ONE);
	for (size_t i = 0; i < NR(repeat); i++)
		assert_int_equal(holders_hold(&some, repeat[i], 5, 8),
				 HOLDERS_PERHAPS);
	assert_int_equal(holders_hold(&some, "xfs", 5, 9), HOLDERS_PERHAPS);
	/* Of a detached mount, it may be any filesystem's. */
	assert_int_equal(holders_hold(&some, "btrfs", 5, 7), HOLDERS_PERHAPS);
	assert_int_equal(holders_hold(&some, "ext4", 5, 7), HOLDERS_NONE);
	assert_int_equal(holders_hold(&some, "btrfs", 6, 8), HOLDERS_NONE);
}

static void no_proc(void **state)
{
	const struct holders_query query = { .root = "/nonexistent" };

	(void)state;
	assert_int_equal(holders_scan(&holders, &query), -ENOENT);
	holders_free(&holders);
}

/* ---- tasks in their exit, in a /proc of our own ---------------------------- */

#define EXITS "%d (sh) D 1 1 1 0 -1 4 0 0 0 0 1 2 3 4 20 0 1 0 99 0 0\n"

static void put(const char *name, const char *text)
{
	char full[sizeof(dir) + 64];
	FILE *out;

	snprintf(full, sizeof(full), "%s/proc/%s", dir, name);
	out = fopen(full, "w");
	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static void put_exit(int pid)
{
	char name[128], text[128];

	snprintf(name, sizeof(name), "mkdir -p %s/proc/%d/task/%d/fd", dir, pid,
		 pid);
	assert_int_equal(system(name), 0);
	snprintf(name, sizeof(name), "%d/comm", pid);
	put(name, "sh\n");
	snprintf(name, sizeof(name), "%d/task/%d/stat", pid, pid);
	snprintf(text, sizeof(text), EXITS, pid);
	put(name, text);
}

/* While it pauses, one of them becomes a zombie. */
static bool ends;
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left);
int __wrap_nanosleep(const struct timespec *pause, struct timespec *left)
{
	(void)pause;
	(void)left;
	if (ends)
		put("55/task/55/stat",
		    "55 (sh) Z 1 1 1 0 -1 4 0 0 0 0 1 2 3 4 20 0 1 0 99 0 0\n");
	return 0;
}

static void in_passing(void **state)
{
	const struct holders_query query = { .root = dir, .all = true };
	char command[sizeof(dir) + 32];

	(void)state;
	snprintf(command, sizeof(command), "mkdir -p %s/proc/self", dir);
	assert_int_equal(system(command), 0);
	put("self/mountinfo", "21 1 8:17 / /mnt rw - ext4 /dev/sdb1 rw\n");
	put_exit(55);
	put_exit(56);
	ends = false;
	assert_int_equal(holders_scan(&holders, &query), 0);
	assert_int_equal(holders.nr, 2);
	holders_free(&holders);
	ends = true;
	assert_int_equal(holders_scan(&holders, &query), 0);
	assert_int_equal(holders.nr, 1);
	assert_int_equal(holders.holder[0].pid, 56);
	assert_int_equal(holders.holder[0].kind, HOLDER_EXIT);
	holders_free(&holders);
	snprintf(command, sizeof(command), "rm -r %s/proc", dir);
	assert_int_equal(system(command), 0);
}

/* What the kernel says of a descriptor, as text. */
static void read_text(const char *text, struct fdinfo *info)
{
	char name[sizeof(dir) + 16];
	int fd;

	snprintf(name, sizeof(name), "%s/fdinfo", dir);
	fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(fdinfo_read(AT_FDCWD, name, info), 0);
	unlink(name);
}

static void ring_text(void **state)
{
	struct fdinfo info;

	(void)state;
	read_text("pos:\t0\nmnt_id:\t15\nino:\t77\nSqMask:\t0x3\n"
		  "UserFiles:\t4\n    0: /a\\040b\n    1: <none>\n"
		  "    3: c: d\nUserBufs:\t1\n    0: 0x5/4096\n"
		  "PollList:\n  op=6, task_works=0\n",
		  &info);
	assert_int_equal(info.mount, 15);
	assert_int_equal(info.inode, 77);
	assert_int_equal(info.nr_registered, 2);
	assert_string_equal(info.registered[0], "/a b");
	assert_string_equal(info.registered[1], "c: d");
	assert_false(info.is_busy);
	fdinfo_free(&info);
	read_text("UserFiles:\t4\nUserBufs:\t0\n", &info);
	assert_int_equal(info.nr_registered, 0);
	assert_true(info.is_busy);
	fdinfo_free(&info);
	read_text("UserFiles:\t0\nscm_fds: 3\n", &info);
	assert_false(info.is_busy);
	assert_int_equal(info.in_flight, 3);
	fdinfo_free(&info);
}

static int set_up(void **state)
{
	int fd;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/a file", dir);
	fd = open(path, O_CREAT | O_RDWR, 0600);
	if (fd < 0 || ftruncate(fd, 4096))
		return -1;
	close(fd);
	return proc_stat(AT_FDCWD, path, &file);
}

static int tear_down(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_descriptor), cmocka_unit_test(among_all),
		cmocka_unit_test(by_mapping),	 cmocka_unit_test(by_directory),
		cmocka_unit_test(by_a_thread),	 cmocka_unit_test(by_address),
		cmocka_unit_test(in_flight),	 cmocka_unit_test(of_nobody),
		cmocka_unit_test(same_number),	 cmocka_unit_test(no_proc),
		cmocka_unit_test(ring_text),	 cmocka_unit_test(in_passing),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
