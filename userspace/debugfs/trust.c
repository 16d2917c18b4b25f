// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the module says of how it sees.
 */
#include <stdio.h>
#include <string.h>

#include <dfput/words.h>

#include "debugfs/rows.h"
#include "debugfs/trust.h"
#include "proc/proc.h"

/* A hook that is needed and could not be had: something was not looked at. */
static int check_failed(struct document *doc, struct caveats *caveats)
{
	enum { HOOK, STATE };
	static const char *const names[] = { "hook", "state", NULL };
	static const char *const states[] = { DFPUT_HOOK_STATES(DFPUT_WORD) };
	struct rows rows;
	int err = rows_bind(&rows, doc, names);

	for (size_t row = 0; !err && row < rows.nr; row++)
		if (rows_is(&rows, row, STATE, states[DFPUT_HOOK_FAILED]))
			caveats_add(
				caveats,
				"the module has no hook '%s' on this kernel",
				rows_text(&rows, row, HOOK));
	return err;
}

/* What would leave a process's own files out. */
static int check_scope(struct reader *reader, const struct document *doc,
		       struct caveats *caveats)
{
	static const char *const scopes[] = { DFPUT_SCOPES(DFPUT_WORD) };
	const char *scope;
	int err = document_need_value(doc, "scope", &scope);

	if (err)
		return err;
	if (strcmp(scope, scopes[DFPUT_SCOPE_EXITS]))
		caveats_add(
			caveats,
			"the module does not look at exits: its scope is '%s'",
			scope);
	if (reader->here && !proc_sees_all_pids())
		caveats_add(
			caveats,
			"in a PID namespace of its own, dfput does not know "
			"its processes by the pids that the module sees");
	return 0;
}

static int check_selftest(const struct document *doc, struct caveats *caveats)
{
	static const char *const results[] = { DFPUT_SELFTESTS(DFPUT_WORD) };
	const char *selftest;
	int err = document_need_value(doc, "selftest", &selftest);

	if (!err && !strcmp(selftest, results[DFPUT_SELFTEST_FAILED]))
		caveats_add(caveats, "the module's self-test has failed");
	return err;
}

/* Files from before measuring would pass for what they are not. */
static int check_unsettled(const struct document *doc, struct caveats *caveats)
{
	uint64_t settled;
	int err = document_need_number(doc, "settled", &settled);

	if (!err && !settled)
		caveats_add(caveats,
			    "files from before measuring began may still be on "
			    "the list");
	return err;
}

static int describe(const struct document *doc, char how[TRUST_HOW])
{
	const char *method;
	int err = document_need_value(doc, "method", &method);

	if (!err)
		snprintf(how, TRUST_HOW, "%s", method);
	return err;
}

int trust_caveats(struct reader *reader, char how[TRUST_HOW],
		  struct caveats *caveats)
{
	struct document *doc;
	int err = reader_load(reader, "hooks", &doc);

	if (!err)
		err = describe(doc, how);
	if (!err)
		err = check_scope(reader, doc, caveats);
	if (!err)
		err = check_selftest(doc, caveats);
	if (!err)
		err = check_failed(doc, caveats);
	if (!err)
		err = check_unsettled(doc, caveats);
	document_free(doc);
	return err;
}

int trust_settled(struct reader *reader, struct caveats *caveats)
{
	struct document *doc;
	int err = reader_load(reader, "hooks", &doc);

	if (!err)
		err = check_unsettled(doc, caveats);
	document_free(doc);
	return err;
}
