#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A bind says EADDRINUSE. `dfput why --port` tells who has the port: a living process, a
# late socket of a dead one, or the protocol alone.
. "$(dirname "$0")/lib.sh"
fresh
trap 'drop_stuck; release 2>/dev/null; fresh' EXIT
# That of the workload uring-listen.
port=7707
# Of a TCP port: one that is only bound is in no table.
unseen="^Cannot tell: nothing is seen to keep port tcp:$port busy, but not all could be seen\.$"

# can_bind [OPTION => VALUE]: a server that wants it gets it
can_bind() {
	perl -MIO::Socket::INET -e "exit !IO::Socket::INET->new(LocalPort => $port, Listen => 1, $*)"
}

# why NAME STATUS FIRST-LINE [ARGUMENT...]: what it says is then in $said
why() {
	local name=$1 status=$2 first=$3
	shift 3
	said=$(dfput why --port "tcp:$port" "$@")
	is "$name: status" $? "$status"
	like "$name: first line" "${said%%$'\n'*}" "$first"
	note "$said"
}

# is_free NAME: in the end
is_free() {
	ok "$1: in the end it is free" wait_for 60 can_bind
	why "$1, over" 4 "$unseen"
}

listens() {
	grep -q "$(printf ':%04X .* 0A ' $port)" "/proc/$holder/net/tcp"
}

load
wait_for 60 is_quiet
why 'nobody' 4 "$unseen"

# ---- living processes

server="socket(S, AF_INET, SOCK_STREAM, 0) && bind(S, sockaddr_in($port, INADDR_ANY)) || die; "
hold perl -MSocket -e "$server listen(S, 1); sleep"
wait_for 30 listens
nok 'a server: a bind fails' can_bind 'ReuseAddr => 1'
why 'a server' 0 "^Port tcp:$port is held by process $holder \(perl of root\): end it, .*; this is no deferral\.$"
like 'a server: its socket' "$said" "^fd +port +$holder perl +[0-9]+ tcp:0\.0\.0\.0:$port +open, LISTEN, inode [0-9]+"
release
is_free 'a server'

hold perl -MSocket -e "$server sleep"
wait_for 30 runs "$holder" perl
ok 'a socket that is only bound: a bind fails' wait_for 30 eval '! can_bind'
why 'only bound' 4 "$unseen"
release
is_free 'only bound'

hold unshare -n perl -MSocket -e "$server listen(S, 1); sleep"
wait_for 30 listens
ok 'in another network namespace: here a bind succeeds' can_bind
why 'elsewhere' 4 "$unseen"
like 'elsewhere: told' "$said" "^fd +elsewhere +$holder perl .* in network namespace [0-9]+"
said=$(nsenter --net="/proc/$holder/ns/net" dfput why --port $port)
like 'elsewhere: there, that is it' "$said" "^Port $port is held by process $holder "
release

# ---- those of dead processes

held_socket() {
	[ -n "$(column held pid fstype sockfs)" ]
}
fly "$server listen(S, 1); fileno(S)"
ok 'in flight: something holds the socket of an ended process' wait_for 30 held_socket
read -r pid inode <<<"$(fields held pid inode fstype | awk '$3 == "sockfs" { print $1, $2 }')"
nok 'in flight: a bind fails' can_bind 'ReuseAddr => 1'
why 'in flight' 0 "^Port tcp:$port is held by inode $inode of ended process $pid \(perl\) \(held\): look for sockets"
release
is_free 'in flight'

late_socket() {
	[ -n "$(column pending inode fstype sockfs)" ]
}
# shellcheck disable=SC2154 # run_workload's
for how in '' --closed; do
	if ! hold_worker; then
		not_ok "the worker can be held up: ${reason-}"
		break
	fi
	workload_runs "late $how" uring-listen $how || break
	ok "late $how: it is on the list" wait_for 60 late_socket
	nok "late $how: a bind fails" can_bind 'ReuseAddr => 1'
	pid=${victims[0]%% *}
	why "late $how" 0 "^Port tcp:$port is held by 1 socket of ended process $pid \(workload\) \(pending\): the (kernel will release that|list waits for the release of )"
	is "late $how: nothing else is perhaps in the way" "$(grep -c perhaps <<<"$said")" 0
	let_worker
	is_free "late $how"
	wait_for 60 is_quiet
done

# ---- the protocol's

perl -MIO::Socket::INET -e '
	$server = IO::Socket::INET->new(LocalPort => $ARGV[0], Listen => 1) || die;
	$client = IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => $ARGV[0]) || die;
	close($server->accept);
	close($client)' $port
nok 'TIME_WAIT: a bind fails' can_bind
why 'TIME_WAIT' 0 "^Port tcp:$port is held by 1 socket in TIME_WAIT \(protocol\): wait, or use SO_REUSEADDR; this is no deferral\.$"
like 'TIME_WAIT: how long' "$said" '^protocol +port .* its last timer ends in [0-9.]+s'

unload
dfput why --port $port >"$TMPDIR/said"
is 'without the module: that is certain as well' $? 0
like 'TIME_WAIT: and no deferral' "$(<"$TMPDIR/said")" '; this is no deferral\.$'
done_testing
