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
 */
struct proc_file {
	uint64_t mount;
	dev_t device;
	dev_t special;
	uint64_t inode;
	bool is_socket;
};

/**
 * proc_open() - open a directory below another
 * @dir: descriptor of the other
 * @name: of the directory
 *
 * Return: a descriptor, or a negative errno.
 */
int proc_open(int dir, const char *name);

/**
 * proc_list() - open a directory to list it
 * @dir: descriptor of the one that it is in
 * @name: of the directory
 * @list: receives it, for closedir(3)
 *
 * Return: 0 or a negative errno.
 */
int proc_list(int dir, const char *name, DIR **list);

/* The same for /proc below @root, which is "" for the running system. */
int proc_list_root(const char *root, DIR **list);

/**
 * proc_file_open() - open a file to read it
 * @dir: descriptor of the directory
 * @name: of the file
 *
 * Return: the stream, NULL with errno when it cannot be opened.
 */
FILE *proc_file_open(int dir, const char *name);

/**
 * proc_next() - the next entry of a directory that is a number
 * @list: the directory
 *
 * Return: the number, or -1 at the end.
 */
int proc_next(DIR *list);

/**
 * proc_text() - read a small file, or its beginning, without its last newline
 * @dir: descriptor of the directory
 * @name: of the file
 * @text: receives it, also when there is none: ""
 * @size: of @text
 *
 * Return: 0 or a negative errno.
 */
int proc_text(int dir, const char *name, char *text, size_t size);

/**
 * proc_link() - read a symbolic link
 * @dir: descriptor of the directory
 * @name: of the link
 *
 * Return: where it leads, for the caller to free; NULL when there is no such
 * link, with errno.
 */
char *proc_link(int dir, const char *name);

/**
 * proc_space() - a namespace of a process
 * @dir: descriptor of the process's directory
 * @name: such as ns/mnt
 * @inode: receives its inode number
 *
 * Return: 0 or a negative errno.
 */
int proc_space(int dir, const char *name, uint64_t *inode);

/**
 * proc_stat() - look where a link leads, without asking other machines
 * @dir: descriptor of the directory
 * @name: of the link
 * @file: receives it
 *
 * Return: 0 or a negative errno.
 */
int proc_stat(int dir, const char *name, struct proc_file *file);

/**
 * proc_is_gone() - does this error mean that the process has ended?
 * @err: a negative errno
 *
 * Return: it does.
 */
bool proc_is_gone(int err);

/**
 * proc_decode() - decode what the kernel has escaped
 * @text: in which three octal digits behind a backslash are a byte
 */
void proc_decode(char *text);

#endif /* DFPUT_PROC_H */
