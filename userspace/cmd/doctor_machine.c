// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput doctor: the machine, as /proc and /sys show it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "cmd/doctor_machine.h"
#include "lib/alloc.h"
#include "proc/mountpoint.h"

static bool is_listed(const struct doctor *doctor)
{
	static char text[1 << 18];
	const char *line = text;

	if (reader_host(&doctor->reader, "proc/modules", text, sizeof(text)) <
	    0)
		return false;
	while (line && strncmp(line, "dfput ", strlen("dfput "))) {
		line = strchr(line, '\n');
		line += !!line;
	}
	return line;
}

static void check_module(struct doctor *doctor)
{
	char state[32];

	doctor->loaded = reader_host(&doctor->reader,
				     "sys/module/dfput/initstate", state,
				     sizeof(state)) > 0 ||
			 is_listed(doctor);
	if (doctor->loaded)
		doctor_add(doctor, "module", DOCTOR_OK, NULL,
			   "dfput is loaded");
	else
		doctor_add(doctor, "module", DOCTOR_FAIL, "modprobe dfput",
			   "dfput is not loaded: nothing is measured");
}

static void check_version(struct doctor *doctor)
{
	char version[64];

	if (!doctor->loaded)
		return;
	if (reader_host(&doctor->reader, "sys/module/dfput/version", version,
			sizeof(version)) <= 0)
		doctor_add(doctor, "version", DOCTOR_WARN, "modinfo dfput",
			   "the module does not tell its version");
	else if (strcmp(version, DFPUT_VERSION))
		doctor_add(
			doctor, "version", DOCTOR_WARN,
			"modprobe -r dfput && modprobe dfput",
			"the module is %s, this reader " DFPUT_VERSION
			": they work together as long as the ABI is the same",
			version);
	else
		doctor_add(doctor, "version", DOCTOR_OK, NULL,
			   "module and reader are " DFPUT_VERSION);
}

static void check_signature(struct doctor *doctor)
{
	char taint[32];

	if (reader_host(&doctor->reader, "sys/module/dfput/taint", taint,
			sizeof(taint)) < 0)
		return;
	if (strchr(taint, 'E'))
		doctor_add(doctor, "signature", DOCTOR_OK, NULL,
			   "the module is unsigned: enough without lockdown");
	else
		doctor_add(
			doctor, "signature", DOCTOR_OK, NULL,
			"the module is signed, or this kernel does not check");
}

static void check_lockdown(struct doctor *doctor)
{
	char modes[64];

	if (reader_host(&doctor->reader, "sys/kernel/security/lockdown", modes,
			sizeof(modes)) <= 0) {
		doctor_add(doctor, "lockdown", DOCTOR_OK, NULL,
			   "no lockdown to be seen");
		return;
	}
	if (strstr(modes, "[none]"))
		doctor_add(doctor, "lockdown", DOCTOR_OK, NULL,
			   "the kernel is not locked down");
	else
		doctor_add(
			doctor, "lockdown", DOCTOR_WARN,
			"mokutil --import /var/lib/dkms/mok.pub",
			"the kernel is locked down (%s): unsigned modules are refused, and the controls (enable, reset, flush) too",
			modes);
}

/* Four bytes of attributes, then the value. */
static void check_secure_boot(struct doctor *doctor)
{
	char data[8];
	ssize_t got = reader_host(&doctor->reader, DOCTOR_SECURE_BOOT, data,
				  sizeof(data));

	if (got != 5)
		return;
	if (data[4] != 1)
		doctor_add(doctor, "secure-boot", DOCTOR_OK, NULL,
			   "Secure Boot is off");
	else if (doctor->loaded)
		doctor_add(doctor, "secure-boot", DOCTOR_OK, NULL,
			   "Secure Boot is on, and the module was accepted");
	else
		doctor_add(
			doctor, "secure-boot", DOCTOR_WARN,
			"mokutil --import /var/lib/dkms/mok.pub",
			"Secure Boot is on: the module must be signed with a key that is enrolled");
}

static void check_ftrace(struct doctor *doctor)
{
	char value[16];

	if (reader_host(&doctor->reader, "proc/sys/kernel/ftrace_enabled",
			value, sizeof(value)) <= 0)
		doctor_add(doctor, "ftrace", DOCTOR_WARN,
			   "grep FUNCTION_TRACER= /boot/config-*",
			   "this kernel shows no ftrace: hooks may not work");
	else if (!strcmp(value, "0"))
		doctor_add(
			doctor, "ftrace", DOCTOR_FAIL,
			"sysctl kernel.ftrace_enabled=1",
			"ftrace is switched off: hooks that need it see nothing");
	else
		doctor_add(doctor, "ftrace", DOCTOR_OK, NULL, "ftrace is on");
}

static void check_kprobes(struct doctor *doctor, const char *debugfs)
{
	char *path = alloc_text("%s/kprobes/enabled", debugfs);
	char *fix = alloc_text("echo 1 > %s", path), value[16];
	ssize_t got;

	got = reader_host(&doctor->reader, path + 1, value, sizeof(value));
	if (got > 0 && !strcmp(value, "0"))
		doctor_add(
			doctor, "kprobes", DOCTOR_FAIL, fix,
			"kprobes are switched off: hooks that need them see nothing");
	else if (got > 0)
		doctor_add(doctor, "kprobes", DOCTOR_OK, NULL,
			   "kprobes are on");
	else if (got == -EACCES)
		doctor_add(doctor, "kprobes", DOCTOR_WARN, "sudo dfput doctor",
			   "only root sees whether kprobes are on");
	free(fix);
	free(path);
}

static bool check_debugfs(struct doctor *doctor)
{
	char *debugfs = locate_debugfs(doctor->reader.mountinfo);

	if (debugfs) {
		doctor_add(doctor, "debugfs", DOCTOR_OK, NULL, "mounted on %s",
			   debugfs);
		check_kprobes(doctor, debugfs);
		free(debugfs);
		return true;
	}
	if (!doctor->reader.mountinfo)
		doctor_add(doctor, "debugfs", DOCTOR_FAIL,
			   "mount -t proc proc /proc",
			   "the table of mounts cannot be read");
	else
		doctor_add(
			doctor, "debugfs", DOCTOR_FAIL,
			"mount -t debugfs none " DFPUT_DEBUGFS,
			"debugfs is not mounted: the module's files cannot be read");
	return !doctor->reader.live;
}

static bool has_machine(struct doctor *doctor)
{
	char text[2];

	if (doctor->reader.root || reader_host(&doctor->reader, "proc/modules",
					       text, sizeof(text)) >= 0)
		return true;
	doctor_add(
		doctor, "machine", DOCTOR_WARN, NULL,
		"this copy says nothing of its machine; 'dfput record' does");
	return false;
}

bool doctor_machine(struct doctor *doctor)
{
	if (!has_machine(doctor))
		return true;
	check_module(doctor);
	check_version(doctor);
	check_signature(doctor);
	check_lockdown(doctor);
	check_secure_boot(doctor);
	check_ftrace(doctor);
	if (doctor->reader.root)
		return check_debugfs(doctor);
	check_kprobes(doctor, DFPUT_DEBUGFS);
	return true;
}
