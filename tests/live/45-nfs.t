#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# NFS, served and mounted here. nfsd opens a file of its own for each that a client has.
# Up to 6.1 the list releases those, by nfsd and nobody's; later nfsd releases them itself.
# A client that is killed leaves nothing late. An export keeps the mount
# busy, which is no deferral; once it is dropped, nothing does.
#
# No mountd is needed: what it would answer the kernel is told in advance.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/whys.sh"
fresh
mnt=/mnt/nfs
nfsd=/proc/fs/nfsd
caches=/proc/net/rpc
mkdir -p $mnt

drop_exports() {
	local cache now
	now=$(date +%s)
	for cache in nfsd.fh nfsd.export auth.unix.ip; do
		echo $((now + 1)) >$caches/$cache/flush
	done
}

cleanup() {
	release 2>/dev/null
	umount -f -l $mnt 2>/dev/null
	if [ -e $nfsd/threads ]; then
		echo 0 >$nfsd/threads
		drop_exports
		umount $nfsd
	fi
	truth_stop
	drop_fs
	echo "$leases" >$leases_enable
	fresh
}
trap cleanup EXIT

# A delegation is a lease of a file, and nfsd would keep that open.
leases_enable=/proc/sys/fs/leases-enable
leases=$(<$leases_enable)
echo 0 >$leases_enable

if ! make_fs ext4 || ! modprobe -q -a nfsd nfsv4; then
	skip NFS "${reason:-this kernel has no NFS}"
	done_testing
	exit
fi
mount "$device" "$point"
touch "$point"/file.{1..8}

# One client, whose root is the root of that filesystem: by the number 0, as NFSv4 asks for
# it. 0x2412 are NFSEXP_FSID, NOSUBTREECHECK, ASYNC and INSECURE_PORT.
export_root() {
	local later=$(($(date +%s) + 100000))
	echo "nfsd 127.0.0.1 $later here" >$caches/auth.unix.ip/channel
	echo "here $point $later $((0x2412)) 65534 65534 0" >$caches/nfsd.export/channel
	printf 'here 1 \\x00000000 %s %s\n' $later "$point" >$caches/nfsd.fh/channel
}

serve() {
	ip link set lo up
	mount -t nfsd nfsd $nfsd || return
	mkdir -p /var/lib/nfs/v4recovery
	echo 10 >$nfsd/nfsv4leasetime
	echo 10 >$nfsd/nfsv4gracetime
	export_root
	echo '-2 -3 +4' >$nfsd/versions 2>/dev/null || echo '-3 +4' >$nfsd/versions
	echo 'tcp 2049' >$nfsd/portlist
	echo 2 >$nfsd/threads
}

mount_nfs() {
	mount -i -t nfs4 127.0.0.1:/ $mnt -o addr=127.0.0.1,clientaddr=127.0.0.1,vers=4.2,retrans=1
}
ok 'nfsd serves' serve
ok 'a client mounts it' wait_for 60 mount_nfs
ok 'and opens a file, once the server is past its grace' wait_for 60 cat $mnt/file.1
load
wait_for 60 is_settled

# ---- a client is killed that has files

wait_for 60 is_quiet
echo 1 >"$stats/reset"
mark
truth_start
# shellcheck disable=SC2016 # the shell's
hold bash -c 'for i in {1..8}; do eval "exec $((i + 10))<>$0/file.$i"; done; exec sleep 1000' $mnt
ok 'a client has files' wait_for 60 runs "$holder" sleep
has_opens() {
	[ "$(cat $nfsd/clients/*/states | grep -c 'type: open')" = "$1" ]
}
ok 'and so has nfsd' has_opens 8
kill -9 "$holder"
wait "$holder" 2>/dev/null
holders=()
ok 'killed: nfsd is told' wait_for 60 has_opens 0
is 'killed: no file is late' "$(since_mark leftover)" 0
ok 'killed: nothing of it is left' dfput wait --mount $mnt --timeout 60

# ---- an export

umount $mnt
ok 'an export: an umount is refused, and no deferral is to blame' wait_for 90 plain
why=$(dfput why "$point")
is 'an export: why finds it' $? 0
like 'an export: said so' "$why" "^export +mount +.* $point .*exported by nfsd"
echo 0 >$nfsd/threads
drop_exports
ok 'dropped: then it can be unmounted' wait_for 60 umount "$point"
like 'dropped: nothing keeps it busy' "$(dfput why "$device")" '^Nothing keeps '

# ---- what nfsd has had open

wait_for 60 is_quiet
queued=$(since_mark queued)
note "$queued deferred, umounts: $(fields umounts why | sort | uniq -c | xargs)"
is 'nfsd: as many are deferred as ftrace counts' "$queued" "$(truth_count)"
truth_stop
is 'nfsd: no file is late' "$(since_mark leftover)" 0
is 'nfsd: each is nobody'\''s' "$(since_mark unowned)" "$queued"
names=$(dfput origins -n --raw -o origin_name | sort -u | xargs)
like 'nfsd: none without a name, or by others' "$names" '^(nfsd)? ?(sunrpc)?$'
if [[ $names = nfsd* ]]; then
	holds 'nfsd: each of its files' "$queued" -ge 8
else
	skip 'nfsd: each of its files' 'this kernel does not defer them'
fi

done_testing
