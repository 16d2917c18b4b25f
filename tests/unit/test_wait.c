// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waiting: against files that change when poll(2) is called. ppoll() is ours
 * here, by the linker; a test queues what it is to do and answer.
 */
#include "cmocka_main.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <dfput/counters.h>
#include <dfput/tables.h>

#include "lib/number.h"
#include "analysis/unreleased.h"
#include "analysis/event_loop.h"
#include "lib/alloc.h"

#define NAME(T, name, kind, who, meaning) #name "\t"

/* The last column ends the line; so each head has one more, without a name. */
#define PENDING "# dfput 2\n" DFPUT_COLUMNS_pending(NAME, ) "end\n"
#define HELD "# dfput 2\n" DFPUT_COLUMNS_held(NAME, ) "end\n"
#define RINGS "# dfput 2\n" DFPUT_COLUMNS_rings(NAME, ) "end\n"

#define FILE_OF(device, pid, start) FILE_ON(device, pid, start, "m1")
#define FILE_ON(device, pid, start, mount) \
	INODE_ON("5", device, pid, start, mount)
#define INODE_ON(inode, device, pid, start, mount) \
	OPS_OF("x_ops", inode, device, pid, start, mount)
#define OPS_OF(ops, inode, device, pid, start, mount)                     \
	"5\tqueued\tbh\t" device "\t" inode "\text4\t1\t0\t9\tx\t0\t" pid \
	"\tx\t" start "\t" mount "\t-\t0\t" ops "\t-\n"
#define A_FILE FILE_OF("8:1", "9", "70")
#define A_HELD(device, pid, start) HELD_OF(device, pid, start, "x_ops")
#define HELD_OF(device, pid, start, ops)                             \
	"5\texit\t6\t" device "\t5\text4\t1\tm1\t-\t" pid "\t" start \
	"\t0\t1\t-\tx\t" ops "\t-\n"
#define A_RING(id, pid, start) \
	id "\t5\tworking\texit\t" pid "\t" start "\t0\t1\t-\tx\t-\n"

static char dir[] = "/tmp/dfput-test-XXXXXX";
static struct reader reader;
static struct unreleased unreleased;
static int polls, looks;

/* What happens at each ppoll(), one after the other; those of no time aside. */
static struct step {
	short revents;
	const char *pending;
	int pending_gauge;
	const char *rings;
} steps[8];

/* What ppoll() says when it is asked whether anything has happened. */
static short moved[80];
static int asked;

