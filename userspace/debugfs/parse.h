/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parser of the module's files: the only one, of the grammar that is in
 * dfput/abi.h. What it reads may come from anywhere (a saved copy), so it is
 * not trusted: sizes are bounded, and what does not fit the grammar is refused
 * with the number of the line.
 *
 * Functions that can fail return 0 or a negative errno, and leave a sentence
 * for the user: see error.h. The errors of all of them:
 *   -EPROTO            the text does not follow the grammar, or lacks something
 *   -EPROTONOSUPPORT   it speaks an ABI that this reader does not know
 *   -ENOTTY            it is no regular file
 *   -EFBIG             it is too big to be true
 *   others             what open(2) or pread(2) said
 */
#ifndef DFPUT_READER_H
#define DFPUT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "debugfs/document.h"
#include "lib/error.h"

/* The most rows that the module can have, and room for each. */
#define READER_MAX_SIZE (1 << 30)
#define READER_MAX_LINE 4096
#define READER_MAX_VALUES 1024

/**
 * struct reader - a debugfs directory, or a saved copy of one
 * @dir: its path, also when it could not be opened; "" when it was not found
 * @fd: it, opened
 * @tar: the copy is a tar archive
 * @live: it is the module's own directory, not one that the user named
 * @here: and it is of the machine that we run on
 * @root: prefix of /proc and /sys; NULL: the copy has those that matter
 * @mountinfo: the machine's table of mounts, or NULL: it cannot be read
 */
struct reader {
	char *dir;
	int fd;
	bool tar;
	bool live;
	bool here;
	const char *root;
	char *mountinfo;
};

/**
 * reader_open() - open the directory of the module's files
 * @reader: to be filled in; reader_close() it in any case
 * @input: a directory or a tar archive to read instead, or NULL
 * @root: prefix of /proc and /sys, "" for the running system, or for those that
 *	came along with the copy
 *
 * Return: 0 or a negative errno, see above; -ENOENT when debugfs is not
 * mounted or the module not loaded, -EACCES when the user may not read it.
 */
int reader_open(struct reader *reader, const char *input, const char *root);

/**
 * reader_close() - give back what reader_open() took
 * @reader: opened or not
 */
void reader_close(struct reader *reader);

/**
 * reader_file() - open one file of the directory
 * @reader: an open one
 * @file: its name
 *
 * Return: a file descriptor or a negative errno, see above.
 */
int reader_file(struct reader *reader, const char *file);

/**
 * reader_host() - read the beginning of a small file of the machine
 * @reader: opened, or not
 * @path: such as "proc/modules"
 * @text: receives it without its last newline, "" on error
 * @size: of @text
 *
 * Return: its length, or a negative errno, without a sentence.
 */
ssize_t reader_host(const struct reader *reader, const char *path, char *text,
		    size_t size);

/* The same for a whole file, for the caller to free. Return: it, or NULL. */
char *reader_host_text(const struct reader *reader, const char *path,
		       size_t *size);

/**
 * typedef reader_each - what to do with a row as it is read
 * @doc: the document so far; the row is its last
 * @context: for it
 *
 * Return: 1 to keep it, 0 to drop it, or a negative errno.
 */
typedef int reader_each(struct document *doc, void *context);

/**
 * reader_read() - read and parse an open file, from its beginning
 * @reader: an open one
 * @fd: from reader_file()
 * @file: its name, which must outlive @doc
 * @each: called for each row; NULL: keep all
 * @context: for it
 * @doc: receives the document, for document_free()
 *
 * Return: 0 or a negative errno, see above; @doc is NULL then.
 */
int reader_read(struct reader *reader, int fd, const char *file,
		reader_each *each, void *context, struct document **doc);

/**
 * reader_load() - open, read, parse and close one file
 * @reader: an open one
 * @file: its name, which must outlive @doc
 * @doc: receives the document, for document_free()
 *
 * Return: 0 or a negative errno, see above; @doc is NULL then.
 */
int reader_load(struct reader *reader, const char *file, struct document **doc);

/* The same, but for each row as it is read. */
int reader_load_each(struct reader *reader, const char *file, reader_each *each,
		     void *context, struct document **doc);

/**
 * reader_text() - read a file without parsing it
 * @reader: an open one
 * @file: its name
 * @text: receives it, for the caller to free, also on error
 * @size: receives its length
 *
 * Return: 0 or a negative errno, see above.
 */
int reader_text(struct reader *reader, const char *file, char **text,
		size_t *size);

#endif /* DFPUT_READER_H */
