#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The services of the Debian package under systemd, which is PID 1 of a container.
# dfput-watch writes to the journal who kept a mount busy, and keeps none busy itself; it is
# started again after a fault and by an upgrade, and stopped. dfput-metrics writes its file
# by its timer. Nothing of them stays.
. "$(dirname "$0")/../tools.sh"
fresh
need_debs
cgroup=/sys/fs/cgroup/container
place=/srv
log=$TMPDIR/log
trap 'end_container; drop_fs; fresh' EXIT

# Its root is that of in_tools, and no mount of the guest's stays in it, which would be
# busy because of the container. What would change the guest is not started: /dev is the
# guest's too, and so is the kernel.
cat >"$TMPDIR/boot" <<'BOOT'
echo $$ >"$1/cgroup.procs"
exec unshare --mount --pid --fork --cgroup --ipc --uts sh -ec '
	cd "$0"
	mount -t proc proc proc
	mount -t tmpfs tmpfs run
	mount -t tmpfs tmpfs tmp
	mount -t cgroup2 cgroup2 sys/fs/cgroup
	mount --bind /dev/null dev/console
	mkdir -p run/systemd/system
	for unit in binfmt.service modules-load.service sysctl.service udevd.service \
			udev-trigger.service journald-dev-log.socket; do
		ln -s /dev/null "run/systemd/system/systemd-$unit"
	done
	pivot_root . .
	umount -l .
	exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
		/lib/systemd/systemd --unit=multi-user.target </dev/null >/dev/null 2>&1' "$2"
BOOT

begin_container() {
	mkdir -p $cgroup
	echo '+memory +pids' >/sys/fs/cgroup/cgroup.subtree_control
	sh "$TMPDIR/boot" $cgroup $tools/root &
	container=$!
	wait_for 60 has_init && wait_for 600 is_up
}

has_init() {
	init=$(pgrep -P "$container") && runs "$init" systemd
}

is_up() {
	[[ $(within systemctl is-system-running 2>/dev/null) =~ running|degraded ]]
}

# within COMMAND...: in the container
within() {
	nsenter -t "$init" -m -p -C -i -u -r -w -- "$@"
}

# With PID 1 its processes end, all before it is reaped.
end_container() {
	[ -n "${container-}" ] || return 0
	kill -KILL "$init"
	wait "$container" 2>/dev/null
	container=
	find $cgroup -depth -type d -exec rmdir {} +
}

# run_dpkg ARGUMENT...: there, quietly
run_dpkg() {
	within env DEBIAN_FRONTEND=noninteractive dpkg "$@" >"$log" 2>&1 && return
	note "$(<"$log")"
	return 1
}

# property UNIT PROPERTY
property() {
	within systemctl show --value -p "$2" "$1"
}

# is_process UNIT NAME: its main process, then in $pid, executes that
is_process() {
	pid=$(property "$1" MainPID)
	[ "$(within cat "/proc/$pid/comm" 2>/dev/null)" = "$2" ]
}

# watches: the service has opened the module's table
watches() {
	is_process dfput-watch dfput &&
		within find "/proc/$pid/fd" -lname '*/umounts' 2>/dev/null | grep -q .
}

# The journal's entries of the service, on refused umounts.
entries() {
	within journalctl -q -o json _SYSTEMD_UNIT=dfput-watch.service DFPUT_EVENT=umount
}

has_entries() { # NUMBER
	[ "$(entries | wc -l)" -ge "$1" ]
}

# refused NAME NUMBER: an umount is, and the journal has so many entries then
refused() {
	nok "$1: an umount is refused" within umount $place 2>/dev/null
	ok "$1: the journal tells of it" wait_for 60 has_entries "$2"
	entry=$(entries | tail -n 1)
	note "$entry"
}

if ! make_fs ext4; then
	skip 'the service' "$reason"
	done_testing
	exit
fi
with_tools
load
ok 'systemd runs as PID 1 of a container' begin_container
note "$(within systemctl --version | head -n 1)"

ok 'the package installs' run_dpkg -i $debs/this/dfput_*.deb
nok 'and starts nothing' is_process dfput-watch dfput
ok 'systemctl enable --now dfput-watch' within systemctl -q enable --now dfput-watch
ok 'it watches' wait_for 60 watches

within mount "$device" $place
within systemd-run -q --unit=holder sh -c "exec 7>$place/file && exec sleep 1000"
ok 'a file is held' wait_for 60 is_process holder sleep
refused 'held' 1
like 'held: by whom' "$entry" "\"DFPUT_HOLDER_PID\":\"$pid\""
like 'held: what it is' "$entry" '"DFPUT_HOLDER_COMM":"sleep"'
like 'held: what was busy' "$entry" "\"DFPUT_MOUNT\":\"$place\""
like 'held: in a sentence' "$entry" "\"MESSAGE\":\"umount\[[0-9]+\] was refused: $place is kept busy by process $pid"

# is_another: process of the service than $before
is_another() {
	watches && [ "$pid" != "$before" ]
}

before=$(property dfput-watch MainPID)
ok 'systemctl restart' within systemctl restart dfput-watch
ok 'restarted: another process watches' wait_for 60 is_another
refused restarted 2
like 'restarted: told by that' "$entry" "\"_PID\":\"$pid\""

before=$pid
within systemctl kill -s KILL dfput-watch
ok 'killed: systemd starts it again' wait_for 120 is_another
is 'killed: once' "$(property dfput-watch NRestarts)" 1
refused killed 3

before=$pid
ok 'an upgrade' run_dpkg -i $debs/next/dfput_*.deb
ok 'upgraded: another process watches' wait_for 60 is_another
like 'upgraded: it is the new program' "$(within "/proc/$pid/exe" --version)" \
	"^dfput $(dpkg-deb -f $debs/next/dfput_*.deb Version) "
refused upgraded 4

within systemctl stop holder
ok 'what was held is unmounted, while the service runs' wait_for 60 within umount $place
nok 'while it runs, the module cannot be unloaded' rmmod dfput 2>/dev/null
ok 'systemctl stop' within systemctl stop dfput-watch
is 'it ended well' "$(property dfput-watch Result)" success

metrics=/var/lib/prometheus/node-exporter/dfput.prom
ok 'systemctl enable --now dfput-metrics.timer' within systemctl -q enable --now dfput-metrics.timer
# writes VALUE: the metrics say so of dfput_up
writes() {
	within grep -qx "dfput_up $1" $metrics 2>/dev/null
}
ok 'its service writes the metrics' wait_for 300 writes 1
is 'for all to read' "$(within stat -c %a $metrics)" 644
ok 'nothing of the services has the module open' wait_for 60 rmmod dfput 2>/dev/null
ok 'without the module, it is not up' wait_for 300 writes 0
is 'which is no fault of the service' "$(property dfput-metrics.service Result)" success

ok 'without the module' within systemctl start dfput-watch
is 'it is not started' "$(property dfput-watch ConditionResult) $(property dfput-watch ActiveState)" 'no inactive'

# What it must see has a price: see the unit.
security=$(within systemd-analyze security --no-pager --threshold=37 dfput-watch) ||
	not_ok 'systemd-analyze security: at most 3.7'
note "$(tail -n 1 <<<"$security")"

ok 'a purge' run_dpkg --purge dfput
end_container
is 'nothing of it stays' "$(find $tools/root -xdev -name '*dfput*' ! -path $tools/root/dfput)" ''
done_testing
