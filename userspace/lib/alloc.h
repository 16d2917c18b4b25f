/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory. Nothing here fails: without memory the program ends.
 */
#ifndef DFPUT_ALLOC_H
#define DFPUT_ALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* How many elements an array has. */
#define NR(array) (sizeof(array) / sizeof((array)[0]))

/* Return: @pointer, if it is one. */
void *must(void *pointer);

/* Return: @nr zeroed elements of @size bytes, at least one. */
void *alloc_array(size_t nr, size_t size);

/* Return: a copy of @text, NULL for NULL. */
char *alloc_copy(const char *text);

/* Return: what printf(3) would print. */
char *alloc_text(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *alloc_vtext(const char *format, va_list args)
	__attribute__((format(printf, 1, 0)));

/**
 * alloc_more() - make room for one more element
 * @array: the array, or NULL
 * @nr: how many elements it has
 * @size: of an element
 *
 * The array must have grown by this alone: there is room up to a power of two.
 *
 * Return: the array, the new element not set.
 */
void *alloc_more(void *array, size_t nr, size_t size);

#endif /* DFPUT_ALLOC_H */
