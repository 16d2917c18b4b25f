// SPDX-License-Identifier: GPL-2.0-only
/*
 * The terminal of dfput top, by ncurses.
 *
 * Signals are blocked and read, so that none comes while ncurses writes. ncurses's own
 * handler does what SIGTSTP asks for. An alarm looks after writes that do not end.
 */
#include <curses.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "cmd/top.h"
#include "lib/alloc.h"
#include "lib/color.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/status.h"

/* ncurses cannot make a screen of each size that a terminal may claim to have. */
#define MAX_WIDTH 1000
#define MAX_HEIGHT 500

static struct screen *screen;
static int signals = -1;

/* ---- a terminal that takes no output -------------------------------------- */

static struct termios modes;

static void give_up(int signal)
{
	(void)signal;
	tcsetattr(STDIN_FILENO, TCSANOW, &modes);
	_exit(STATUS_FAILED);
}

/* The write has lasted for that long. Does somebody want the program to end? */
static void give_up_or_wait(int signal)
{
	sigset_t set;

	sigpending(&set);
	if (sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP) ||
	    sigismember(&set, SIGINT) || sigismember(&set, SIGQUIT))
		give_up(signal);
	alarm(TOP_PATIENCE_S);
}

/* ---- the screen ----------------------------------------------------------- */

void top_screen_end(void)
{
	if (screen && !isendwin()) {
		signal(SIGALRM, give_up);
		alarm(TOP_PATIENCE_S);
		endwin();
		alarm(0);
	}
	if (screen)
		delscreen(screen);
	screen = NULL;
}

static int take_signals(void)
{
	static const int taken[] = { SIGINT,  SIGTERM,	SIGHUP, SIGQUIT,
				     SIGTSTP, SIGWINCH, SIGCONT };
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NR(taken); i++)
		sigaddset(&set, taken[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0)
		return error_set(-errno, "signalfd: %s", strerror(errno));
	return 0;
}

static void begin_colors(void)
{
	/* Nothing begins a colour where there is none. */
	if (!*color_begin(stdout, COLOR_GOOD) || !has_colors())
		return;
	start_color();
	use_default_colors();
	init_pair(TOP_GOOD, COLOR_GREEN, -1);
	init_pair(TOP_BAD, COLOR_RED, -1);
}

int top_screen_begin(void)
{
	int err = take_signals();

	if (err)
		return err;
	tcgetattr(STDIN_FILENO, &modes);
	signal(SIGALRM, give_up_or_wait);
	/* Of the size by terminfo, until top_screen_size(). */
	use_env(FALSE);
	screen = newterm(NULL, stdout, stdin);
	if (!screen || !tigetstr("cup"))
		return error_set(
			-ENOTTY,
			"top: the terminal, by the variable TERM '%s', cannot show it; try 'dfput stat -i 2'",
			getenv("TERM") ? getenv("TERM") : "");
	atexit(top_screen_end);
	cbreak();
	noecho();
	nodelay(stdscr, TRUE);
	curs_set(0);
	begin_colors();
	return 0;
}

int top_screen_size(size_t *width, size_t *height)
{
	int lines = LINES, columns = COLS;
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col) {
		lines = size.ws_row < MAX_HEIGHT ? size.ws_row : MAX_HEIGHT;
		columns = size.ws_col < MAX_WIDTH ? size.ws_col : MAX_WIDTH;
	}
	if (is_term_resized(lines, columns) &&
	    resizeterm(lines, columns) == ERR)
		return error_set(-ENOMEM,
				 "top: no memory for a screen of %dx%d",
				 columns, lines);
	*width = (size_t)columns;
	*height = (size_t)lines;
	return 0;
}

void top_screen_draw(const struct top_page *page)
{
	static const attr_t attributes[] = {
		[TOP_PLAIN] = A_NORMAL,	   [TOP_TITLE] = A_BOLD,
		[TOP_HEADING] = A_REVERSE, [TOP_GOOD] = A_BOLD,
		[TOP_BAD] = A_BOLD,
	};

	erase();
	for (size_t i = 0; i < page->nr; i++) {
		enum top_style style = page->line[i].style;

		mvaddstr((int)i, 0, page->line[i].text);
		mvchgat((int)i, 0, -1, attributes[style],
			style >= TOP_GOOD ? (short)style : 0, NULL);
	}
	alarm(TOP_PATIENCE_S);
	refresh();
	alarm(0);
}

static void stop(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(SIGTSTP);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

static int take_signal(int signal)
{
	switch (signal) {
	case SIGTSTP:
		stop();
		return TOP_REDRAW;
	case SIGCONT:
		/* Whoever had the terminal meanwhile may have changed it. */
		endwin();
		return TOP_REDRAW;
	case SIGWINCH:
		return TOP_REDRAW;
	default:
		return TOP_END;
	}
}

/* Signals come first, else keys without end would keep them waiting. */
static int take(void)
{
	struct signalfd_siginfo info;

	if (read(signals, &info, sizeof(info)) == sizeof(info))
		return take_signal((int)info.ssi_signo);
	return getch();
}

int top_screen_wait(uint64_t until)
{
	struct pollfd files[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				  { .fd = signals, .events = POLLIN } };
	uint64_t now = number_now();
	struct timespec time = { 0 };
	int event = take();

	if (event != ERR)
		return event;
	if (now < until) {
		time.tv_sec = (time_t)((until - now) / NUMBER_NS_PER_SEC);
		time.tv_nsec = (long)((until - now) % NUMBER_NS_PER_SEC);
	}
	if (!ppoll(files, NR(files), until == UINT64_MAX ? NULL : &time, NULL))
		return TOP_TIME_IS_UP;
	event = take();
	if (event != ERR)
		return event;
	return files[0].revents & ~POLLIN ? TOP_END : TOP_REDRAW;
}
