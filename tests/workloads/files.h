/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbered files in --dir: NAME.0, NAME.1, ... They stay when the run ends (a
 * removal would delay whoever watches what is left of the victim), are used
 * again by the next run, and go with --clean.
 */
#ifndef FILES_H
#define FILES_H

#include "victim.h"

/**
 * files_path() - the path of a numbered file
 * @path: where it goes, PATH_MAX bytes
 * @opt: the options of this run
 * @name: the part before the number
 * @number: which one
 */
void files_path(char *path, const struct options *opt, const char *name,
		unsigned int number);

/**
 * files_create() - make empty files, unless they are there
 * @opt: the options of this run
 * @name: the part before the number
 * @count: how many
 *
 * For the parent. Return: DONE, or FAILED after having said why.
 */
enum verdict files_create(const struct options *opt, const char *name,
			  unsigned int count);

/**
 * files_make_fifos() - make FIFOs, unless they are there
 * @opt: the options of this run
 * @name: the part before the number
 * @count: how many
 *
 * For the parent. Return: DONE, or FAILED after having said why.
 */
enum verdict files_make_fifos(const struct options *opt, const char *name,
			      unsigned int count);

/**
 * files_remove() - remove numbered files
 * @opt: the options of this run
 * @name: the part before the number
 * @count: how many
 */
void files_remove(const struct options *opt, const char *name,
		  unsigned int count);

/**
 * files_allow() - raise RLIMIT_NOFILE where it is too low
 * @report: gets the reason when that is refused
 * @count: how many files are to be open, besides a few
 *
 * For a victim. Return: DONE or FAILED.
 */
enum verdict files_allow(struct report *report, unsigned long count);

/**
 * files_open() - open numbered files
 * @opt: the options of this run
 * @report: gets the reason when one cannot be opened
 * @name: the part before the number
 * @fds: gets the descriptors
 * @count: how many; all of them are number 0 with opt->same
 *
 * For a victim. Return: DONE or FAILED.
 */
enum verdict files_open(const struct options *opt, struct report *report,
			const char *name, int *fds, unsigned int count);

#endif /* FILES_H */
