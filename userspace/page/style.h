/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef DFPUT_STYLE_H
#define DFPUT_STYLE_H

/* The text of page.css. */
extern const char page_style[];

#endif /* DFPUT_STYLE_H */
