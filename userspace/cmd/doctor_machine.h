/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the checks of dfput doctor share: those of the machine, and those of
 * what the module says of itself.
 */
#ifndef DFPUT_DOCTOR_MACHINE_H
#define DFPUT_DOCTOR_MACHINE_H

#include <stdbool.h>

#include "debugfs/parse.h"
#include "lib/view.h"

/* Below /: 1 byte of value behind 4 of attributes. */
#define DOCTOR_SECURE_BOOT          \
	"sys/firmware/efi/efivars/" \
	"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/**
 * enum doctor_level - the outcome of a check
 * @DOCTOR_OK: as it should be
 * @DOCTOR_WARN: measuring works, but not in every respect
 * @DOCTOR_FAIL: it does not
 */
enum doctor_level {
	DOCTOR_OK,
	DOCTOR_WARN,
	DOCTOR_FAIL,
};

/**
 * struct doctor - what is known so far
 * @table: the lines
 * @reader: the directory, opened or not, and the machine
 * @nr: how many checks had each outcome
 * @worst: the worst outcome
 * @meaning: of the first check with that outcome
 * @fix: the command that fixes it, "" for none
 * @loaded: the module is
 */
struct doctor {
	struct view_table *table;
	struct reader reader;
	size_t nr[DOCTOR_FAIL + 1];
	enum doctor_level worst;
	char meaning[ERROR_TEXT];
	char fix[ERROR_TEXT];
	bool loaded;
};

/**
 * doctor_add() - add a line
 * @doctor: where
 * @check: what was checked
 * @level: the outcome
 * @fix: the command that fixes it, or NULL
 * @format: as of printf(3): what it means
 */
void doctor_add(struct doctor *doctor, const char *check,
		enum doctor_level level, const char *fix, const char *format,
		...) __attribute__((format(printf, 5, 6)));

/**
 * doctor_machine() - the checks of module, kernel and debugfs
 * @doctor: where
 *
 * Return: debugfs is mounted, or this is a copy.
 */
bool doctor_machine(struct doctor *doctor);

#endif /* DFPUT_DOCTOR_MACHINE_H */
