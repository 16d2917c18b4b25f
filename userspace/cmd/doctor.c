// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput doctor: what is in the way of measuring, and the command that fixes it.
 * Each check is a function that adds a line; what cannot be looked at because
 * of something that already failed is left out.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/abi.h>
#include <dfput/version.h>
#include <dfput/words.h>

#include "cmd/cmd.h"
#include "cmd/doctor_machine.h"
#include "debugfs/header.h"
#include "debugfs/rows.h"
#include "debugfs/stats.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"

static const struct view_column columns[] = {
	{ "check", VIEW_TEXT },
	{ "status", VIEW_TEXT },
	{ "meaning", VIEW_PROSE },
	{ "fix", VIEW_TEXT },
};

void doctor_add(struct doctor *doctor, const char *check,
		enum doctor_level level, const char *fix, const char *format,
		...)
{
	static const char *const names[] = { "ok", "warn", "fail" };
	char text[ERROR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* A fix is for this machine, not for the one that a copy is of. */
	if (!doctor->reader.live)
		fix = NULL;
	doctor->nr[level]++;
	if (level > doctor->worst) {
		doctor->worst = level;
		snprintf(doctor->meaning, sizeof(doctor->meaning), "%s", text);
		snprintf(doctor->fix, sizeof(doctor->fix), "%s",
			 fix ? fix : "");
	}
	view_row(doctor->table,
		 (const char *[]){ check, names[level], text, fix }, false);
}

static const char *find_fix(int err)
{
	switch (err) {
	case -ENOENT:
		return "modprobe dfput";
	case -EACCES:
		return "sudo dfput doctor";
	case -EPERM:
		return "cat /sys/kernel/security/lockdown";
	case -EPROTONOSUPPORT:
		return "modprobe -r dfput && modprobe dfput";
	default:
		return "dmesg";
	}
}

/* Opening, reading and understanding, and the line for it. */
static struct document *load_checked(struct doctor *doctor, const char *file,
				     const char *check)
{
	struct document *doc;
	int err = reader_load(&doctor->reader, file, &doc);

	if (err)
		doctor_add(doctor, check, DOCTOR_FAIL, find_fix(err), "%s",
			   error_text());
	return doc;
}

static void check_directory(struct doctor *doctor, int err, const char *why)
{
	if (err)
		doctor_add(doctor, "files", DOCTOR_FAIL, find_fix(err), "%s",
			   why);
	else
		doctor_add(doctor, "files", DOCTOR_OK, NULL, "%s can be read",
			   doctor->reader.dir);
}

static void check_enabled(struct doctor *doctor, const struct stats *stats)
{
	char *fix;

	if (stats->gauge[DFPUT_GAUGE_enabled]) {
		doctor_add(doctor, "enabled", DOCTOR_OK, NULL,
			   "measuring is on");
		return;
	}
	if (asprintf(&fix, "echo 1 > %s/enable", doctor->reader.dir) < 0)
		return;
	doctor_add(doctor, "enabled", DOCTOR_FAIL, fix,
		   "measuring is switched off");
	free(fix);
}

static void check_losses(struct doctor *doctor, struct stats *stats)
{
	struct caveats caveats = { 0 };
	char *reset;

	stats->gauge[DFPUT_GAUGE_enabled] = 1;
	stats_caveats(stats, &caveats);
	if (!caveats.nr)
		doctor_add(doctor, "losses", DOCTOR_OK, NULL,
			   "nothing was lost since load or reset");
	if (asprintf(&reset, "echo 1 > %s/reset", doctor->reader.dir) < 0)
		return;
	for (size_t i = 0; i < caveats.nr; i++)
		doctor_add(doctor, "losses", DOCTOR_FAIL, reset, "%s",
			   caveats.text[i]);
	if (stats->counter[DFPUT_COUNT_lost_records])
		doctor_add(
			doctor, "records", DOCTOR_WARN,
			"modprobe -r dfput && modprobe dfput records=N",
			"the table of deferrals was too small: see records in 'dfput hooks'");
	free(reset);
}

static void check_stats(struct doctor *doctor)
{
	struct document *doc = load_checked(doctor, "stats", "abi");
	struct stats stats;

	if (!doc)
		return;
	doctor_add(doctor, "abi", DOCTOR_OK, NULL,
		   "module and reader speak ABI %d", DFPUT_ABI);
	if (stats_convert(doc, &stats)) {
		doctor_add(doctor, "stats", DOCTOR_FAIL,
			   "modprobe -r dfput && modprobe dfput", "%s",
			   error_text());
	} else {
		check_enabled(doctor, &stats);
		check_losses(doctor, &stats);
	}
	document_free(doc);
}

/* Return: the place of a value in its vocabulary, or -1. */
static int find_value(const struct document *doc, const char *name,
		      const char *const *words, int nr)
{
	const char *value = document_value(doc, name);

	while (value && nr--)
		if (!strcmp(value, words[nr]))
			return nr;
	return -1;
}

#define FIND_VALUE(doc, name, words) find_value(doc, name, words, NR(words))

static void check_method(struct doctor *doctor, const struct document *doc)
{
	static const char *const methods[] = { DFPUT_METHODS(DFPUT_WORD) };
#define MEANING(id, word, meaning) meaning,
	static const char *const meanings[] = { DFPUT_METHODS(MEANING) };
#undef MEANING
	int method = FIND_VALUE(doc, "method", methods);

	if (method < 0)
		doctor_add(doctor, "method", DOCTOR_WARN,
			   "modprobe -r dfput && modprobe dfput",
			   "this dfput does not know the module's method");
	else
		doctor_add(doctor, "method", DOCTOR_OK, NULL,
			   "%s (method %s): see Methods in dfput(5)",
			   meanings[method], methods[method]);
}

static void check_selftest(struct doctor *doctor, const struct document *doc)
{
	static const char *const selftests[] = { DFPUT_SELFTESTS(DFPUT_WORD) };
	int selftest = FIND_VALUE(doc, "selftest", selftests);

	if (selftest == DFPUT_SELFTEST_PASSED)
		doctor_add(doctor, "selftest", DOCTOR_OK, NULL,
			   "a file deferred on purpose was seen");
	else if (selftest == DFPUT_SELFTEST_WAITING)
		doctor_add(
			doctor, "selftest", DOCTOR_WARN,
			"sleep 1; dfput doctor",
			"the list has not been drained since the module was loaded");
	else
		doctor_add(
			doctor, "selftest", DOCTOR_FAIL,
			"modprobe -r dfput && modprobe dfput",
			"a file deferred on purpose was not seen: numbers mean nothing");
}

static void check_settled(struct doctor *doctor, const struct document *doc)
{
	const char *settled = document_value(doc, "settled");

	if (!settled || strcmp(settled, "1"))
		doctor_add(
			doctor, "settled", DOCTOR_WARN, "sleep 1; dfput doctor",
			"files that were queued before measuring began may still be on the list");
}

/* States that are not errors. */
static bool is_fine(const char *state)
{
	static const char *const states[] = { DFPUT_HOOK_STATES(DFPUT_WORD) };
	static const int fine[] = { DFPUT_HOOK_ARMED, DFPUT_HOOK_IDLE,
				    DFPUT_HOOK_ABSENT };

	for (size_t i = 0; i < NR(fine); i++)
		if (!strcmp(state, states[fine[i]]))
			return true;
	return false;
}

static void check_table(struct doctor *doctor, struct document *doc)
{
	enum { HOOK, SYMBOL, STATE, ERROR };
	static const char *const names[] = { "hook", "symbol", "state", "error",
					     NULL };
	size_t nr_failed = 0;
	struct rows rows;

	if (rows_bind(&rows, doc, names)) {
		doctor_add(doctor, "hooks", DOCTOR_FAIL, "modprobe dfput", "%s",
			   error_text());
		return;
	}
	for (size_t row = 0; row < rows.nr; row++) {
		if (is_fine(rows_text(&rows, row, STATE)))
			continue;
		nr_failed++;
		doctor_add(doctor, "hook", DOCTOR_FAIL,
			   "modprobe -r dfput && modprobe dfput",
			   "%s (%s) is %s: %s", rows_text(&rows, row, HOOK),
			   rows_text(&rows, row, SYMBOL),
			   rows_text(&rows, row, STATE),
			   rows_text(&rows, row, ERROR));
	}
	if (!nr_failed)
		doctor_add(doctor, "hooks", DOCTOR_OK, NULL,
			   "all %zu are armed, or not needed on this kernel",
			   rows.nr);
}

static void check_hooks(struct doctor *doctor)
{
	struct document *doc = load_checked(doctor, "hooks", "hooks");

	if (!doc)
		return;
	check_method(doctor, doc);
	check_selftest(doctor, doc);
	check_settled(doctor, doc);
	check_table(doctor, doc);
	document_free(doc);
}

static void run_checks(struct doctor *doctor, int err, const char *why)
{
	if (!doctor_machine(doctor))
		return;
	check_directory(doctor, err, why);
	if (err)
		return;
	check_stats(doctor);
	check_hooks(doctor);
}

/* The worst, and what to do about it. */
static void say_doctor(const struct doctor *doctor, struct view *view)
{
	static const struct {
		enum color color;
		const char *text;
	} heads[] = {
		[DOCTOR_OK] = { COLOR_GOOD, "dfput can measure" },
		[DOCTOR_WARN] = { COLOR_UNSURE, "dfput can measure, but" },
		[DOCTOR_FAIL] = { COLOR_BAD, "dfput cannot be trusted now:" },
	};
	size_t nr = doctor->nr[doctor->worst];
	char more[NUMBER_TEXT] = "", count[NUMBER_TEXT];

	if (nr > 1)
		snprintf(more, sizeof(more), " (and %zu more)", nr - 1);
	if (doctor->worst == DOCTOR_OK)
		view_verdict(view, COLOR_GOOD, "%s: %s passed.",
			     heads[DOCTOR_OK].text,
			     number_count(count, nr, "check"));
	else
		view_verdict(view, heads[doctor->worst].color, "%s %s%s%s%s",
			     heads[doctor->worst].text, doctor->meaning, more,
			     *doctor->fix ? "; try: " : "", doctor->fix);
}

int cmd_doctor(const struct options *options)
{
	struct doctor doctor = { 0 };
	struct view view;
	char *why;
	int err;

	view_begin(&view, stdout, options->json);
	err = reader_open(&doctor.reader, options->input, options->root);
	why = alloc_copy(error_text());
	header_show(&doctor.reader, options->command->name, &view);
	doctor.table = view_table_begin(&view, "doctor", columns, 4, VIEW_LIST);
	run_checks(&doctor, err, why);
	free(why);
	say_doctor(&doctor, &view);
	view_table_end(doctor.table);
	view_bool(&view, "healthy", doctor.worst < DOCTOR_FAIL);
	err = cmd_end(options, &doctor.reader, &view);
	reader_close(&doctor.reader);
	return err || doctor.worst == DOCTOR_FAIL ? STATUS_FAILED : STATUS_OK;
}
