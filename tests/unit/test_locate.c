// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a device is mounted, and what is mounted somewhere.
 */
#include "cmocka_main.h"
#include "lib/alloc.h"

#include <sys/sysmacros.h>

#include "proc/mountpoint.h"

static const char mountinfo[] = "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
				"23 22 0:25 / /tmp rw - tmpfs tmpfs rw\n"
				"26 22 0:26 / /tmp rw - tmpfs tmpfs rw\n"
				"24 22 0:42 / /mnt/a\\040b rw - fuse.x x rw\n"
				"25 22 0:42 / /mnt/c rw - fuse.x x rw\n";

static void assert_place(const struct places *places, const char *device,
			 const char *path, size_t nr)
{
	const struct place *place = places_find(places, device);

	assert_int_equal(place ? place->nr : 0, nr);
	if (nr)
		assert_string_equal(place->path, path);
}

static void devices(void **state)
{
	static const char *const none[] = {
		"", "-", "8", "8:", "8:1x", "a:b", "8:1 ", "ext4", "0:1", "8:10"
	};
	struct places places;

	(void)state;
	places_parse(&places, mountinfo);
	assert_place(&places, "8:1", "/", 1);
	assert_place(&places, "0:25", "/tmp", 1);
	assert_place(&places, "0:42", "/mnt/a b", 2);
	for (size_t i = 0; i < NR(none); i++)
		assert_place(&places, none[i], NULL, 0);
	places_free(&places);
}

static void mounts(void **state)
{
	dev_t super;

	(void)state;
	assert_true(locate_mount(mountinfo, "/tmp/", &super));
	assert_true(super == makedev(0, 26));
	assert_true(locate_mount(mountinfo, "/mnt/a b", &super));
	assert_true(super == makedev(0, 42));
	assert_false(locate_mount(mountinfo, "/mnt", &super));
	assert_true(locate_is_alone(mountinfo, makedev(0, 26)));
	assert_false(locate_is_alone(mountinfo, makedev(0, 42)));
	assert_false(locate_is_alone(mountinfo, makedev(0, 43)));
	assert_true(locate_source(mountinfo, "/dev/sda1", &super));
	assert_true(super == makedev(8, 1));
	assert_false(locate_source(mountinfo, "/dev/sda2", &super));
}

static void what_is_hidden(void **state)
{
	static const char *const texts[] = { NULL, "", "no line\n",
					     "22 1 8:1 - - - - ext4 - -\n" };
	struct places places;
	dev_t super;

	(void)state;
	for (size_t i = 0; i < NR(texts); i++) {
		places_parse(&places, texts[i]);
		assert_int_equal(places.nr, 0);
		places_free(&places);
		assert_false(locate_mount(texts[i], "/", &super));
		assert_null(locate_debugfs(texts[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(devices),
		cmocka_unit_test(mounts),
		cmocka_unit_test(what_is_hidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
