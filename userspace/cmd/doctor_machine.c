// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput doctor: the machine, as /proc and /sys show it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "cmd/doctor_machine.h"
#include "proc/mountpoint.h"

#define SECURE_BOOT                  \
	"/sys/firmware/efi/efivars/" \
	"SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"

/* The beginning of a small file, without its last newline. */
static ssize_t read_start(const struct doctor *doctor, const char *path,
			  char *text, size_t size)
{
	char *whole;
	ssize_t got;
	int fd;

	if (asprintf(&whole, "%s%s", doctor->root, path) < 0)
		return -ENOMEM;
	fd = open(whole, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	free(whole);
	if (fd < 0)
		return -errno;
	got = read(fd, text, size - 1);
	if (got < 0)
		got = -errno;
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	if (got > 0 && text[got - 1] == '\n')
		text[got - 1] = '\0';
	return got;
}

static bool is_listed(const struct doctor *doctor)
{
	char *path, line[512];
	bool found = false;
	FILE *file;

	if (asprintf(&path, "%s/proc/modules", doctor->root) < 0)
		return false;
	file = fopen(path, "re");
	free(path);
	while (file && !found && fgets(line, sizeof(line), file))
		found = !strncmp(line, "dfput ", strlen("dfput "));
	if (file)
		fclose(file);
	return found;
}

static void check_module(struct doctor *doctor)
{
	char state[32];

	doctor->loaded = read_start(doctor, "/sys/module/dfput/initstate",
				    state, sizeof(state)) > 0 ||
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
	if (read_start(doctor, "/sys/module/dfput/version", version,
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

	if (read_start(doctor, "/sys/module/dfput/taint", taint,
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

	if (read_start(doctor, "/sys/kernel/security/lockdown", modes,
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
	ssize_t got = read_start(doctor, SECURE_BOOT, data, sizeof(data));

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

	if (read_start(doctor, "/proc/sys/kernel/ftrace_enabled", value,
		       sizeof(value)) <= 0)
		doctor_add(
			doctor, "ftrace", DOCTOR_WARN,
			"grep CONFIG_FUNCTION_TRACER= /boot/config-$(uname -r)",
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
	char value[16], *path, *fix;
	ssize_t got;

	if (asprintf(&path, "%s/kprobes/enabled", debugfs) < 0)
		return;
	if (asprintf(&fix, "echo 1 > %s", path) < 0)
		fix = NULL;
	got = read_start(doctor, path, value, sizeof(value));
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
	char *debugfs;
	int err = locate_debugfs(doctor->root, &debugfs);

	if (debugfs) {
		doctor_add(doctor, "debugfs", DOCTOR_OK, NULL, "mounted on %s",
			   debugfs);
		check_kprobes(doctor, debugfs);
		free(debugfs);
		return true;
	}
	if (err)
		doctor_add(doctor, "debugfs", DOCTOR_FAIL,
			   "mount -t proc proc /proc",
			   "the table of mounts cannot be read: %s",
			   strerror(-err));
	else
		doctor_add(
			doctor, "debugfs", DOCTOR_FAIL,
			"mount -t debugfs none " DFPUT_DEBUGFS,
			"debugfs is not mounted: the module's files cannot be read");
	return false;
}

bool doctor_machine(struct doctor *doctor)
{
	check_module(doctor);
	check_version(doctor);
	check_signature(doctor);
	check_lockdown(doctor);
	check_secure_boot(doctor);
	check_ftrace(doctor);
	return check_debugfs(doctor);
}
