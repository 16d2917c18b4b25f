#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The words that module and reader share are spelled out in include/dfput alone: none
# of words.h stands as a string of its own in both trees.
. "$(dirname "$0")/files.sh"

# The words of words.h; what has no letter is the grammar's.
words() {
	grep -v '^#define DFPUT_WORD' include/dfput/words.h |
		grep -oP '(X\(\w+,\s*|#define \w+ )\K"[^"]*[a-z][^"]*"' | sort -u
}

# Strings of their own in files, without comments.
strings_of() {
	cat "$@" | perl -0pe 's{/\*.*?\*/}{}gs' | grep -oP '"([^"\\]|\\.)*"' | sort -u
}

look_at 'module/*.[ch]'
module=("${files[@]}")
look_at 'userspace/*.[ch]'
reader=("${files[@]}")

holds 'there are words' "$(words | wc -l)" -gt 30
is 'the gate finds a word in a string' \
	"$(comm -12 <(words) <(strings_of <(echo 'f("gone"); /* "held" */')))" '"gone"'
is 'no word of both trees is spelled out in both' \
	"$(comm -12 <(words) <(strings_of "${module[@]}") |
		comm -12 - <(strings_of "${reader[@]}"))" ''
done_testing
