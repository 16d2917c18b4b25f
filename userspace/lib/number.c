// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers and times, read strictly and written for people.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/alloc.h"
#include "lib/number.h"

static const struct unit {
	const char *suffix;
	uint64_t ns;
} units[] = {
	{ "h", 3600 * NUMBER_NS_PER_SEC },
	{ "m", 60 * NUMBER_NS_PER_SEC },
	{ "s", NUMBER_NS_PER_SEC },
	{ "ms", 1000000 },
	{ "us", 1000 },
	{ "ns", 1 },
};

/* The largest one in which a time is written. */
#define SECONDS 2

/* strtoull() alone would take blanks and a sign. */
static int parse_digits(const char *text, char **end, uint64_t *value)
{
	if (!isdigit((unsigned char)*text))
		return -EINVAL;
	errno = 0;
	*value = strtoull(text, end, 10);
	return errno ? -ERANGE : 0;
}

int number_parse(const char *text, uint64_t *value)
{
	char *end;
	int err = parse_digits(text, &end, value);

	if (err)
		return err;
	return *end ? -EINVAL : 0;
}

static const struct unit *unit_named(const char *suffix, size_t length)
{
	if (!length)
		return &units[SECONDS];
	for (size_t i = 0; i < NR(units); i++)
		if (!strncmp(suffix, units[i].suffix, length) &&
		    !units[i].suffix[length])
			return &units[i];
	return NULL;
}

/* The digits behind the point, as nanoseconds of a unit. */
static uint64_t fraction_ns(const char *digits, const char *end, uint64_t scale)
{
	uint64_t ns = 0;

	while (digits < end && scale >= 10) {
		scale /= 10;
		ns += (uint64_t)(*digits++ - '0') * scale;
	}
	return ns;
}

/* Return: 0, and @text behind the number and its unit; or an error. */
static int parse_part(const char **text, uint64_t *ns)
{
	const char *fraction, *end;
	const struct unit *unit;
	uint64_t whole, rest;
	char *point;
	int err = parse_digits(*text, &point, &whole);

	if (err)
		return err;
	end = fraction = point;
	if (*point == '.') {
		fraction = end = point + 1;
		end += strspn(fraction, "0123456789");
		if (end == fraction)
			return -EINVAL;
	}
	*text = end + strspn(end, "hmsun");
	unit = unit_named(end, (size_t)(*text - end));
	if (!unit)
		return -EINVAL;
	rest = fraction_ns(fraction, end, unit->ns);
	if (whole > (UINT64_MAX / 2 - rest) / unit->ns)
		return -ERANGE;
	*ns = whole * unit->ns + rest;
	return 0;
}

int number_duration(const char *text, uint64_t *ns)
{
	uint64_t part;
	int err;

	*ns = 0;
	do {
		err = parse_part(&text, &part);
		if (err)
			return err;
		if (part > UINT64_MAX / 2 - *ns)
			return -ERANGE;
		*ns += part;
	} while (*text);
	return 0;
}

const char *number_text(char text[NUMBER_TEXT], uint64_t value)
{
	snprintf(text, NUMBER_TEXT, "%" PRIu64, value);
	return text;
}

const char *number_count(char text[NUMBER_TEXT], uint64_t nr, const char *noun)
{
	size_t length = strlen(noun);
	const char *plural = length && noun[length - 1] == 's' ? "es" : "s";

	snprintf(text, NUMBER_TEXT, "%" PRIu64 " %.32s%s", nr, noun,
		 nr == 1 ? "" : plural);
	return text;
}

static const struct unit *unit_for(uint64_t ns)
{
	size_t i;

	for (i = SECONDS; i < NR(units) - 1; i++)
		if (ns >= units[i].ns)
			break;
	return &units[i];
}

const char *number_ns_short(char text[NUMBER_TEXT], uint64_t ns)
{
	const struct unit *unit = unit_for(ns);

	if (unit->ns == 1)
		snprintf(text, NUMBER_TEXT, "%" PRIu64 "ns", ns);
	else
		snprintf(text, NUMBER_TEXT, "%" PRIu64 ".%03" PRIu64 "%s",
			 ns / unit->ns, ns % unit->ns / (unit->ns / 1000),
			 unit->suffix);
	return text;
}

const char *number_iso(char text[NUMBER_TEXT], uint64_t realtime)
{
	time_t seconds = (time_t)(realtime / NUMBER_NS_PER_SEC);
	struct tm tm;
	size_t length;

	length = strftime(text, NUMBER_TEXT, "%FT%T", gmtime_r(&seconds, &tm));
	snprintf(text + length, NUMBER_TEXT - length, ".%09" PRIu64 "Z",
		 realtime % NUMBER_NS_PER_SEC);
	return text;
}

