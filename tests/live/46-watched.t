#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Thousands of watched files, so that many share a word of the filter: each close and each
# release of one is seen, and none is taken for that of another.
. "$(dirname "$0")/lib.sh"
fresh
files=3000
file=$TMPDIR/watched
: >"$file"
ulimit -n $((files + 100))
cleanup() {
	touch "$file".close "$file".end
	fresh
}
trap cleanup EXIT
load leftovers=4096

# The first process opens the files and ends; its child closes half of them one by one,
# and the others by its end.
# shellcheck disable=SC2016 # that is Perl
hold perl -MPOSIX=_exit -e '
	my ($files, $path) = @ARGV;
	my @file = map { open(my $file, "<", $path) || die; $file } 1 .. $files;
	sub wait_for { select(undef, undef, undef, 0.05) until -e $_[0] }
	_exit(0) if fork;
	wait_for("$path.close");
	close($file[$_ * 2]) for 0 .. $files / 2 - 1;
	wait_for("$path.end");
	_exit(0)' $files "$file"

held() {
	fields held inode | grep -cx "$(stat -c %i "$file")"
}

held_are() {
	[ "$(held)" = "$1" ]
}

ok 'all files are watched' wait_for 60 held_are $files
mark
for ((i = 0; i < files; i++)); do : <"$file"; done
is 'others are closed, and it is not taken for theirs' "$(held)" $files
touch "$file".close
ok 'a close ends each watching' wait_for 60 held_are $((files / 2))
touch "$file".end
ok 'so does a release' wait_for 60 held_are 0
holds 'and each is counted' "$(since_mark closed_by_live)" -ge $files
for loss in lost_leftovers stale_records leftover; do
	is "$loss" "$(since_mark $loss)" 0
done
unload

done_testing
