// SPDX-License-Identifier: GPL-2.0-only
/*
 * What commands have in common.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/tables.h>

#include "cmd/cmd.h"
#include "debugfs/header.h"
#include "debugfs/listing.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/privilege.h"

void cmd_begin_view(struct view *view, FILE *out, const struct options *options)
{
	const struct listing *listing = listing_find(options->command->name);

	view_begin(view, out, options->json);
	view->format = (struct view_format){
		.table = listing ? listing->file : NULL,
		.columns = options->columns,
		.headless = options->headless,
		.raw = options->raw,
		.all = options->all,
	};
}

static void fill(const char *command, struct view *view)
{
	static const struct {
		const char *command;
		const char *name;
	} members[] = {
#define MEMBER(command, name, type, meaning) { #command, #name },
#define ROWS(name, ...) { #name, #name },
		DFPUT_MEMBERS(MEMBER) DFPUT_FILES(ROWS)
#undef ROWS
#undef MEMBER
	};

	for (size_t i = 0; i < NR(members); i++)
		if (!strcmp(members[i].command, command) &&
		    !view_has(view, members[i].name))
			view_text(view, members[i].name, NULL);
}

void cmd_end_document(const char *command, struct reader *reader,
		      struct view *view)
{
	if (view->root && view_members(view) != view->header)
		fill(command, view);
	header_end(reader, view);
}

int cmd_end(const struct options *options, struct reader *reader,
	    struct view *view)
{
	cmd_end_document(options->command->name, reader, view);
	return view_end(view);
}

static int run_with_view(const struct options *options, cmd_show *show,
			 FILE *out, enum status unreadable, bool reads_only)
{
	struct reader reader;
	struct view view;
	int result;

	cmd_begin_view(&view, out, options);
	result = reader_open(&reader, options->input, options->root);
	if (!result && reads_only)
		privilege_drop();
	if (!result) {
		header_show(&reader, options->command->name, &view);
		result = show(options, &reader, &view);
	}
	if (result < 0) {
		complain("%s", error_text());
		view_discard(&view);
		result = unreadable;
	} else if (cmd_end(options, &reader, &view)) {
		result = out == stdout ? STATUS_FAILED : unreadable;
	}
	reader_close(&reader);
	return result;
}

int cmd_display(const struct options *options, cmd_show *show)
{
	return run_with_view(options, show, stdout, STATUS_FAILED, true);
}

int cmd_change(const struct options *options, cmd_show *show)
{
	return run_with_view(options, show, stdout, STATUS_FAILED, false);
}

int cmd_judge(const struct options *options, cmd_show *show)
{
	return run_with_view(options, show, stdout, STATUS_UNKNOWN, false);
}

int cmd_supervise(const struct options *options, cmd_show *show)
{
	return run_with_view(options, show, stderr, STATUS_OWN, false);
}

void cmd_say(struct view *view, int status, const struct caveats *caveats,
	     const char *format, ...)
{
	static const enum color colors[] = {
		[STATUS_OK] = COLOR_GOOD,
		[STATUS_FAILED] = COLOR_BAD,
		[STATUS_AGAINST] = COLOR_BAD,
		[STATUS_UNKNOWN] = COLOR_UNSURE,
	};
	bool unknown = status == STATUS_UNKNOWN;
	va_list args;
	char *text;

	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	if (unknown)
		*text = (char)tolower((unsigned char)*text);
	view_verdict(view, colors[status], "%s%s%s%s.",
		     unknown ? "Cannot tell: " : "", text,
		     unknown && caveats->nr ? "; but " : "",
		     unknown && caveats->nr ? caveats->text[0] : "");
	free(text);
}

int cmd_refuse_off(struct view *view)
{
	struct caveats caveats = { 0 };

	caveats_add(&caveats, "measuring is switched off");
	view_verdict(view, COLOR_UNSURE, "Cannot tell: %s; see 'dfput doctor'.",
		     caveats.text[0]);
	listing_caveats(&caveats, view);
	return STATUS_UNKNOWN;
}
