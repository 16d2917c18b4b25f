// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput: the reader of the module's files. The commands are in cmd/commands.h.
 */
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "cmd/complete.h"
#include "cmd/options.h"
#include "lib/error.h"
#include "lib/number.h"
#include "lib/status.h"

/* Each time of the module's would be compared with a wrong clock. */
static int fail_between_namespaces(void)
{
	complain(
		"this process left its time namespace and the kernel does not say by how much its clock is off: start dfput from a new process");
	return STATUS_FAILED;
}

int main(int argc, char **argv)
{
	struct options options;
	int status;

	setlocale(LC_CTYPE, "");
	if (argc > 1 && !strcmp(argv[1], "--complete"))
		return complete(argc - 2, argv + 2);
	status = options_parse(&options, argc, argv);
	if (status)
		return options.command && options.command->most ==
						  ARGUMENTS_PROGRAM ?
			       STATUS_OWN :
			       status;
	if (options.help)
		options_help(&options);
	else if (options.version)
		printf("dfput %s (ABI %d)\n", DFPUT_VERSION, DFPUT_ABI);
	else if (!number_clock_known())
		return fail_between_namespaces();
	else
		return options.command->run(&options);
	if (!fflush(stdout) && !ferror(stdout))
		return STATUS_OK;
	complain("cannot write the output: %s", strerror(errno));
	return STATUS_FAILED;
}
