/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Failing: functions that can fail return a negative errno and note why in a
 * sentence, as errno does with a number; the command that gives up prints it.
 */
#ifndef DFPUT_ERROR_H
#define DFPUT_ERROR_H

#define ERROR_TEXT 512

/**
 * error_set() - note why something failed
 * @err: a negative errno
 * @format: as of printf(3): a sentence without the full stop
 *
 * Return: @err.
 */
int error_set(int err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * error_text() - why the last call failed
 *
 * Return: the sentence, "" if there is none.
 */
const char *error_text(void);

/**
 * complain() - say on stderr what went wrong
 * @format: as of printf(3); one sentence, without the end of line
 */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* DFPUT_ERROR_H */
