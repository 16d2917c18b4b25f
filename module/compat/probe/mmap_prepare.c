// SPDX-License-Identifier: GPL-2.0-only
/* Since 6.16 some mmap operations get a description instead of file and area. */
#include <linux/mm_types.h>

const struct file *probe(const struct vm_area_desc *desc);
const struct file *probe(const struct vm_area_desc *desc)
{
	return desc->file;
}
