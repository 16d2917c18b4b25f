/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doing without the rights that are not needed.
 */
#ifndef DFPUT_PRIVILEGE_H
#define DFPUT_PRIVILEGE_H

/**
 * privilege_drop() - keep the right to read, and no other
 *
 * For commands that only show something, once the directory is open: what they
 * parse could have been made by anybody. Root becomes nobody, who may read every
 * file, but write none. Where that can't be done, such as in a namespace that has no
 * nobody, or by somebody who is not root anyway, as much of it as can be.
 */
void privilege_drop(void);

#endif /* DFPUT_PRIVILEGE_H */
