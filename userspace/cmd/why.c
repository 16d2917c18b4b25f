// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput why: what keeps a mount, a device, a file or a port busy.
 */
#include "cmd/cmd.h"
#include "debugfs/header.h"
#include "lib/error.h"
#include "why/why.h"

static int show_why(const struct options *options, struct reader *reader,
		    struct view *view)
{
	const struct why_query query = {
		.target = options->argv[0],
		.port = options->port,
		.root = options->root,
		.reader = reader,
	};
	int status = STATUS_FAILED;
	struct why why;

	if (why_find(&why, &query)) {
		complain("%s", error_text());
	} else {
		why_say(&why, view);
		why_show(&why, options->all, view);
		status = why_status(&why);
	}
	why_free(&why);
	return status;
}

int cmd_why(const struct options *options)
{
	struct reader reader;
	struct view view;
	bool readable;
	int status;

	if (options->input && !*options->root)
		return options_usage(
			"why: --input needs --root: processes of this machine are not those of the copy");
	if (options->argc != !options->port)
		return options_usage(
			"why: which one? A path, a block device, MAJOR:MINOR, or --port");
	view_begin(&view, stdout, options->json);
	/* Without the module, all but what it alone sees can be told. */
	readable = !reader_open(&reader, options->input, options->root);
	if (!readable && options->input) {
		complain("%s", error_text());
		status = STATUS_FAILED;
	} else {
		header_show(&reader, options->command->name, &view);
		status = show_why(options, readable ? &reader : NULL, &view);
	}
	if (cmd_end(options, &reader, &view))
		status = STATUS_FAILED;
	reader_close(&reader);
	return status;
}
