// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput report: one page in HTML of what record kept, for somebody who has neither the
 * machine nor dfput. It needs no network and no script.
 */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/tables.h>
#include <dfput/version.h>

#include "analysis/releases.h"
#include "cmd/cmd.h"
#include "cmd/report.h"
#include "debugfs/header.h"
#include "debugfs/rows.h"
#include "debugfs/trust.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/html.h"
#include "lib/number.h"
#include "lib/replace.h"
#include "page/flame.h"
#include "page/style.h"

/* More call paths than any module has: adding one costs as much as there are. */
#define MAX_PATHS 4096

/**
 * struct report - what several sections need
 * @reader: the copy
 * @doc: its counters
 * @stats: the same as numbers
 * @origins: call paths
 * @recorded: events
 * @caveats: why the numbers cannot be trusted
 * @page: where it is written
 */
struct report {
	struct reader *reader;
	struct document *doc;
	struct stats stats;
	struct origins origins;
	struct recorded recorded;
	struct caveats caveats;
	struct view page;
};

static void begin_section(const struct report *report, const char *id,
			  const char *title, const char *meaning)
{
	fprintf(report->page.out, "<section id=\"%s\"><h2>%s</h2>\n", id,
		title);
	html_paragraph(report->page.out, "note", meaning);
}

static void end_section(const struct report *report)
{
	fputs("</section>\n", report->page.out);
}

/* A newer table is shown too. */
static const char *const tables[] = {
#define NAME(name, ...) #name,
	DFPUT_FILES(NAME)
#undef NAME
};

/* Some are shown in another way. */
static bool is_table(const char *name)
{
	return strcmp(name, "stats") && strcmp(name, "histograms");
}

/* What matters most comes first: of a long table, the rest is left out. */
static const char *sort_of(const char *name)
{
	static const struct {
		const char *name;
		const char *sort;
	} sorts[] = {
		{ "umounts", "-ended" },
		{ "origins", "-count" },
		{ "superblocks", "-queued" },
	};

	for (size_t i = 0; i < NR(sorts); i++)
		if (!strcmp(sorts[i].name, name))
			return sorts[i].sort;
	return listing_has(listing_find(name), "age_ns") ? "-age" : NULL;
}

static void print_head(const struct report *report, const char *kernel)
{
	FILE *out = report->page.out;

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n"
	      "<meta name=\"viewport\" "
	      "content=\"width=device-width, initial-scale=1\"/>\n"
	      "<title>dfput report: ",
	      out);
	html_text(out, kernel);
	fprintf(out, "</title>\n<style>\n%s</style>\n</head>\n<body>\n",
		page_style);
}

/* What a file of the copy says, or "-". */
static void show_values(struct report *report, const char *file,
			const char *const names[])
{
	struct document *doc = NULL;
	char text[NUMBER_TEXT];
	const char *value;

	if (reader_load(report->reader, file, &doc))
		doc = NULL;
	for (; *names; names += 2) {
		value = doc ? document_value(doc, names[1]) : NULL;
		snprintf(text, NUMBER_TEXT, "%.60s", value ? value : "-");
		view_fact(&report->page, names[0], text);
	}
	document_free(doc);
}

static void show_facts(struct report *report, const char *kernel)
{
	static const char *const hooks[] = { "module", "version", "method",
					     "method", "scope",	  "scope",
					     NULL };
	static const char *const record[] = { "recorded by", "recorded_by",
					      NULL };
	const uint64_t *gauge = report->stats.gauge;
	struct view *page = &report->page;
	char text[NUMBER_TEXT];

	view_fact(page, "kernel", kernel);
	show_values(report, "hooks", hooks);
	show_values(report, "record", record);
	view_fact(page, "recorded at",
		  page->has_clock ?
			  number_iso(text,
				     gauge[DFPUT_GAUGE_clock_realtime_ns]) :
			  "-");
	if (report->recorded.is_there)
		report_when(&report->recorded, page);
}