static void write_tenths(char text[NUMBER_TEXT], uint64_t ns,
			 const struct unit *unit)
{
	if (unit->ns == 1)
		number_text(text, ns);
	else
		snprintf(text, NUMBER_TEXT, "%" PRIu64 ".%" PRIu64,
			 ns / unit->ns, ns % unit->ns / (unit->ns / 10));
}

const char *number_ns_range(char text[NUMBER_TEXT], uint64_t least,
			    uint64_t most)
{
	const struct unit *unit = unit_for(most);
	char from[NUMBER_TEXT], to[NUMBER_TEXT];

	write_tenths(from, least, unit);
	write_tenths(to, most, unit);
	if (!strcmp(from, to))
		return number_ns_short(text, most);
	snprintf(text, NUMBER_TEXT, "%.24s-%.24s%s", from, to, unit->suffix);
	return text;
}

static struct tm local_time(uint64_t ns)
{
	time_t seconds = (time_t)(ns / NUMBER_NS_PER_SEC);
	struct tm tm = { 0 };

	localtime_r(&seconds, &tm);
	return tm;
}

/* Its first moment. */
static struct tm local_today(void)
{
	struct timespec wall;
	struct tm tm;

	clock_gettime(CLOCK_REALTIME, &wall);
	tm = local_time((uint64_t)wall.tv_sec * NUMBER_NS_PER_SEC);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	tm.tm_isdst = -1;
	return tm;
}

int number_time(const char *text, uint64_t *ns)
{
	static const char *const formats[] = {
		"%Y-%m-%dT%H:%M:%S",
		"%Y-%m-%dT%H:%M",
		"%Y-%m-%d %H:%M:%S",
		"%Y-%m-%d %H:%M",
		"%Y-%m-%d",
		"%H:%M:%S",
		"%H:%M",
	};
	struct tm tm;
	const char *end;
	time_t seconds;

	for (size_t i = 0; i < NR(formats); i++) {
		tm = local_today();
		end = strptime(text, formats[i], &tm);
		seconds = end && !*end ? mktime(&tm) : -1;
		if (seconds < 0)
			continue;
		*ns = (uint64_t)seconds * NUMBER_NS_PER_SEC;
		return 0;
	}
	return -EINVAL;
}

const char *number_time_short(char text[NUMBER_TEXT], uint64_t realtime)
{
	struct tm tm = local_time(realtime), now = local_today();

	if (tm.tm_year != now.tm_year)
		strftime(text, NUMBER_TEXT, "%F", &tm);
	else if (tm.tm_yday != now.tm_yday)
		strftime(text, NUMBER_TEXT, "%b %e %H:%M", &tm);
	else
		strftime(text, NUMBER_TEXT, "%T", &tm);
	return text;
}

const char *number_ago(char text[NUMBER_TEXT], uint64_t ns)
{
	uint64_t seconds = ns / NUMBER_NS_PER_SEC, hours = seconds / 3600;
	char days[NUMBER_TEXT];

	if (seconds < 60)
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " s ago", seconds);
	else if (!hours)
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " min ago",
			 seconds / 60);
	else if (hours < 24)
		snprintf(text, NUMBER_TEXT, "%" PRIu64 " h ago", hours);
	else
		snprintf(text, NUMBER_TEXT, "%.32s ago",
			 number_count(days, hours / 24, "day"));
	return text;
}

/* What our time namespace adds to CLOCK_MONOTONIC, in ns. */
static int64_t read_clock_offset(void)
{
	FILE *file = fopen("/proc/self/timens_offsets", "re");
	int64_t seconds = 0, ns = 0;

	/* A kernel without time namespaces has no such file. */
	if (!file)
		return 0;
	if (fscanf(file, "monotonic %" SCNd64 " %" SCNd64, &seconds, &ns) != 2)
		seconds = ns = 0;
	fclose(file);
	return seconds * (int64_t)NUMBER_NS_PER_SEC + ns;
}

bool number_clock_known(void)
{
	struct stat ours, childrens;

	return stat("/proc/self/ns/time", &ours) ||
	       stat("/proc/self/ns/time_for_children", &childrens) ||
	       ours.st_ino == childrens.st_ino;
}

uint64_t number_now(void)
{
	static int64_t offset = INT64_MIN;
	struct timespec now;

	if (offset == INT64_MIN)
		offset = read_clock_offset();
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NUMBER_NS_PER_SEC +
	       (uint64_t)now.tv_nsec - (uint64_t)offset;
}

uint64_t number_after(uint64_t start, uint64_t ns)
{
	return ns > UINT64_MAX - start ? UINT64_MAX : start + ns;
}
