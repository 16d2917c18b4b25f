// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of the module's files. It reads line by line, so that a table of any
 * length takes no more memory than the rows that are kept. In a copy of the line, ends
 * of fields are overwritten by NULs and escapes decoded in place.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "debugfs/parse.h"
#include "lib/alloc.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/tar.h"
#include "proc/mountpoint.h"

#define BUFFER (1 << 16)

/* State of one run of the parser. */
struct parser {
	struct document *doc;
	size_t line;
	reader_each *each;
	void *context;
};

static int malformed(struct parser *parser, const char *what)
{
	return error_set(-EPROTO, "%s: line %zu: %s", parser->doc->file,
			 parser->line, what);
}

static const char *hint_for(const struct reader *reader, int err)
{
	if (!reader->live)
		return "";
	switch (err) {
	case ENOENT:
		return "; is the module loaded? Try 'modprobe dfput', "
		       "'insmod dfput.ko' where it was built, or 'dfput doctor'";
	case EACCES:
		return "; try as root";
	case EPERM:
		return "; try as root, or see 'dfput doctor' for kernel lockdown";
	case EIO:
	case ENODEV:
		return "; has the module been unloaded?";
	default:
		return "";
	}
}

/* O_NONBLOCK: a FIFO in a saved copy must not hold us up. */
static int open_below(const struct reader *reader, const char *path)
{
	int fd;

	if (reader->tar)
		return tar_open(reader->fd, path);
	fd = openat(reader->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

static int open_root(const char *root, const char *path)
{
	char *whole = alloc_text("%s/%s", root, path);
	int fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	free(whole);
	return fd < 0 ? -errno : fd;
}

int reader_file(struct reader *reader, const char *file)
{
	struct stat st;
	int fd = open_below(reader, file), err;

	if (fd < 0 || fstat(fd, &st) < 0) {
		err = fd < 0 ? -fd : errno;
		if (fd >= 0)
			close(fd);
		return error_set(-err, "cannot open %s/%s: %s%s", reader->dir,
				 file,
				 err == EPROTO ?
					 "not a tar archive, or a damaged one" :
					 strerror(err),
				 hint_for(reader, err));
	}
	if (!S_ISREG(st.st_mode)) {
		close(fd);
		return error_set(-ENOTTY, "%s/%s is not a regular file",
				 reader->dir, file);
	}
	return fd;
}

static int open_host(const struct reader *reader, const char *path)
{
	return reader->root ? open_root(reader->root, path) :
			      open_below(reader, path);
}

ssize_t reader_host(const struct reader *reader, const char *path, char *text,
		    size_t size)
{
	int fd = open_host(reader, path);
	ssize_t got = fd, part = 1;

	/*
	 * From the beginning, as what is copied out of an archive is at its end; and
	 * until the end, as the kernel hands out a page of a list at a time.
	 */
	if (fd >= 0) {
		for (got = 0; part > 0; got += part)
			part = pread(fd, text + got, size - 1 - (size_t)got,
				     got);
		got = part < 0 ? -errno : got;
		close(fd);
	}
	text[got > 0 ? got : 0] = '\0';
	if (got > 0 && text[got - 1] == '\n')
		text[--got] = '\0';
	return got;
}

/* Return: how much was read, 0 at the end, or a negative errno. */
static ssize_t read_at(const struct reader *reader, int fd, const char *file,
		       size_t at, char *text, size_t room)
{
	ssize_t got;

	if (at > READER_MAX_SIZE)
		return error_set(-EFBIG,
				 "%s: more than %d MiB: not a file of dfput",
				 file, READER_MAX_SIZE >> 20);
	do
		got = pread(fd, text, room, (off_t)at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(-errno, "cannot read %s: %s%s", file,
				 strerror(errno), hint_for(reader, errno));
	return got;
}

/* Sizes of debugfs files are 0: only reading tells. */
static int slurp(const struct reader *reader, int fd, const char *file,
		 char **text, size_t *size)
{
	size_t room = 0;
	ssize_t got = 1;

	*text = NULL;
	*size = 0;
	while (got) {
		if (*size == room) {
			room = room ? 2 * room : 1 << 14;
			*text = must(realloc(*text, room));
		}
		got = read_at(reader, fd, file, *size, *text + *size,
			      room - *size);
		if (got < 0)
			return (int)got;
		*size += (size_t)got;
	}
	return 0;
}

char *reader_host_text(const struct reader *reader, const char *path,
		       size_t *size)
{
	int fd = open_host(reader, path), err;
	char *text;

	if (fd < 0)
		return NULL;
	err = slurp(reader, fd, path, &text, size);
	close(fd);
	text = must(realloc(text, *size + 1));
	text[*size] = '\0';
	if (!err)
		return text;
	free(text);
	return NULL;
}

static void read_mounts(struct reader *reader)
{
	size_t size;

	reader->mountinfo =
		reader_host_text(reader, "proc/self/mountinfo", &size);
}

static int find_directory(struct reader *reader, const char *root)
{
	char *debugfs;

	read_mounts(reader);
	debugfs = locate_debugfs(reader->mountinfo);
	if (!reader->mountinfo)
		return error_set(-ENOENT, "cannot read %s/proc/self/mountinfo",
				 root);
	if (!debugfs)
		return error_set(
			-ENOENT,
			"debugfs is not mounted; try 'mount -t debugfs none %s'",
			DFPUT_DEBUGFS);
	reader->dir = alloc_text("%s%s/%s", root, debugfs, DFPUT_DIRECTORY);
	free(debugfs);
	return 0;
}

int reader_open(struct reader *reader, const char *input, const char *root)
{
	int err;

	*reader = (struct reader){
		.fd = -1,
		.live = !input,
		.here = !input && !*root,
		.root = input && !*root ? NULL : root,
	};
	reader->dir = alloc_copy(input);
	err = input ? 0 : find_directory(reader, root);
	if (err)
		return err;
	reader->fd = open(reader->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	err = errno;
	reader->tar = input && reader->fd < 0 && err == ENOTDIR;
	if (reader->tar) {
		reader->fd = open(reader->dir, O_RDONLY | O_CLOEXEC);
		err = errno;
	}
	if (input)
		read_mounts(reader);
	if (reader->fd >= 0)
		return 0;
	return error_set(-err, "cannot open the directory %s: %s%s",
			 reader->dir, strerror(err), hint_for(reader, err));
}

void reader_close(struct reader *reader)
{
	if (reader->fd >= 0)
		close(reader->fd);
	free(reader->dir);
	free(reader->mountinfo);
	*reader = (struct reader){ .fd = -1 };
}

int reader_text(struct reader *reader, const char *file, char **text,
		size_t *size)
{
	int fd = reader_file(reader, file), err;

	*text = NULL;
	if (fd < 0)
		return fd;
	err = slurp(reader, fd, file, text, size);
	close(fd);
	return err;
}

static bool is_name(const char *text)
{
	if (!*text)
		return false;
	while (isalnum((unsigned char)*text) || (*text && strchr("_.-", *text)))
		text++;
	return !*text;
}

/* The byte that three octal digits stand for; 0, which no text holds, if none. */
static unsigned int octal(const char *digits)
{
	unsigned int byte = 0;
	int i;

	for (i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '7')
			return 0;
		byte = byte * 8 + (unsigned int)(digits[i] - '0');
	}
	return byte > 0377 ? 0 : byte;
}

static int decode(struct parser *parser, char *text)
{
	char *to = text;
	unsigned int byte;

	for (; *text; text++) {
		if (*text != '\\') {
			*to++ = *text;
			continue;
		}
		byte = octal(text + 1);
		if (!byte)
			return malformed(
				parser,
				"a backslash without the octal digits of a byte");
		*to++ = (char)byte;
		text += 3;
	}
	*to = '\0';
	return 0;
}

static int parse_value(struct parser *parser, char *line)
{
	struct document *doc = parser->doc;
	char *value = strchr(line, ' ');
	int err;

	if (!value || !value[1])
		return malformed(parser, "neither a value nor a row");
	*value++ = '\0';
	if (!is_name(line))
		return malformed(parser, "not a name");
	if (document_value(doc, line))
		return malformed(parser, "a name for the second time");
	if (doc->nr_values == READER_MAX_VALUES)
		return malformed(parser, "too many values");
	err = decode(parser, value);
	if (err)
		return err;
	doc->values =
		alloc_more(doc->values, doc->nr_values, sizeof(*doc->values));
	line = alloc_text("%s%c%s", line, 0, value);
	doc->values[doc->nr_values++] = (struct document_value){
		.name = line,
		.value = line + strlen(line) + 1,
	};
	return 0;
}

static int parse_header(struct parser *parser, char *line)
{
	struct document *doc = parser->doc;
	char *name;

	doc->header = line = alloc_copy(line);
	while ((name = strsep(&line, "\t"))) {
		if (!is_name(name))
			return malformed(parser, "not a column's name");
		if (document_column(doc, name) >= 0)
			return malformed(parser,
					 "a column for the second time");
		if (doc->nr_columns == DOCUMENT_MAX_COLUMNS)
			return malformed(parser, "too many columns");
		doc->columns[doc->nr_columns++] = name;
	}
	return 0;
}

static int split_row(struct parser *parser, char *line,
		     struct document_row *row)
{
	struct document *doc = parser->doc;
	char count[NUMBER_TEXT], columns[NUMBER_TEXT];
	size_t fields = 0;
	char *field;
	int err;

	while ((field = strsep(&line, "\t"))) {
		if (fields < doc->nr_columns) {
			bool none = !strcmp(field, document_none);

			err = decode(parser, field);
			if (err)
				return err;
			row->at[fields] =
				none ? 0 : (uint16_t)(field - (char *)row);
		}
		fields++;
	}
	if (fields == doc->nr_columns)
		return 0;
	return error_set(-EPROTO, "%s: line %zu: %s, but the table has %s",
			 doc->file, parser->line,
			 number_count(count, fields, "field"),
			 number_count(columns, doc->nr_columns, "column"));
}

static int parse_row(struct parser *parser, const char *line, size_t length)
{
	struct document *doc = parser->doc;
	struct document_row *row;
	char *text;
	int keep;

	row = must(malloc(sizeof(*row) + doc->nr_columns * sizeof(*row->at) +
			  length + 1));
	row->line = (uint32_t)parser->line;
	text = memcpy(&row->at[doc->nr_columns], line, length + 1);
	doc->rows = alloc_more(doc->rows, doc->nr_rows, sizeof(*doc->rows));
	doc->rows[doc->nr_rows++] = row;
	doc->nr_read++;
	keep = split_row(parser, text, row);
	if (!keep)
		keep = parser->each ? parser->each(doc, parser->context) : 1;
	if (keep <= 0) {
		doc->nr_rows--;
		free(row);
	}
	return keep < 0 ? keep : 0;
}

static int parse_abi(struct parser *parser, const char *line)
{
	const size_t prefix = strlen(DFPUT_ABI_PREFIX);
	const char *file = parser->doc->file;
	uint64_t abi;

	if (strncmp(line, DFPUT_ABI_PREFIX, prefix) ||
	    number_parse(line + prefix, &abi))
		return error_set(
			-EPROTO,
			"%s: does not begin with '%s%d': not a file of dfput",
			file, DFPUT_ABI_PREFIX, DFPUT_ABI);
	if (abi == DFPUT_ABI)
		return 0;
	return error_set(
		-EPROTONOSUPPORT,
		"%s: the module speaks ABI %" PRIu64
		", this dfput " DFPUT_VERSION
		" ABI %d; install the dfput that belongs to the module, or load the module that belongs to it",
		file, abi, DFPUT_ABI);
}

static int parse_line(struct parser *parser, char *line, size_t length)
{
	if (length > READER_MAX_LINE)
		return malformed(parser, "too long");
	if (strlen(line) != length)
		return malformed(parser, "a NUL byte");
	if (parser->line == 1)
		return parse_abi(parser, line);
	if (!strchr(line, '\t'))
		return parse_value(parser, line);
	if (!parser->doc->nr_columns)
		return parse_header(parser, line);
	return parse_row(parser, line, length);
}

/* Leaves the beginning of a line in the text. */
static int parse_lines(struct parser *parser, char *text, size_t *size)
{
	char *end = text + *size, *line = text, *newline;
	int err = 0;

	while (!err && (newline = memchr(line, '\n', (size_t)(end - line)))) {
		*newline = '\0';
		parser->line++;
		err = parse_line(parser, line, (size_t)(newline - line));
		line = newline + 1;
	}
	*size = (size_t)(end - line);
	memmove(text, line, *size);
	return err;
}

static int parse_file(struct parser *parser, struct reader *reader, int fd)
{
	char *text = must(malloc(BUFFER));
	size_t at = 0, size = 0;
	ssize_t got;
	int err;

	do {
		got = read_at(reader, fd, parser->doc->file, at, text + size,
			      BUFFER - size);
		at += got > 0 ? (size_t)got : 0;
		size += got > 0 ? (size_t)got : 0;
		err = got < 0 ? (int)got : parse_lines(parser, text, &size);
		parser->line += !err && size > READER_MAX_LINE;
		if (!err && size > READER_MAX_LINE)
			err = malformed(parser, "too long");
	} while (!err && got);
	free(text);
	if (err || (at && !size))
		return err;
	if (!at)
		return error_set(-EPROTO, "%s: empty: not a file of dfput",
				 parser->doc->file);
	parser->line++;
	return malformed(parser, "cut off: no end of line");
}

int reader_read(struct reader *reader, int fd, const char *file,
		reader_each *each, void *context, struct document **doc)
{
	struct parser parser = {
		.doc = alloc_array(1, sizeof(**doc)),
		.each = each,
		.context = context,
	};
	int err;

	parser.doc->file = file;
	err = parse_file(&parser, reader, fd);
	if (err)
		document_free(parser.doc);
	*doc = err ? NULL : parser.doc;
	return err;
}

int reader_load_each(struct reader *reader, const char *file, reader_each *each,
		     void *context, struct document **doc)
{
	int fd = reader_file(reader, file);
	int err;

	*doc = NULL;
	if (fd < 0)
		return fd;
	err = reader_read(reader, fd, file, each, context, doc);
	close(fd);
	return err;
}

int reader_load(struct reader *reader, const char *file, struct document **doc)
{
	return reader_load_each(reader, file, NULL, NULL, doc);
}
