/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DFPUT_WAIT_LIST_H
#define DFPUT_WAIT_LIST_H

#include "cmd/cmd.h"

/* Waits until the list is empty. */
cmd_show wait_list;

#endif /* DFPUT_WAIT_LIST_H */
