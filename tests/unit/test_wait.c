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

#include "number.h"
#include "wait.h"

#define HEAD                                                              \
	"# dfput 1\nage_ns\tstate\tcause\tdevice\tinode\tfstype\tsuper\t" \
	"cpu\tpid\tcomm\n"
#define REST "\tqueued\tbh\t8:1\t5\text4\t1\t0\t9\tx\n"

static char dir[] = "/tmp/dfput-test-XXXXXX";
static struct reader reader;
static int polls;

/* What happens at each ppoll(), one after the other. */
static struct step {
	short revents;
	const char *pending;
	int pending_gauge;
} steps[8];

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
	char text[4096] = "# dfput 1\n";
	size_t used = strlen(text);

#define ZERO(name, unit, meaning)                                             \
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
	const struct step *step = &steps[polls++];
	struct timespec rest = *time;

	(void)mask;
	assert_int_equal(nr, 1);
	assert_true(fds->fd < 0 || fds->events & POLLPRI);
	fds->revents = fds->fd < 0 ? 0 : step->revents;
	if (step->pending)
		write_file("pending", step->pending);
	if (step->pending)
		write_gauge(step->pending_gauge);
	if (!fds->revents)
		nanosleep(&rest, NULL);
	return !!fds->revents;
}

static int set_up(void **state)
{
	(void)state;
	memset(steps, 0, sizeof(steps));
	polls = 0;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	return reader_open(&reader, dir, "");
}

static int tear_down(void **state)
{
	char path[64];

	(void)state;
	reader_close(&reader);
	snprintf(path, sizeof(path), "%s/pending", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/stats", dir);
	unlink(path);
	return rmdir(dir);
}

static struct wait all(void)
{
	return (struct wait){
		.reader = &reader,
		.deadline = WAIT_EVER,
		.max_nap = 4000000,
	};
}

static void nothing_to_wait_for(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("pending", HEAD);
	write_gauge(0);
	wait.deadline = 0;
	assert_int_equal(wait_pending(&wait), WAIT_EMPTY);
	assert_int_equal(polls, 0);
	assert_int_equal(wait.left, 0);
	document_free(wait.pending);
}

static void woken_when_it_empties(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("pending", HEAD "5" REST "6" REST);
	write_gauge(2);
	steps[0] =
		(struct step){ .revents = POLLPRI | POLLERR, .pending = HEAD };
	assert_int_equal(wait_pending(&wait), WAIT_EMPTY);
	assert_int_equal(polls, 1);
	document_free(wait.pending);
}

/* Awake, but new files came: the next wait must not be for the same event. */
static void no_spinning(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("pending", HEAD "5" REST);
	write_gauge(1);
	for (int i = 0; i < 4; i++)
		steps[i].revents = POLLPRI;
	steps[4].revents = POLLPRI;
	steps[4].pending = HEAD;
	assert_int_equal(wait_pending(&wait), WAIT_EMPTY);
	assert_int_equal(polls, 5);
	document_free(wait.pending);
}

static void too_late(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("pending", HEAD "5" REST "6" REST);
	write_gauge(2);
	wait.deadline = number_now() + 2000000;
	assert_int_equal(wait_pending(&wait), WAIT_LATE);
	assert_true(number_now() >= wait.deadline);
	assert_int_equal(wait.left, 2);
	document_free(wait.pending);
}

/* The table is empty, but the list is not: there were no records left. */
static void files_without_record(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("pending", HEAD);
	write_gauge(3);
	wait.deadline = 0;
	assert_int_equal(wait_pending(&wait), WAIT_LATE);
	assert_int_equal(wait.left, 3);
	assert_int_equal(wait.unrecorded, 3);
	document_free(wait.pending);
}

static void malformed_meanwhile(void **state)
{
	struct wait wait = all();

	(void)state;
	write_file("pending", HEAD "5" REST);
	write_gauge(1);
	steps[0] =
		(struct step){ .revents = POLLHUP, .pending = "# dfput 7\n" };
	assert_int_equal(wait_pending(&wait), -EPROTONOSUPPORT);
	assert_null(wait.pending);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_to_wait_for),  TEST(woken_when_it_empties),
		TEST(no_spinning),	    TEST(too_late),
		TEST(files_without_record), TEST(malformed_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
