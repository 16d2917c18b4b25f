// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/sanitize.h"
#include "lib/screen.h"

static char text[ERROR_TEXT];

int error_set(int err, const char *format, ...)
{
	char copy[ERROR_TEXT];
	va_list args;

	/* The last sentence may be part of this one. */
	va_start(args, format);
	vsnprintf(copy, sizeof(copy), format, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s", copy);
	return err;
}

const char *error_text(void)
{
	return text;
}

void complain(const char *format, ...)
{
	size_t room = screen_width(stderr);
	char *raw, *safe, *sentence, *wrapped;
	va_list args;

	va_start(args, format);
	raw = alloc_vtext(format, args);
	va_end(args);
	safe = safe_text(raw);
	sentence = alloc_text("dfput: %s", safe);
	wrapped = screen_wrap(sentence, room ? room : SIZE_MAX, 2);
	fprintf(stderr, "%s\n", wrapped);
	free(wrapped);
	free(sentence);
	free(safe);
	free(raw);
}
