/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmocka wants these, in this order.
 */
#ifndef CMOCKA_MAIN_H
#define CMOCKA_MAIN_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

#endif /* CMOCKA_MAIN_H */
