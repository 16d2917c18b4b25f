// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a device is mounted.
 */
#include "cmocka_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/mountpoint.h"

static const char mountinfo[] = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
				"23 22 0:25 / /tmp rw - tmpfs tmpfs rw\n"
				"24 22 0:42 / /mnt/a\\040b rw - fuse.x x rw\n"
				"25 22 0:42 / /mnt/c rw - fuse.x x rw\n";

static char root[] = "/tmp/dfput-locate-XXXXXX";

static void in_root(char path[128], const char *rest)
{
	snprintf(path, 128, "%s%s", root, rest);
}

static int set_up(void **state)
{
	char path[128];
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(root));
	in_root(path, "/proc");
	assert_int_equal(mkdir(path, 0700), 0);
	in_root(path, "/proc/self");
	assert_int_equal(mkdir(path, 0700), 0);
	in_root(path, "/proc/self/mountinfo");
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(mountinfo, file);
	assert_int_equal(fclose(file), 0);
	return 0;
}

static int tear_down(void **state)
{
	static const char *const all[] = { "/proc/self/mountinfo", "/proc/self",
					   "/proc", "" };
	char path[128];

	(void)state;
	for (int i = 0; i < 4; i++) {
		in_root(path, all[i]);
		assert_int_equal(remove(path), 0);
	}
	return 0;
}

static void assert_mount(const char *device, const char *expected)
{
	char *where;

	assert_int_equal(locate_device(root, device, &where), 0);
	if (expected)
		assert_string_equal(where, expected);
	else
		assert_null(where);
	free(where);
}

static void devices(void **state)
{
	(void)state;
	assert_mount("8:1", "/");
	assert_mount("0:25", "/tmp");
	assert_mount("0:42", "/mnt/a b");
	assert_mount("0:1", NULL);
	assert_mount("8:10", NULL);
}

static void what_is_no_device(void **state)
{
	static const char *const texts[] = { "",     "-",   "8",    "8:",
					     "8:1x", "a:b", "8:1 ", "ext4" };
	char *where;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(locate_device(root, texts[i], &where),
				 -EINVAL);
		assert_null(where);
	}
}

static void no_table_of_mounts(void **state)
{
	char *where;

	(void)state;
	assert_true(locate_device("/tmp/dfput-none", "8:1", &where) < 0);
	assert_null(where);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices),
		cmocka_unit_test(what_is_no_device),
		cmocka_unit_test(no_table_of_mounts),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
