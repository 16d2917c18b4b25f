// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text from anywhere, made harmless.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "lib/alloc.h"
#include "lib/sanitize.h"

/*
 * What takes no place of its own on a terminal is not: control characters, those that
 * turn the direction of text, and those that nobody sees. So are combining accents.
 */
static bool is_harmless(const char *text, size_t left, size_t *length)
{
	mbstate_t state = { 0 };
	wchar_t wide;

	/* The same in every locale, and nearly everything. */
	if (*text >= ' ' && *text <= '~') {
		*length = 1;
		return *text != '\\';
	}
	*length = mbrtowc(&wide, text, left, &state);
	if (*length && *length <= left)
		return wcwidth(wide) > 0 && wide != L'\\';
	*length = 1;
	return false;
}

char *safe_text(const char *text)
{
	size_t left = strlen(text), length;
	char *safe = must(malloc(4 * left + 1)), *to = safe;

	while (left) {
		if (is_harmless(text, left, &length))
			to = mempcpy(to, text, length);
		else
			for (size_t i = 0; i < length; i++)
				to += sprintf(to, "\\%03o",
					      (unsigned char)text[i]);
		text += length;
		left -= length;
	}
	*to = '\0';
	return safe;
}

/* How many bytes of well-formed UTF-8 there are here, 0 if it is none. */
static size_t utf8_length(const unsigned char *text)
{
	static const unsigned char least[] = { 0, 0, 0x80, 0xa0, 0x90 };
	size_t length = text[0] < 0x80 ? 1 :
			text[0] < 0xc2 ? 0 :
			text[0] < 0xe0 ? 2 :
			text[0] < 0xf0 ? 3 :
			text[0] < 0xf5 ? 4 :
					 0;

	for (size_t i = 1; i < length; i++)
		if ((text[i] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 || text[0] == 0xf0) && text[1] < least[length])
		return 0;
	if ((text[0] == 0xed && text[1] > 0x9f) ||
	    (text[0] == 0xf4 && text[1] > 0x8f))
		return 0;
	return length;
}

char *safe_utf8(const char *text)
{
	char *clean = must(malloc(3 * strlen(text) + 1)), *to = clean;
	size_t length;

	while (*text) {
		length = utf8_length((const unsigned char *)text);
		to = length ? mempcpy(to, text, length) :
			      mempcpy(to, "\xef\xbf\xbd", 3);
		text += length ? length : 1;
	}
	*to = '\0';
	return clean;
}
