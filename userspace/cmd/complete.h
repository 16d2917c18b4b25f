/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For shells that complete a command line.
 */
#ifndef DFPUT_COMPLETE_H
#define DFPUT_COMPLETE_H

/**
 * complete() - print what the last word of a command line may become
 * @nr: how many words
 * @words: those behind the program, the last as far as it is typed
 *
 * One candidate a line, which is the whole word, a tab and what it means. In place
 * of candidates ":files" stands for paths, and ":program N" for the command line of
 * another program, which begins with the word of that index.
 *
 * Return: the exit status.
 */
int complete(int nr, char **words);

#endif /* DFPUT_COMPLETE_H */
