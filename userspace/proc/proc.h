/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bits of /proc.
 */
#ifndef DFPUT_PROC_H
#define DFPUT_PROC_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

/**
 * struct proc_file - what a magic link leads to
 * @mount: id of the mount, 0 if the kernel does not tell
 * @device: of the file, as stat(2) has it
 * @special: which device it is, if it is a block device; otherwise 0
 * @inode: inode number
 * @is_socket: it is a socket, or the name of one
 * @is_file: it is neither a directory, a block device nor a mount point
 * @is_regular: it is a regular file
 */
struct proc_file {
	uint64_t mount;
	dev_t device;
	dev_t special;
	uint64_t inode;
	bool is_socket;
	bool is_file;
	bool is_regular;
};

/*
 * Names are below a directory whose descriptor is @dir, or whole. Functions return
 * 0 or a negative errno unless they say otherwise.
 */

/* Opens a directory. Return: a descriptor, or a negative errno. */
int proc_open(int dir, const char *name);

/* Opens a directory to list it; @list is NULL on error. */
int proc_list(int dir, const char *name, DIR **list);

/* The same for /proc below @root, which is "" for the running system. */
int proc_list_root(const char *root, DIR **list);

/* Opens a file to read it. Return: the stream, or NULL with errno. */
FILE *proc_file_open(int dir, const char *name);

/* Return: the next entry of a directory that is a number, or -1 at the end. */
int proc_next(DIR *list);

/* Reads the start of a small file, without its last newline; "" on error. */
int proc_text(int dir, const char *name, char *text, size_t size);

/* Return: where a symbolic link leads, for free(3); NULL with errno if it is none. */
char *proc_link(int dir, const char *name);

/* Receives the inode number of a namespace of a process: @name is such as ns/mnt. */
int proc_namespace(int dir, const char *name, uint64_t *inode);

/* Return: we are in the initial PID namespace, whose pids are those of the module. */
bool proc_sees_all_pids(void);

/* Looks where a link leads, without asking other machines. */
int proc_stat(int dir, const char *name, struct proc_file *file);

/* Does this error mean that the process has ended? */
bool proc_is_gone(int err);

#endif /* DFPUT_PROC_H */
