// SPDX-License-Identifier: GPL-2.0-only
/*
 * One line on a terminal that says what is waited for.
 */
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/number.h"
#include "lib/progress.h"

#define WIDTH 80
#define TEXT 256

/* A line that is wrapped could not be written over. */
static int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH - 1;
	return size.ws_col - 1;
}

void progress_show(uint64_t since, const char *what)
{
	uint64_t seconds = (number_now() - since) / NUMBER_NS_PER_SEC;
	char number[NUMBER_TEXT], text[TEXT];

	if (!isatty(STDERR_FILENO))
		return;
	snprintf(text, sizeof(text), "dfput: %ss: %s",
		 number_text(number, seconds), what);
	fprintf(stderr, "\r%.*s\033[K", terminal_width(), text);
	fflush(stderr);
}

void progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs("\r\033[K", stderr);
}
