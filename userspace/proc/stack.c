// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "lib/alloc.h"
#include "proc/stack.h"

/* A line is: [<0>] function+0x1a/0x30 [module] */
const char *stack_next(char **stack)
{
	char *line = strsep(stack, "\n"), *at;

	if (!line)
		return NULL;
	at = strstr(line, "] ");
	at = at ? at + strlen("] ") : line;
	at[strcspn(at, "+ ")] = '\0';
	return at;
}

char *stack_place(char *stack)
{
	char *text = alloc_copy(""), *before;
	const char *function;

	for (int i = 0; i < 4 && (function = stack_next(&stack)); i++) {
		before = text;
		text = alloc_text("%s%s%s", before, i ? " < " : "", function);
		free(before);
	}
	return text;
}
