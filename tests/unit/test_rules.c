// SPDX-License-Identifier: GPL-2.0-only
/*
 * Naming call paths: with rules of our own, and the ones that are built in with
 * the paths of several kernels.
 */
#include "cmocka_main.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "debugfs/parse.h"
#include "debugfs/rules.h"
#include "lib/alloc.h"

static struct rules rules;

static int tear_down(void **state)
{
	(void)state;
	rules_free(&rules);
	rules_free(&rules);
	return 0;
}

static void parse(const char *text)
{
	assert_int_equal(rules_parse("rules", text, &rules), 0);
}

static void assert_name(const char *stack, const char *name)
{
	const char *found = rules_name(&rules, stack);

	if (!name) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	assert_string_equal(found, name);
}

static void the_innermost_decides(void **state)
{
	(void)state;
	parse("outer b\ninner a\n");
	assert_name("fput;a;b;c", "inner");
	assert_name("fput;b;a;c", "outer");
	assert_name("fput;c", NULL);
}

static void then_the_first_rule(void **state)
{
	(void)state;
	parse("one a_*\ntwo a_b\nthree b?\nfour *");
	assert_name("a_b", "one");
	assert_name("bb", "three");
	assert_name("bbb", "four");
	assert_name("", NULL);
	assert_name(";", NULL);
	assert_name(";;a_", "one");
}

static void only_a_functions_name_counts(void **state)
{
	(void)state;
	parse("x free_it");
	assert_name("free_it.part.0", "x");
	assert_name("free_it+0x12/0x34", "x");
	assert_name("free_it [module]", "x");
	assert_name("free_its", NULL);
	assert_name(".free_it", NULL);
}

static void names_too_long_fit_nothing(void **state)
{
	char stack[2048];

	(void)state;
	memset(stack, 'a', sizeof(stack) - 1);
	stack[sizeof(stack) - 1] = '\0';
	parse("x a*");
	assert_name(stack, NULL);
	memcpy(stack + 600, ";ab", 4);
	assert_name(stack, "x");
}

static void comments_and_blanks(void **state)
{
	(void)state;
	parse("# all\n\n \t \n\ta\tb\t# c d\r\n  e   f\r\n#");
	assert_int_equal(rules.nr, 2);
	assert_name("b", "a");
	assert_name("f", "e");
}

static void lines_that_are_none(void **state)
{
	static const char *const lines[] = {
		"a",	 "a b c",  "1a b",
		"-a b",	 "a/b c",  "\033 c",
		"a b;c", "a b\\c", "a2345678901234567890123456789012345 b",
	};

	(void)state;
	for (size_t i = 0; i < NR(lines); i++) {
		char text[128] = "# one\ntwo two\n";

		strcat(text, lines[i]);
		assert_int_equal(rules_parse("mine", text, &rules), -EPROTO);
		assert_non_null(strstr(error_text(), "mine: line 3: "));
		rules_free(&rules);
	}
}

/* Call paths as kernels from 5.10 to 7.3 have them, and what they are. */
static const struct {
	const char *name;
	const char *stack;
} known[] = {
	{ "aio",
	  "fput;aio_complete_rw;blkdev_bio_end_io;blk_update_request;handle_irq_event" },
	{ "aio",
	  "fput_many;fput;iocb_put;aio_complete_rw;iomap_dio_complete_work;process_one_work" },
	{ "aio", "fput;aio_poll_put_work;process_one_work;worker_thread" },
	{ "aio",
	  "__fput_deferred;fput;free_ioctx;process_one_work;worker_thread" },
	{ "io_uring",
	  "fput;io_sqe_files_unregister;io_ring_ctx_free;io_ring_exit_work;process_one_work" },
	{ "io_uring",
	  "__fput_deferred;io_free_rsrc_node;io_ring_exit_work;process_one_work" },
	{ "io_uring",
	  "fput_many;fput;__io_sqe_files_unregister;io_ring_exit_work" },
	{ "io_uring", "fput;io_fallback_req_func;process_one_work" },
	{ "io_uring", "fput;io_tctx_fallback_work;process_one_work" },
	{ "af_unix",
	  "fput;__scm_destroy;unix_destruct_scm;skb_release_head_state;__unix_gc" },
	{ "af_unix", "fput;__scm_destroy;__skb_queue_purge;unix_gc" },
	{ "nfsd",
	  "fput;filp_close;nfsd_file_free;nfsd_file_delayed_close;kthread" },
	{ "mm", "fput;remove_vma;exit_mmap;__mmput;mmput_async_fn" },
	{ "mm", "fput;collapse_single_pmd;khugepaged;kthread" },
	{ "umount",
	  "fput;bdev_fput;kill_block_super;deactivate_locked_super;cleanup_mnt;delayed_mntput" },
	{ "umount", "fput;fs_bdev_file_release;kill_block_super;cleanup_mnt" },
	{ "loop",
	  "fput;__loop_clr_fd;lo_release;blkdev_put;__fput;delayed_fput" },
	{ "overlay", "fput;ovl_release;__fput;delayed_fput;process_one_work" },
	{ "fuse", "fput;fuse_passthrough_release;fuse_release;__fput" },
	{ "bpf", "fput;__bpf_event_entry_free;rcu_do_batch;rcu_core" },
	{ "dma-buf", "fput;dma_buf_poll_cb;dma_fence_signal_timestamp_locked" },
	{ "binder", "fput;binder_deferred_func;process_one_work" },
	{ "smb", "fput;__ksmbd_close_fd;ksmbd_close_session_fds" },
	{ "cachefiles", "fput;cachefiles_read_complete;process_one_work" },
	{ "coredump", "fput;filp_close;do_coredump;get_signal" },
	{ "ipc", "fput;shm_destroy;free_ipcs;free_ipc;process_one_work" },
	{ "kernel-read", "fput;kernel_read_file_from_path_initns;request_fw" },
	{ "selftest", "fput;dfput_selftest_run;dfput_init" },
	{ NULL, "fput;process_one_work;worker_thread;kthread" },
	{ NULL, "fput;__fput;delayed_fput;process_one_work" },
	{ NULL, "fput;__do_softirq;irq_exit_rcu;common_interrupt" },
};

static void the_built_in_ones(void **state)
{
	(void)state;
	parse(rules_builtin);
	for (size_t i = 0; i < NR(known); i++)
		assert_name(known[i].stack, known[i].name);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_teardown(name, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(the_innermost_decides),
		TEST(then_the_first_rule),
		TEST(only_a_functions_name_counts),
		TEST(names_too_long_fit_nothing),
		TEST(comments_and_blanks),
		TEST(lines_that_are_none),
		TEST(the_built_in_ones),
	};
#undef TEST

	return cmocka_run_group_tests(tests, NULL, NULL);
}
