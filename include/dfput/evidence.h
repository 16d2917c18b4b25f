/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kept an umount busy: from what is known of it to one word.
 *
 * Whoever asks for an umount pins mount and superblock until it returns. So each
 * file of that mount that is on the list at that moment held the mount all the
 * time, on the list or before that. A ring of io_uring that is being taken down
 * then may hold some as well: that is known once it puts them.
 */
#ifndef DFPUT_EVIDENCE_H
#define DFPUT_EVIDENCE_H

#include <linux/types.h>

#include <dfput/words.h>

/**
 * struct dfput_evidence - what is known of an umount
 * @busy: it was refused with EBUSY
 * @unsure: the module missed a file of that mount, or may have
 * @before: files of that mount on the list when it began
 * @queued: the same when it returned, or in their release
 * @releasing: in their release when it returned, at most: some of @queued
 * @held: of that mount, closed by an ended process and held when it returned
 * @ring_files: of that mount, put since by rings that were being taken down then
 * @rings_left: how many of those rings are not gone yet
 */
struct dfput_evidence {
	_Bool busy;
	_Bool unsure;
	__u32 before;
	__u32 queued;
	__u32 releasing;
	__u32 held;
	__u32 ring_files;
	__u32 rings_left;
};

/**
 * dfput_evidence_why() - what kept an umount busy
 * @evidence: what is known of it
 *
 * The surest answer comes first.
 *
 * Context: any; pure.
 * Return: the answer, as far as the evidence goes.
 */
static inline enum dfput_why
dfput_evidence_why(const struct dfput_evidence *evidence)
{
	if (!evidence->busy)
		return DFPUT_WHY_NOT_BUSY;
	if (evidence->queued > evidence->releasing)
		return DFPUT_WHY_DEFERRAL;
	if (evidence->ring_files)
		return DFPUT_WHY_RING;
	if (evidence->before || evidence->queued || evidence->releasing)
		return DFPUT_WHY_DEFERRAL_PERHAPS;
	if (evidence->rings_left)
		return DFPUT_WHY_RING_PERHAPS;
	if (evidence->unsure)
		return DFPUT_WHY_UNKNOWN;
	return evidence->held ? DFPUT_WHY_HELD : DFPUT_WHY_OTHER;
}

#endif /* DFPUT_EVIDENCE_H */
