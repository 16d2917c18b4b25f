// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "lib/status.h"

void *must(void *pointer)
{
	if (!pointer) {
		fputs("dfput: not enough memory\n", stderr);
		exit(STATUS_FAILED);
	}
	return pointer;
}

void *alloc_array(size_t nr, size_t size)
{
	return must(calloc(nr ? nr : 1, size));
}

char *alloc_copy(const char *text)
{
	return text ? must(strdup(text)) : NULL;
}

char *alloc_vtext(const char *format, va_list args)
{
	char *text;

	return vasprintf(&text, format, args) < 0 ? must(NULL) : text;
}

char *alloc_text(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = alloc_vtext(format, args);
	va_end(args);
	return text;
}

void *alloc_more(void *array, size_t nr, size_t size)
{
	if (nr & (nr - 1))
		return array;
	return must(reallocarray(array, nr ? 2 * nr : 1, size));
}
