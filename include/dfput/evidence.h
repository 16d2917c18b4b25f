/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What kept an umount busy: from what is known of it to one word.
 *
 * The kernel refuses an umount because of references to that very mount, to copies
 * of it in other mount namespaces, or because of a mount below it. That of a root
 * mount it refuses because of writers on any mount of the superblock.
 *
 * Whoever asks for an umount pins mount and superblock until it returns. So each
 * file of that mount that is on the list at that moment held the mount all the
 * time, on the list or before that. That is certain. A ring of io_uring that is
 * being taken down then may hold some as well: that is known once it puts them.
 *
 * A file that was on the list for part of the time may have been in the way. So may
 * one of another mount of the superblock, and one that may hold files or mounts of any
 * superblock. While there is one, or a ring, it is not certain that nothing was
 * deferred.
 */
#ifndef DFPUT_EVIDENCE_H
#define DFPUT_EVIDENCE_H

#include <linux/types.h>

#include <dfput/words.h>

/**
 * struct dfput_evidence - what is known of an umount
 * @busy: it was refused with EBUSY
 * @root: of a root mount, and not MNT_DETACH: writers decide, of any mount
 * @unsure: the module missed something, or may have
 * @rings_strange: rings that the module does not follow were being taken down
 * @before: files of that mount on the list when it began
 * @arrived: files of that mount that came on the list until it returned
 * @queued: files of that mount on the list when it returned, or in their release
 * @releasing: in their release when it returned, at most: some of @queued
 * @drained: of that mount, on the list as their release has shown since
 * @other_files: files that may be in the way, on the list in the meantime or perhaps so
 * @held: of that mount, closed by an ended process and held when it returned
 * @ring_files: of that mount, put since by rings that were being taken down then
 * @ring_other_files: others that may be in the way, put since by those rings; or of
 *                    that mount, and not known yet whether they are on the list
 * @rings_left: how many rings were being taken down when it returned; 0: all are gone
 * @rings_gone: how many rings went while it was under way
 * @rings_living: of those rings, closed by a process that lived on, which may have
 *                put the files itself
 */
struct dfput_evidence {
	_Bool busy;
	_Bool root;
	_Bool unsure;
	_Bool rings_strange;
	__u32 before;
	__u32 arrived;
	__u32 queued;
	__u32 releasing;
	__u32 drained;
	__u32 other_files;
	__u32 held;
	__u32 ring_files;
	__u32 ring_other_files;
	__u32 rings_left;
	__u32 rings_gone;
	__u32 rings_living;
};

/* Files of that mount were on the list when it returned: not only in their release. */
static inline _Bool
dfput_evidence_has_deferral(const struct dfput_evidence *evidence)
{
	return !evidence->root &&
	       (evidence->queued > evidence->releasing || evidence->drained);
}

static inline _Bool
dfput_evidence_may_be_deferral(const struct dfput_evidence *evidence)
{
	return evidence->before || evidence->arrived || evidence->queued ||
	       evidence->releasing || evidence->drained ||
	       evidence->other_files;
}

static inline _Bool
dfput_evidence_may_be_ring(const struct dfput_evidence *evidence)
{
	return evidence->ring_files || evidence->ring_other_files ||
	       evidence->rings_left || evidence->rings_gone ||
	       evidence->rings_living || evidence->rings_strange;
}

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
	if (dfput_evidence_has_deferral(evidence))
		return DFPUT_WHY_DEFERRAL;
	if (evidence->ring_files && !evidence->root)
		return DFPUT_WHY_RING;
	if (dfput_evidence_may_be_deferral(evidence))
		return DFPUT_WHY_DEFERRAL_PERHAPS;
	if (dfput_evidence_may_be_ring(evidence))
		return DFPUT_WHY_RING_PERHAPS;
	if (evidence->unsure)
		return DFPUT_WHY_UNKNOWN;
	return evidence->held ? DFPUT_WHY_HELD : DFPUT_WHY_OTHER;
}

#endif /* DFPUT_EVIDENCE_H */
