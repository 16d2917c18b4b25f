/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the workloads that umount have in common.
 */
#ifndef UMOUNT_H
#define UMOUNT_H

#include "workload.h"

/**
 * umount_now() - ask once for the umount of --dir, and remember the moment
 * @opt: the options of this run; with opt->detach, it is MNT_DETACH
 * @result: counts it, and whether it was refused with EBUSY; gets its span
 *
 * Return: DONE, also when it was busy; FAILED, after having said why, when
 * something else was wrong.
 */
enum verdict umount_now(const struct options *opt, struct result *result);

#endif /* UMOUNT_H */