/* A ring may have been in the way when no file was late. */
static void show_refused(struct report *report, uint64_t refused, uint64_t late)
{
	const uint64_t *count = report->stats.counter;
	char files[NUMBER_TEXT], umounts[NUMBER_TEXT];
	char *also = late ? alloc_text("; %s outlived their process",
				       number_count(files, late, "file")) :
			    alloc_copy("");

	view_verdict(&report->page, COLOR_BAD,
		     "Late files%s were in the way of %" PRIu64 " of %s%s.",
		     count[DFPUT_COUNT_umounts_busy_ring] ? " or rings" : "",
		     refused,
		     number_count(umounts, count[DFPUT_COUNT_umounts],
				  "umount"),
		     also);
	free(also);
}

/* What the counters say; what was lost is no reason to say that nothing was. */
static void show_verdict(struct report *report)
{
	const uint64_t *count = report->stats.counter;
	const bool *lacks = report->stats.lacks;
	uint64_t late = count[DFPUT_COUNT_leftover];
	uint64_t refused = count[DFPUT_COUNT_umounts_busy_deferred] +
			   count[DFPUT_COUNT_umounts_busy_ring];
	char files[NUMBER_TEXT];

	if (refused)
		show_refused(report, refused, late);
	else if (late)
		view_verdict(
			&report->page, COLOR_UNSURE,
			"%s outlived their process; %s.",
			number_count(files, late, "file"),
			lacks[DFPUT_COUNT_umounts_busy_deferred] ?
				"umounts that they were in the way of were not counted" :
				"none was seen in the way of an umount");
	else if (lacks[DFPUT_COUNT_leftover])
		view_verdict(
			&report->page, COLOR_UNSURE,
			"Files that outlived their process were not counted.");
	else
		view_verdict(&report->page,
			     report->caveats.nr ? COLOR_UNSURE : COLOR_GOOD,
			     "No file was seen to outlive its process%s.",
			     report->caveats.nr ? ", but not all was seen" :
						  "");
}

/* Also which file the others wait for. */
static int show_release(struct report *report)
{
	struct releases releases;
	int err = releases_load(&releases, report->reader);
	char *sentence;

	if (!err && releases.rows.nr) {
		sentence = releases_sentence(&releases, report->reader);
		view_verdict(&report->page, COLOR_UNSURE, "%s.", sentence);
		free(sentence);
	}
	releases_free(&releases);
	return err == -ENOENT ? 0 : err;
}

static void show_trust(struct report *report)
{
	fputs("<div class=\"trust\">", report->page.out);
	listing_caveats(&report->caveats, &report->page);
	fputs("</div>\n", report->page.out);
}

static void print_links(const struct report *report)
{
	FILE *out = report->page.out;

	fputs("<nav aria-label=\"Sections\"><a href=\"#timeline\">Time line</a>",
	      out);
	if (report->recorded.is_there)
		fputs("<a href=\"#events\">Events</a>", out);
	fputs("<a href=\"#hist\">Distributions</a>"
	      "<a href=\"#flame\">Call paths</a>",
	      out);
	for (size_t i = 0; i < NR(tables); i++)
		if (is_table(tables[i]))
			fprintf(out, "<a href=\"#%s\">%s</a>", tables[i],
				tables[i]);
	fputs("<a href=\"#stat\">stat</a></nav>\n", out);
}

static int show_top(struct report *report)
{
	FILE *out = report->page.out;
	char kernel[NUMBER_TEXT * 2];
	int err;

	if (reader_host(report->reader, "proc/sys/kernel/osrelease", kernel,
			sizeof(kernel)) <= 0)
		strcpy(kernel, "unknown");
	print_head(report, kernel);
	fputs("<header>\n<h1>dfput report <small>Linux ", out);
	html_text(out, kernel);
	fputs("</small></h1>\n", out);
	show_verdict(report);
	err = show_release(report);
	if (err)
		return err;
	show_trust(report);
	fputs("<div class=\"columns\"><div><h3>Recorded</h3><dl class=\"facts\">\n",
	      out);
	show_facts(report, kernel);
	fputs("</dl></div>\n<div><h3>Counted</h3><dl class=\"facts\">\n", out);
	err = stat_show_summary(report->doc, &report->stats, report->reader,
				&report->page);
	fputs("</dl></div></div>\n", out);
	print_links(report);
	fputs("</header>\n<main>\n", out);
	return err;
}

