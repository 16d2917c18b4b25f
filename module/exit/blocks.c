// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an open file blocks until it is released.
 *
 * The caller's reference keeps inode and socket there. The lists of locks are
 * guarded by a spinlock that is only tried for: that does not sleep, with
 * PREEMPT_RT neither. In an interrupt it is not tried for: PREEMPT_RT would take
 * the interrupted task for its owner.
 */
#include <linux/bits.h>
#include <linux/list.h>
#include <linux/magic.h>
#include <linux/net.h>
#include <linux/preempt.h>
#include <linux/spinlock.h>
#include <net/sock.h>
#include <net/tcp_states.h>

#include "compat/compat.h"
#include "exit/internal.h"

/* So many locks of one inode are looked at. */
#define LOCKS_MAX 64

static u8 search_locks(struct list_head *locks, const struct file *file,
		       unsigned int flags, u8 found)
{
	unsigned int seen = 0;
	struct list_head *at;

	list_for_each(at, locks) {
		if (dfput_lock_file(at) == file &&
		    (dfput_lock_flags(at) & flags))
			return found;
		if (++seen == LOCKS_MAX)
			return BIT(DFPUT_BLOCK_UNKNOWN);
	}
	return 0;
}

static u8 find_locks(struct file_lock_context *context, const struct file *file)
{
	/* The process' own POSIX locks go with its close, whoever holds the file. */
	return search_locks(&context->flc_flock, file, FL_FLOCK,
			    BIT(DFPUT_BLOCK_flock)) |
	       search_locks(&context->flc_posix, file, FL_OFDLCK,
			    BIT(DFPUT_BLOCK_ofd)) |
	       search_locks(&context->flc_lease, file, FL_LEASE,
			    BIT(DFPUT_BLOCK_lease));
}

static u8 locks_of(const struct file *file)
{
	struct file_lock_context *context =
		READ_ONCE(file_inode(file)->i_flctx);
	u8 blocks;

	if (!context)
		return 0;
	if (in_interrupt() || !spin_trylock(&context->flc_lock))
		return BIT(DFPUT_BLOCK_UNKNOWN);
	blocks = find_locks(context, file);
	spin_unlock(&context->flc_lock);
	return blocks;
}

static u8 find_listener(const struct file *file)
{
	struct inode *inode = file_inode(file);
	const struct sock *sk;

	/* One that has a name in a filesystem may be opened with O_PATH. */
	if (!S_ISSOCK(inode->i_mode) || inode->i_sb->s_magic != SOCKFS_MAGIC)
		return 0;
	sk = READ_ONCE(SOCKET_I(inode)->sk);
	return sk && READ_ONCE(sk->sk_state) == TCP_LISTEN ?
		       BIT(DFPUT_BLOCK_listen) :
		       0;
}

u8 dfput_blocks_of(const struct file *file)
{
	u8 blocks;

	if (!(file->f_mode & FMODE_OPENED))
		return 0;
	blocks = locks_of(file) | find_listener(file);
	if ((file->f_mode & FMODE_WRITE) && S_ISREG(file_inode(file)->i_mode))
		blocks |= BIT(DFPUT_BLOCK_write);
	return blocks;
}
