# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: GPL-2.0-only
#
# What the tests of umounts share: a plain umount2(2), and what the module says of it.
case $(uname -m) in
x86_64) mount=165 umount2=166 sendmsg=46 ;;
*) mount=40 umount2=39 sendmsg=211 ;;
esac

# ask TARGET [FLAGS [TIMES [ROOT]]]: umounts it, as umount(8) does not: without any look
# before. Prints its pid, and the name of the last error, or nothing.
cat >"$TMPDIR/ask" <<'PERL'
use Errno;
my ($nr, $target, $flags, $times, $root) = @ARGV;
if ($root) { chroot $root && chdir '/' or die "$!\n" }
my $error = '';
for (1 .. $times) {
	my $path = $target;
	next if syscall($nr, $path, $flags + 0) == 0;
	($error) = grep { $!{$_} } qw(EBUSY EAGAIN EPERM EINVAL);
}
print "$$ $error\n";
PERL

ask() {
	perl "$TMPDIR/ask" "$umount2" "$1" "${2:-0}" "${3:-1}" "${4-}"
}

# whys [PID]: of all refused umounts, or those of a process: each once, with blanks
whys() {
	fields umounts pid result why | awk -v pid="${1-}" \
		'$2 == "-EBUSY" && (pid == "" || $1 == pid) { print $3 }' | sort -u | tr '\n' ' '
}

# until_umounted TARGET: tries, at most a minute; perhaps it was done before
until_umounted() {
	! mountpoint -q "$1" || wait_for 60 umount "$1" 2>/dev/null
}

forget() {
	wait_for 60 is_quiet
	echo 1 >"$stats/reset"
}

# plain: an umount of $point that a living process refuses is told from a deferral
plain() {
	local pid error
	read -r pid error <<<"$(ask "$point")"
	[ "$error" = EBUSY ] && [ "$(whys "$pid")" = 'other ' ]
}
