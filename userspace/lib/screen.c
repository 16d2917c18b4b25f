// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text on a screen of some width. It is printable: see sanitize.h.
 */
#include <langinfo.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <wchar.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/screen.h"

size_t screen_width(FILE *out)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;
	uint64_t number;

	if (!ioctl(fileno(out), TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	if (columns && !number_parse(columns, &number) && number)
		return number;
	return 0;
}

/* How many bytes fit into @room; how many columns these take goes into @width. */
static size_t bytes_that_fit(const char *text, size_t room, size_t *width)
{
	size_t bytes = 0, length, left = strlen(text);
	mbstate_t state = { 0 };
	wchar_t wide;
	int columns;

	*width = 0;
	while (left) {
		/* The same in every locale, and nearly everything. */
		if (text[bytes] >= ' ' && text[bytes] <= '~') {
			length = 1;
			columns = 1;
		} else {
			length = mbrtowc(&wide, text + bytes, left, &state);
			if (!length || length > left)
				break;
			columns = wcwidth(wide);
			columns = columns < 0 ? 1 : columns;
		}
		if (*width + (size_t)columns > room)
			break;
		*width += (size_t)columns;
		bytes += length;
		left -= length;
	}
	return bytes;
}

size_t screen_text_width(const char *text)
{
	size_t width;

	bytes_that_fit(text, SIZE_MAX, &width);
	return width;
}

char *screen_cut(const char *text, size_t room)
{
	bool utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	const char *ellipsis = utf8 ? "\xe2\x80\xa6" : "...";
	size_t dots = utf8 ? 1 : 3, bytes, width;

	if (!text[bytes_that_fit(text, room, &width)])
		return alloc_copy(text);
	bytes = bytes_that_fit(text, room > dots ? room - dots : 0, &width);
	return alloc_text("%.*s%s", (int)bytes, text, ellipsis);
}

/* Where to break a line: behind the last blank or semicolon that fits, if any. */
static size_t line_length(const char *text, size_t room)
{
	size_t width, bytes = bytes_that_fit(text, room, &width), at = bytes;

	if (!text[bytes] || text[bytes] == ' ')
		return bytes;
	while (at && text[at - 1] != ' ' && text[at - 1] != ';')
		at--;
	return at ? at : bytes ? bytes : 1;
}

char *screen_wrap(const char *text, size_t room, size_t indent)
{
	char *wrapped = NULL;
	size_t size, length, end, now = 0;
	FILE *out = must(open_memstream(&wrapped, &size));

	while (*text) {
		length = line_length(text, room > now ? room - now : 1);
		end = length;
		while (text[length] && end && text[end - 1] == ' ')
			end--;
		fprintf(out, "%*s%.*s", (int)now, "", (int)end, text);
		text += length;
		text += strspn(text, " ");
		now = indent;
		if (*text)
			fputc('\n', out);
	}
	fclose(out);
	return must(wrapped);
}
