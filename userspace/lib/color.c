// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/color.h"

static const char *chosen = "auto";

bool color_choose(const char *when)
{
	static const char *const choices[] = { "auto", "always", "never" };

	for (size_t i = 0; i < NR(choices); i++) {
		if (strcmp(choices[i], when))
			continue;
		chosen = choices[i];
		return true;
	}
	return false;
}

static bool has_color(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (strcmp(chosen, "auto"))
		return !strcmp(chosen, "always");
	return isatty(fileno(out)) && !(no && *no) && term &&
	       strcmp(term, "dumb");
}

const char *color_begin(FILE *out, enum color color)
{
	static const char *const codes[] = {
		[COLOR_GOOD] = "\033[1;32m",
		[COLOR_BAD] = "\033[1;31m",
		[COLOR_UNSURE] = "\033[1;33m",
	};

	return has_color(out) ? codes[color] : "";
}

const char *color_end(FILE *out)
{
	return has_color(out) ? "\033[0m" : "";
}
