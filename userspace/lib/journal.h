/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * systemd's journal, by its native protocol.
 */
#ifndef DFPUT_JOURNAL_H
#define DFPUT_JOURNAL_H

#include <stdbool.h>

/* Return: whether a descriptor is the stream that systemd gave a service. */
bool journal_is(int fd);

/**
 * journal_send() - write an entry
 * @root: prefix of /run, "" for the running system
 * @fields: NAME=value, where a value may be any text; ended by NULL
 *
 * Return: 0 or a negative errno.
 */
int journal_send(const char *root, char *const *fields);

#endif /* DFPUT_JOURNAL_H */
