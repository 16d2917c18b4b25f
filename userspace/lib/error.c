// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/sanitize.h"

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
	char *raw, *safe;
	va_list args;

	va_start(args, format);
	raw = alloc_vtext(format, args);
	va_end(args);
	safe = safe_text(raw);
	fprintf(stderr, "dfput: %s\n", safe);
	free(safe);
	free(raw);
}
