// SPDX-License-Identifier: GPL-2.0-only
/*
 * dfput: the reader of the module's files. The commands are in cmd/commands.h.
 */
#include <locale.h>
#include <stdio.h>

#include <dfput/abi.h>
#include <dfput/version.h>

#include "cmd/options.h"
#include "lib/status.h"

int main(int argc, char **argv)
{
	struct options options;
	int status;

	setlocale(LC_CTYPE, "");
	status = options_parse(&options, argc, argv);
	if (status)
		return status;
	if (options.help)
		options_help(&options);
	else if (options.version)
		printf("dfput %s (ABI %d)\n", DFPUT_VERSION, DFPUT_ABI);
	else
		return options.command->run(&options);
	return fflush(stdout) ? STATUS_FAILED : STATUS_OK;
}
