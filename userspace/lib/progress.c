// SPDX-License-Identifier: GPL-2.0-only
/*
 * One line on a terminal that says what is waited for.
 */
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/alloc.h"
#include "lib/number.h"
#include "lib/progress.h"

#define WIDTH 80
#define TEXT 256
#define WIPE "\r\033[K"

/* A line that is wrapped could not be written over. */
static int terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return WIDTH - 1;
	return size.ws_col - 1;
}

/* The signal has its default effect as soon as the handler returns. */
static void wipe_and_die(int signal)
{
	if (write(STDERR_FILENO, WIPE, sizeof(WIPE) - 1) < 0)
		_exit(128 + signal);
	raise(signal);
}

static void take_signals(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	const struct sigaction action = {
		.sa_handler = wipe_and_die,
		.sa_flags = (int)(SA_RESETHAND | SA_NODEFER),
	};
	struct sigaction old;

	for (size_t i = 0; i < NR(signals); i++)
		if (!sigaction(signals[i], NULL, &old) &&
		    old.sa_handler == SIG_DFL)
			sigaction(signals[i], &action, NULL);
}

void progress_show(uint64_t since, const char *what)
{
	static bool taken;
	uint64_t seconds = (number_now() - since) / NUMBER_NS_PER_SEC;
	char number[NUMBER_TEXT], text[TEXT];

	if (!isatty(STDERR_FILENO))
		return;
	if (!taken)
		take_signals();
	taken = true;
	snprintf(text, sizeof(text), "dfput: %ss: %s",
		 number_text(number, seconds), what);
	fprintf(stderr, "\r%.*s\033[K", terminal_width(), text);
	fflush(stderr);
}

void progress_end(void)
{
	if (isatty(STDERR_FILENO))
		fputs(WIPE, stderr);
}