static const char legend[] =
	"<ul class=\"legend\" aria-hidden=\"true\">"
	"<li><svg class=\"short\"><rect class=\"begin\" width=\"2\" height=\"16\"/></svg>"
	"begin: the exit, or as the line says</li>"
	"<li><svg><rect class=\"during\" y=\"4\" width=\"100%\" height=\"8\"/></svg>"
	"late, on the list, under way</li>"
	"<li><svg class=\"short\"><rect class=\"end\" y=\"2\" width=\"12\" height=\"12\"/></svg>"
	"released, from the first to the last</li>"
	"<li><svg class=\"open\"><rect class=\"during\" y=\"4\" width=\"75%\" height=\"8\"/>"
	"<svg class=\"open\" x=\"75%\"><path d=\"M0 1l9 7l-9 7z\"/></svg></svg>"
	"not over when it was recorded</li></ul>\n";

static int show_timeline(struct report *report)
{
	const uint64_t *gauge = report->stats.gauge;
	struct recorded *recorded = &report->recorded;
	struct timeline timeline = {
		.to = gauge[DFPUT_GAUGE_clock_monotonic_ns],
		.begun = recorded->is_there ? "recording began" :
					      "counting began",
	};
	int err;

	timeline.from = recorded->is_there ?
				recorded->from :
				timeline.to - gauge[DFPUT_GAUGE_measuring_ns];
	begin_section(
		report, "timeline", "Time line",
		"All times are UTC. The line is cut at its longest pauses; each "
		"part has its own scale. Processes that ended in a pause are not drawn.");
	if (!report->page.has_clock) {
		view_note(&report->page,
			  "The module is too old to tell what time it was.");
		end_section(report);
		return 0;
	}
	fputs(legend, report->page.out);
	err = report_spans(&timeline, report->reader, &report->origins,
			   recorded);
	if (!err)
		timeline_draw(&timeline, &report->page);
	timeline_free(&timeline);
	if (recorded->dropped)
		view_note(&report->page,
			  "Not drawn: %" PRIu64
			  " events; of a kind, the first are.",
			  recorded->dropped);
	end_section(report);
	return err;
}

static int show_events(struct report *report)
{
	int err;

	if (!report->recorded.is_there)
		return 0;
	begin_section(
		report, "events", "Events",
		"How many were recorded, and how many the module counted from "
		"shortly before until shortly after.");
	err = report_counts(&report->recorded, report->reader, &report->stats,
			    &report->page);
	end_section(report);
	return err;
}

static int show_hists(struct report *report)
{
	char *all = NULL;
	int err = 0;

	begin_section(
		report, "hist", "Distributions",
		report->recorded.is_there ?
			"Of the recorded events: how many values are in each range." :
			"How many values are in each range.");
	fputs("<div class=\"hists\">\n", report->page.out);
	if (report->recorded.is_there)
		report_hists(&report->recorded, &report->page);
	else
		err = hist_show(&all, report->reader, &report->page);
	fputs("</div>\n", report->page.out);
	end_section(report);
	return err;
}

/* The lowest boxes are the causes. */
static void add_paths(struct flame *flame, const struct rows *rows)
{
	enum { CAUSE, COUNT, STACK };
	char *folded, *path;

	for (size_t row = 0; row < rows->nr && row < MAX_PATHS; row++) {
		folded = !*rows_cell(rows, row, STACK) ?
				 alloc_copy("[unknown]") :
				 origins_fold(rows_text(rows, row, STACK));
		path = alloc_text("%s;%s", rows_text(rows, row, CAUSE), folded);
		flame_add(flame, path, rows_number(rows, row, COUNT));
		free(path);
		free(folded);
	}
}

static int show_flame(struct report *report)
{
	static const char *const names[] = { "cause", "#count", "stack", NULL };
	struct flame flame = { 0 };
	struct rows rows;
	int err;

	begin_section(
		report, "flame", "Call paths",
		"A box is as wide as the number of files that were queued through "
		"that function. Above it is what it called; the lowest row is the cause.");
	err = rows_load(&rows, report->reader, "origins", names);
	if (err == -ENOENT)
		err = 0;
	if (!err) {
		add_paths(&flame, &rows);
		flame_draw(&flame, report->page.out);
		if (rows.nr > MAX_PATHS)
			view_note(&report->page,
				  "Not drawn: %zu more call paths.",
				  rows.nr - MAX_PATHS);
	}
	rows_free(&rows);
	flame_free(&flame);
	end_section(report);
	return err;
}

