#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Hostile hands: whoever is not root, also not as the root of a user namespace, gets
# at nothing, be debugfs as open as it can; names that users choose do no harm; and
# no output holds a pointer of the kernel's. Bad parameters are refused.
# What lockdown changes is in lockdown/.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch
trap 'chmod 700 /sys/kernel/debug; drop_stuck; truth_stop; fresh' EXIT
load

# ---- who gets at what

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all "$@" 2>/dev/null
}

# Root of a namespace of nobody's making.
namespace_root() {
	nobody unshare --user --map-root-user --mount "$@"
}

chmod 755 /sys/kernel/debug
ok 'debugfs is open to all' eval 'nobody ls /sys/kernel/debug >/dev/null'
[ ! -e /proc/sys/kernel/unprivileged_userns_clone ] || echo 1 >/proc/sys/kernel/unprivileged_userns_clone
is 'a user namespace can be had' "$(namespace_root id -u)" 0
# What of ours it gets at, in one go: a process each would take long here.
cat >"$TMPDIR/reach" <<'EOS'
for file in "$@"; do
	cat "$file" >/dev/null 2>&1 && echo "$file: read"
	sh -c "echo 1 >$file" 2>/dev/null && echo "$file: written"
done
EOS
chmod 755 "$TMPDIR"
for who in nobody namespace_root; do
	nok "$who: can not list our directory" $who ls "$stats"
	ok "$who: can look elsewhere" test "$($who sh "$TMPDIR/reach" /proc/version)" = '/proc/version: read'
	is "$who: can not read or write any of our files" "$($who sh "$TMPDIR/reach" "$stats"/*)" ''
	is "$who: nor any parameter" \
		"$($who sh "$TMPDIR/reach" /sys/module/dfput/parameters/*)" ''
done
nok 'namespace_root: can not mount debugfs anew' namespace_root mount -t debugfs none /mnt
nok 'namespace_root: can not unload' namespace_root rmmod dfput
ok 'it is still there' is_loaded
is 'and still measures' "$(value stats enabled)" 1
chmod 700 /sys/kernel/debug
is 'no parameter can be written later, and root alone reads them' \
	"$(stat -c '%a %U %n' /sys/module/dfput/parameters/* | grep -v '^400 root ')" ''

# ---- names

# A process that calls itself so leaves files behind, of a ring that is torn down.
cat >"$TMPDIR/named" <<'PERL'
my ($dir) = @ARGV;
$0 = "a\tb\nc\e[31m\\\x7f\xc2\x9b";
my $parameters = "\0" x 120;
my $ring = syscall(425, 4, $parameters);
open my $file, '>', "$dir/named" or die "$!\n";
my $fds = pack 'i', fileno $file;
syscall(427, $ring, 2, $fds, 1) == 0 or die "io_uring_register: $!\n";
close $file;
kill KILL => $$;
PERL

in_columns() {
	awk -F '\t' 'NF > 1 { if (!n) n = NF; if (NF != n) print }' "$stats/$1"
}

hold_worker || not_ok "the worker can be held up: ${reason-}"
mark
perl "$TMPDIR/named" "$scratch" 2>"$TMPDIR/error"
note "$(<"$TMPDIR/error")"
wait_for 60 queued_since_mark 1
escaped='a\\011b\\012c\\033\[31m\\134\\177\\302\\233'
like 'pending: the name is escaped' "$(<"$stats/pending")" "$escaped"
is 'pending: columns stay columns' "$(in_columns pending)" ''
ok 'pending: the reader shows it' eval 'dfput pending >/dev/null'
is 'pending: and not as it is' "$(LC_ALL=C.UTF-8 dfput pending | LC_ALL=C grep -c $'\033\|\x9b')" 0
# With the right to read, but not to look at what others execute.
reader() {
	setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all,+dac_read_search \
		--ambient-caps=-all,+dac_read_search "$(command -v dfput)" "$@" 2>&1
}
said=$(reader pending)
is 'pending: who may only read gets an answer' $? 0
like 'pending: all but the stack' "$said" '^Which thread drains the list cannot be read: .*; try as root\.$'
like 'pending: which release the others wait for' "$said" '^The list.s drain is in the release of inode '
is 'pending: nobody can not tell' "$(nobody "$(command -v dfput)" pending --stuck 0 >/dev/null; echo $?)" 4
while_held=$(cat "$stats"/{held,hooks,leftovers,origins,pending,rings,stats,superblocks,umounts})
mounts=$(column pending mount)
let_worker
wait_for 60 is_quiet
like 'leftovers: the name is escaped' "$(<"$stats/leftovers")" "$escaped"
is 'leftovers: columns stay columns' "$(in_columns leftovers)" ''
is 'leftovers: the reader shows it, and not as it is' \
	"$(dfput leftovers | grep -c "$(printf '\033')")" 0
for file in stats histograms pending superblocks hooks leftovers origins umounts held rings; do
	is "$file: no control character" "$(tr -d '\t\n[:print:]' <"$stats/$file" | wc -c)" 0
done

# ---- the reader, as root: what it can do without

dfput stat -i 60 >/dev/null &
reader=$!
status() {
	awk -v key="$1:" '$1 == key { print $2 }' /proc/$reader/status
}
is_dropped() {
	[ "$(status NoNewPrivs)" = 1 ] && [ "$(status CapEff)" = 0000000000000004 ]
}
ok 'a reader keeps the right to read, and no other' wait_for 30 is_dropped
is 'and is nobody' "$(status Uid) $(status Gid)" '65534 65534'
kill $reader
wait $reader 2>/dev/null
for command in stat hist pending leftovers origins superblocks umounts held rings hooks; do
	ok "dfput $command works so" eval "dfput $command >/dev/null"
done

# ---- pointers

# The kernel's addresses begin with f; what looks like one would have to be one.
addresses() {
	grep -oE '\b(0x)?f{4,8}[0-9a-f]{8,12}\b' <<<"$while_held$(cat \
		"$stats"/{held,hooks,leftovers,origins,pending,rings,stats,superblocks,umounts})"
}
echo 0 >/proc/sys/kernel/kptr_restrict
holds 'there are mounts to be told apart' "$(grep -cE '^[0-9a-f]{16}$' <<<"$mounts")" -gt 0
is 'no address is shown' "$(addresses)" ''
is 'no event has one' "$(grep -lE '%p' "$tracing"/events/dfput/*/format)" ''
note "$(tr ' ' '\n' </proc/cmdline | grep no_hash || echo 'pointers are hashed here')"

# ---- parameters

unload
for bad in records=-1 leftovers=15 leftovers=1048577 leftovers=99999999999 stacks=0 stacks=513 \
	stack_sample=-1 method= method=Auto; do
	output=$(load "$bad" 2>&1)
	like "$bad: refused" "$output" 'Invalid|out of range'
	nok "$bad: not loaded" is_loaded
done
ok 'the smallest tables' load records=8 leftovers=16 stacks=1
is 'and it measures' "$(value stats enabled)" 1

done_testing
