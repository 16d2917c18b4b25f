// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput origins: the call paths that queued files; as a table, or folded, as
 * tools that draw flame graphs take them.
 */
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "debugfs/rows.h"
#include "lib/alloc.h"

enum { COUNT, STACK };
static const char *const names[] = { "#count", "stack", NULL };

char *origins_fold(const char *stack)
{
	size_t left = strlen(stack), length;
	char *folded = alloc_array(left + 1, 1), *to = folded;
	const char *frame;

	while (left) {
		frame = memrchr(stack, ';', left);
		frame = frame ? frame + 1 : stack;
		length = (size_t)(stack + left - frame);
		to = mempcpy(to, frame, length);
		left -= length;
		if (left) {
			*to++ = ';';
			left--;
		}
	}
	return folded;
}

static void show_folded(const struct rows *rows, struct view *view)
{
	char *folded;

	for (size_t row = 0; row < rows->nr; row++) {
		folded = !*rows_cell(rows, row, STACK) ?
				 alloc_copy("[unknown]") :
				 origins_fold(rows_text(rows, row, STACK));
		view_note(view, "%s %s", folded, rows_text(rows, row, COUNT));
		free(folded);
	}
}

static int show_origins(const struct options *options, struct reader *reader,
			struct view *view)
{
	struct rows rows;
	int err = rows_load(&rows, reader, "origins", names);

	(void)options;
	if (!err)
		show_folded(&rows, view);
	rows_free(&rows);
	return err;
}

int cmd_origins(const struct options *options)
{
	struct options sorted = *options;

	if (options->folded && options->json)
		return options_usage("origins: --folded is no JSON");
	if (options->folded)
		return cmd_display(options, show_origins);
	sorted.sort = options->sort ? options->sort : "-count";
	return cmd_list(&sorted);
}