static int show_table(struct report *report, const char *name)
{
	const struct options options = {
		.command = options_command(name),
		.sort = sort_of(name),
		.since = { .ns = UINT64_MAX },
	};
	int err;

	begin_section(report, name, name, options.command->help);
	err = cmd_show_table(&options, listing_find(name), report->reader,
			     &report->page);
	if (err == -ENOENT) {
		view_note(&report->page, "The module has no such table.");
		err = 0;
	}
	end_section(report);
	return err;
}

static void show_stats(struct report *report)
{
	begin_section(report, "stat", "stat", options_command("stat")->help);
	stat_show_all(report->doc, &report->page);
	end_section(report);
}

static int show_page(struct report *report)
{
	int err = show_top(report);

	if (!err)
		err = show_timeline(report);
	if (!err)
		err = show_events(report);
	if (!err)
		err = show_hists(report);
	if (!err)
		err = show_flame(report);
	for (size_t i = 0; !err && i < NR(tables); i++)
		if (is_table(tables[i]))
			err = show_table(report, tables[i]);
	if (err)
		return err;
	show_stats(report);
	fputs("</main>\n<footer>", report->page.out);
	html_paragraph(
		report->page.out, "note",
		"Each table is that of the command of its name; the "
		"manual, dfput-tables(1), explains it. Made by dfput " DFPUT_VERSION
		".");
	fputs("</footer>\n</body>\n</html>\n", report->page.out);
	return 0;
}

static void find_caveats(struct report *report)
{
	char how[TRUST_HOW];

	stats_caveats(&report->stats, &report->caveats);
	recorded_caveats(&report->recorded, &report->caveats);
	if (trust_caveats(report->reader, how, &report->caveats))
		caveats_add(&report->caveats, "%s", error_text());
}

static int make_page(struct report *report)
{
	int err = reader_load(report->reader, "stats", &report->doc);

	if (!err)
		err = stats_convert(report->doc, &report->stats);
	if (!err)
		err = origins_load(report->reader, NULL, &report->origins);
	if (!err)
		err = recorded_load(&report->recorded, report->reader);
	if (!err) {
		find_caveats(report);
		err = show_page(report);
	}
	document_free(report->doc);
	origins_free(&report->origins);
	recorded_free(&report->recorded);
	return err;
}

static int show_report(const struct options *options, struct reader *reader,
		       struct view *view)
{
	struct report report = { .reader = reader };
	char *text;
	size_t size;
	int err;

	view_begin(&report.page, must(open_memstream(&text, &size)), false);
	report.page.html = true;
	header_show(reader, "report", &report.page);
	err = make_page(&report);
	if (fclose(report.page.out))
		must(NULL);
	if (!err)
		err = replace_file(options->output, text, size, 0600);
	free(text);
	if (err)
		return err;
	view_text(view, "target", options->output);
	view_number(view, "bytes", size);
	return STATUS_OK;
}

/* The file that there is, or else the directory that it would be made in. */
static char *find_place(const char *path)
{
	char *real = realpath(path, NULL), *copied;

	if (real)
		return real;
	copied = alloc_copy(path);
	real = realpath(dirname(copied), NULL);
	free(copied);
	return real;
}

/* Would writing to @output change what was recorded? */
static bool is_evidence(const char *output, const char *input)
{
	char *to = find_place(output), *from = realpath(input, NULL);
	size_t length = from ? strlen(from) : 0;
	bool is = to && from && !strncmp(to, from, length) &&
		  (!to[length] || to[length] == '/');

	free(to);
	free(from);
	return is;
}

int cmd_report(const struct options *options)
{
	struct options copied = *options;

	if (options->argc != 1)
		return options_usage(
			"report: of what? A directory or FILE.tar that 'dfput record' made");
	if (!options->output)
		return options_usage("report: where to? Say -o FILE.html");
	if (!strcmp(options->output, "-"))
		return options_usage(
			"report: '-' is no file; for stdout, say -o /dev/stdout");
	if (is_evidence(options->output, options->argv[0]))
		return options_usage(
			"report: %s would change %s, which it is made from; say another -o FILE.html",
			options->output, options->argv[0]);
	copied.input = options->argv[0];
	return cmd_change(&copied, show_report);
}