static void write_file(const char *name, const char *text)
{
	char path[64];
	FILE *file;

	/* Written over, not replaced: the reader holds it open. */
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void write_gauge(int pending)
{
	char text[4096] = "# dfput 2\n";
	size_t used = strlen(text);

#define ZERO(name, ...)                                                       \
	used += (size_t)snprintf(text + used, sizeof(text) - used, "%s %d\n", \
				 #name,                                       \
				 strcmp(#name, "pending") ? 0 : pending);
	DFPUT_COUNTERS(ZERO)
	DFPUT_GAUGES(ZERO)
#undef ZERO
	write_file("stats", text);
}

int __wrap_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *time,
		 const sigset_t *mask);

int __wrap_ppoll(struct pollfd *fds, nfds_t nr, const struct timespec *time,
		 const sigset_t *mask)
{
	const struct step *step;
	struct timespec rest = *time;

	(void)mask;
	assert_int_equal(nr, 2);
	assert_true(fds->fd < 0 || fds->events & POLLPRI);
	if (!time->tv_sec && !time->tv_nsec) {
		fds->revents = fds->fd < 0 ? 0 : moved[asked++];
		return !!fds->revents;
	}
	step = &steps[polls++];
	fds->revents = fds->fd < 0 ? 0 : step->revents;
	if (step->pending)
		write_file("pending", step->pending);
	if (step->pending)
		write_gauge(step->pending_gauge);
	if (step->rings)
		write_file("rings", step->rings);
	if (!fds->revents)
		nanosleep(&rest, NULL);
	return !!fds->revents;
}

static int set_up(void **state)
{
	(void)state;
	memset(steps, 0, sizeof(steps));
	memset(moved, 0, sizeof(moved));
	polls = looks = asked = 0;
	unreleased = (struct unreleased){ 0 };
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	write_file("pending", PENDING);
	write_file("held", HELD);
	write_file("rings", RINGS);
	write_gauge(0);
	return reader_open(&reader, dir, "");
}

static int tear_down(void **state)
{
	static const char *const files[] = { "pending", "held", "rings",
					     "stats" };
	char path[64];

	(void)state;
	unreleased_free(&unreleased);
	reader_close(&reader);
	for (int i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	return rmdir(dir);
}

static int look(struct wait *wait)
{
	int err = unreleased_look(&unreleased, wait->reader);

	looks++;
	wait->left = unreleased_count(&unreleased);
	return err;
}

/* For the list alone. */
static struct wait list(void)
{
	unreleased.query.pending_only = true;
	return (struct wait){
		.reader = &reader,
		.file = "pending",
		.look = look,
		.process = -1,
		.timeout = UINT64_MAX,
		.first_nap = 1000000,
		.max_nap = 4000000,
		.conclusive = true,
	};
}

static struct wait all(void)
{
	struct wait wait = list();

	unreleased.query.pending_only = false;
	wait.file = "held";
	wait.conclusive = false;
	return wait;
}

static void nothing_to_wait_for(void **state)
{
	struct wait wait = list();

	(void)state;
	wait.timeout = 0;
	assert_int_equal(wait_for(&wait), WAIT_EMPTY);
	assert_int_equal(polls, 0);
	assert_int_equal(looks, 1);
	assert_int_equal(wait.left, 0);
}

static void woken_when_it_empties(void **state)
{
	struct wait wait = list();

	(void)state;
	write_file("pending", PENDING A_FILE A_FILE);
	write_gauge(2);
	steps[0] = (struct step){ .revents = POLLPRI | POLLERR,
				  .pending = PENDING };
	assert_int_equal(wait_for(&wait), WAIT_EMPTY);
	assert_int_equal(polls, 1);
}

/* Awake, but new files came: rest before the next wait for the same event. */
static void no_spinning(void **state)
{
	struct wait wait = list();

	(void)state;
	write_file("pending", PENDING A_FILE);
	write_gauge(1);
	for (int i = 0; i < 4; i++)
		steps[i].revents = POLLPRI;
	steps[4].revents = POLLPRI;
	steps[4].pending = PENDING;
	assert_int_equal(wait_for(&wait), WAIT_EMPTY);
	/* One event, then a rest before each of two more. */
	assert_int_equal(polls, 5);
	assert_int_equal(looks, 4);
}

static void too_late(void **state)
{
	struct wait wait = list();

	(void)state;
	write_file("pending", PENDING A_FILE A_FILE);
	write_gauge(2);
	wait.timeout = 2000000;
	assert_int_equal(wait_for(&wait), WAIT_LATE);
	assert_true(number_now() - wait.begun >= wait.timeout);
	assert_int_equal(wait.left, 2);
}

/* The table is empty, but the list is not: there were no records left. */
static void files_without_record(void **state)
{
	struct wait wait = list();

	(void)state;
	write_gauge(3);
	wait.timeout = 0;
	assert_int_equal(wait_for(&wait), WAIT_LATE);
	assert_int_equal(wait.left, 3);
	assert_int_equal(unreleased.unrecorded, 3);
}

static void malformed_meanwhile(void **state)
{
	struct wait wait = list();

	(void)state;
	write_file("pending", PENDING A_FILE);
	write_gauge(1);
	steps[0] =
		(struct step){ .revents = POLLHUP, .pending = "# dfput 7\n" };
	assert_int_equal(wait_for(&wait), -EPROTONOSUPPORT);
}

/* From the teardown to the list, and away. */
static void through_all_tables(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("rings", RINGS A_RING("1", "9", "70"));
	steps[0] = (struct step){ .revents = POLLPRI,
				  .pending = PENDING A_FILE,
				  .pending_gauge = 1,
				  .rings = RINGS };
	steps[2] = (struct step){ .revents = POLLPRI, .pending = PENDING };
	assert_int_equal(wait_for(&wait), WAIT_EMPTY);
	assert_int_equal(looks, 3);
}

/* Nothing is seen, but something moves meanwhile: look again. */
static void confirmed(void **state)
{
	struct wait wait = all();

	(void)state;
	moved[1] = moved[2] = POLLPRI;
	assert_int_equal(wait_for(&wait), WAIT_EMPTY);
	assert_int_equal(looks, 3);
	assert_int_equal(polls, 0);
}

static void never_confirmed(void **state)
{
	struct wait wait = all();

	(void)state;
	for (size_t i = 0; i < NR(moved); i++)
		moved[i] = POLLPRI;
	assert_int_equal(wait_for(&wait), WAIT_UNSETTLED);
}

static int give_up(struct wait *wait)
{
	wait->left = 1;
	wait->stop = true;
	return 0;
}

static void no_use(void **state)
{
	struct wait wait = all();

	(void)state;
	wait.look = give_up;
	assert_int_equal(wait_for(&wait), WAIT_STOPPED);
	assert_int_equal(polls, 0);
}

static void assert_left(uint64_t rings, uint64_t held, uint64_t pending)
{
	assert_int_equal(unreleased_look(&unreleased, &reader), 0);
	assert_int_equal(unreleased.rows[UNRELEASED_RINGS].nr, rings);
	assert_int_equal(unreleased.rows[UNRELEASED_HELD].nr, held);
	assert_int_equal(unreleased.rows[UNRELEASED_PENDING].nr, pending);
	assert_int_equal(unreleased_count(&unreleased), rings + held + pending);
}

/* And for no other reason. */
static void assert_perhaps(enum unreleased_doubt doubt, uint64_t nr)
{
	assert_int_equal(unreleased.perhaps[doubt], nr);
	assert_int_equal(unreleased_perhaps(&unreleased), nr);
}

static void write_tables(void)
{
	write_file("pending",
		   PENDING FILE_OF("8:1", "9", "70") FILE_OF("8:2", "9", "80")
			   FILE_OF("8:1", "0", "0"));
	write_file("held",
		   HELD A_HELD("8:1", "9", "70") A_HELD("8:2", "10", "70"));
	write_file("rings",
		   RINGS A_RING("1", "9", "70") A_RING("4", "10", "80"));
}

static void of_all(void **state)
{
	char text[100];

	(void)state;
	write_tables();
	assert_left(2, 2, 3);
	unreleased_text(&unreleased, text, sizeof(text));
	assert_string_equal(text, "3 files on the list, 2 files held, 2 rings");
	unreleased_text(&unreleased, text, 9);
	assert_string_equal(text, "3 files ");
}

/* Not of an earlier or later process with the same pid; but perhaps what is nobody's. */
static void of_process(void **state)
{
	(void)state;
	write_tables();
	unreleased.query =
		(struct unreleased_query){ .pid = 9, .most_start = 100 };
	assert_left(1, 1, 3);
	assert_perhaps(UNRELEASED_OWNER, 1);
	unreleased.query.least_start = 75;
	assert_left(0, 0, 2);
	unreleased.query.least_start = 0;
	unreleased.query.most_start = 75;
	assert_left(1, 1, 2);
}

/* It may have been its, unless it was there before the process was. */
static void of_nobody(void **state)
{
	(void)state;
	write_file("pending", PENDING FILE_OF("8:1", "0", "0"));
	write_file("rings", RINGS A_RING("1", "0", "0"));
	unreleased.query = (struct unreleased_query){
		.pid = 9,
		.least_start = number_now() - 1000,
		.most_start = UINT64_MAX,
	};
	/* Both are 5 ns old. */
	assert_left(1, 0, 1);
	assert_perhaps(UNRELEASED_OWNER, 2);
	unreleased.query.least_start = number_now() + NUMBER_NS_PER_SEC;
	assert_left(0, 0, 0);
	assert_perhaps(UNRELEASED_OWNER, 0);
}

/* Its release has begun, so that it is not unrecorded any longer. */
static void released_without_record(void **state)
{
	(void)state;
	write_file("pending", PENDING FILE_OF("8:2", "9", "70"));
	write_gauge(2);
	unreleased.query.device = "8:1";
	assert_int_equal(unreleased_look(&unreleased, &reader), 0);
	assert_int_equal(unreleased_count(&unreleased), 1);
	assert_perhaps(UNRELEASED_NO_ROW, 1);
	write_gauge(1);
	assert_left(0, 0, 0);
	assert_perhaps(UNRELEASED_NO_ROW, 0);
}

/* What the files of an overlay leave is of the layers' superblocks. */
static void of_stacked(void **state)
{
	(void)state;
	write_file("pending", PENDING FILE_ON("8:1", "9", "70", "m1")
				      FILE_ON("8:1", "9", "70", "-")
					      FILE_ON("0:9", "9", "70", "m2"));
	write_file("held", HELD A_HELD("8:1", "9", "70"));
	unreleased.query.device = "0:9";
	assert_left(0, 0, 1);
	unreleased.query.stacked = true;
	assert_left(0, 0, 2);
	assert_perhaps(UNRELEASED_STACKED, 1);
	/* By its mount it is known for certain. */
	unreleased.query.mount = "m1";
	assert_left(0, 1, 1);
	assert_perhaps(UNRELEASED_STACKED, 0);
}

/* Of rings, those that were there at the first look. */
static void of_device(void **state)
{
	(void)state;
	write_tables();
	unreleased.query.device = "8:2";
	assert_left(2, 1, 1);
	write_file("rings",
		   RINGS A_RING("4", "9", "70") A_RING("5", "10", "80"));
	assert_left(1, 1, 1);
}

/* Its number is on that superblock, and all rings may have it. */
static void of_file(void **state)
{
	(void)state;
	write_tables();
	write_file("pending",
		   PENDING FILE_OF("8:1", "9", "70") FILE_OF("8:2", "9", "80")
			   INODE_ON("6", "8:1", "9", "70", "m1"));
	unreleased.query.device = "8:1";
	unreleased.query.inode = 6;
	assert_left(2, 0, 1);
	unreleased.query.inode = 5;
	assert_left(2, 1, 1);
	assert_int_equal(unreleased_perhaps(&unreleased), 0);
	/* Others may have it. Of a held one, processes of this machine are asked. */
	unreleased.query.ambiguous = true;
	assert_left(2, 1, 1);
	assert_perhaps(UNRELEASED_INODE, 1);
}

/* With - for _; rings that were there may have its files; ? may be any module's. */
static void of_module(void **state)
{
	(void)state;
	write_tables();
	write_file("pending",
		   PENDING OPS_OF("dm_fops\\040[dm_mod]", "5", "8:1", "9", "70",
				  "m1") OPS_OF("dm_fops\\040[dm_mod2]", "5",
					       "8:1", "9", "70", "m1")
			   OPS_OF("dm_mod", "5", "8:1", "9", "70", "m1"));
	unreleased.query.module = "dm-mod";
	assert_left(2, 0, 1);
	assert_int_equal(unreleased_perhaps(&unreleased), 0);
	write_file("rings", RINGS A_RING("5", "10", "80"));
	write_file("held", HELD HELD_OF("8:1", "9", "70", "-")
				   HELD_OF("8:1", "9", "70", "?"));
	assert_left(0, 1, 1);
	assert_perhaps(UNRELEASED_OPS, 1);
}

/* It may be any module's. */
static void of_unknown_module(void **state)
{
	(void)state;
	write_tables();
	write_file("held", "# dfput 2\nage_ns\tdevice\tmount\tinode\tfstype\t"
			   "pid\tstart_ns\treapers\n"
			   "5\t8:1\tm1\t5\text4\t9\t70\t-\n");
	unreleased.query.module = "tun";
	assert_left(2, 1, 0);
	assert_perhaps(UNRELEASED_OPS, 1);
}

static void of_mount(void **state)
{
	(void)state;
	write_tables();
	unreleased.query.mount = "m2";
	assert_left(2, 0, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_wait_for),
		TEST(woken_when_it_empties),
		TEST(no_spinning),
		TEST(too_late),
		TEST(files_without_record),
		TEST(malformed_meanwhile),
		TEST(through_all_tables),
		TEST(confirmed),
		TEST(never_confirmed),
		TEST(no_use),
		TEST(of_all),
		TEST(of_process),
		TEST(of_device),
		TEST(of_file),
		TEST(of_module),
		TEST(of_unknown_module),
		TEST(of_mount),
		TEST(of_nobody),
		TEST(of_stacked),
		TEST(released_without_record),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
