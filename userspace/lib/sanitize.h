/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text from anywhere, made harmless.
 */
#ifndef DFPUT_SANITIZE_H
#define DFPUT_SANITIZE_H

/**
 * safe_text() - make text harmless for a terminal
 * @text: any bytes
 *
 * What takes no place of its own in the locale, as control characters and those that
 * turn the text's direction, becomes a backslash and three octal digits a byte, and so
 * does the backslash itself.
 *
 * Return: the safe text, for the caller to free.
 */
char *safe_text(const char *text);

/**
 * safe_utf8() - make text valid UTF-8
 * @text: any bytes
 *
 * Each invalid byte becomes U+FFFD.
 *
 * Return: the valid text, for the caller to free.
 */
char *safe_utf8(const char *text);

#endif /* DFPUT_SANITIZE_H */
