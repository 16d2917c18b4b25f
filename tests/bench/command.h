/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

/**
 * command_measure() - run a program, and print how much memory it took
 * @argv: its name, looked up in PATH, and its arguments, ended by NULL
 *
 * What it prints is thrown away. Its time is not measured: a clock that counts
 * instructions leaps while the program is read from the disk. Prints one line, the
 * largest resident memory, in bytes.
 *
 * Return: the exit status of it, or 127 if it could not be run.
 */
int command_measure(char **argv);

#endif /* BENCH_COMMAND_H */
