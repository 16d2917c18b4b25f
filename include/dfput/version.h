/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The version of dfput. It lives here alone: `make check` holds dkms.conf and
 * the manual page against it.
 */
#ifndef DFPUT_VERSION_H
#define DFPUT_VERSION_H

#define DFPUT_VERSION "0.1.0"

#endif /* DFPUT_VERSION_H */
