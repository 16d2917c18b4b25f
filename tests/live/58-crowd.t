#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Many umounts and shutdowns of superblocks at once, as when a host stops all of its
# containers: up to 512 of each are seen to their end. What is beyond that costs a row
# each, and no other row, and no verdict.
. "$(dirname "$0")/lib.sh"
fresh
trap 'truth_stop; drop_fs; fresh' EXIT
limit=512

# overlays STATE: how many superblocks of that state have an end, and how many none
overlays() {
	fields superblocks fstype state shutdown_ns shutdown_took_ns |
		awk -v state="$1" '$1 == "overlay" && $2 == state && $3 { n[$4 > 0]++ }
			END { print n[1] + 0, n[0] + 0 }'
}

crowd() { # NUMBER
	local nr=$1 over=$(($1 > limit ? $1 - limit : 0)) status lost
	local gone endless ended unknown without_row
	mount "$device" "$point"
	load
	mark
	dfput run --max-late 1s -- workload crowd --dir "$point" --procs "$nr" \
		>"$TMPDIR/crowd" 2>&1
	status=$?
	if grep -q '^skip' "$TMPDIR/crowd"; then
		skip "$nr at once" "$(sed -n 's/^skip //p' "$TMPDIR/crowd")"
	else
		is "$nr at once: a verdict" $status 0
		[ $status = 0 ] || note "$(<"$TMPDIR/crowd")"
		is "$nr at once: calls that may cost more than a row" "$(since_mark missed_probes)" 0
		is "$nr at once: umounts without a row" "$(since_mark lost_umounts)" $over
		is "$nr at once: umounts" "$(since_mark umounts)" $((2 * nr - over))
		is "$nr at once: shutdowns" "$(since_mark supers_shutdown)" "$nr"
		# A set of the table may have been full: that costs a row as well.
		lost=$(since_mark lost_shutdowns)
		holds "$nr at once: those whose end was not seen" "$lost" -ge $over
		[ $over != 0 ] || is "$nr at once: none" "$lost" 0
		read -r gone endless <<<"$(overlays gone)"
		read -r ended unknown <<<"$(overlays unknown)"
		# In a full set one that comes later takes the row of one that is gone.
		without_row=$((nr - gone - endless - ended - unknown))
		holds "$nr at once: the others are gone, after a while" $((gone + without_row)) -ge \
			$((nr - lost))
		holds "$nr at once: and no more than these" "$gone" -le $((nr - lost))
		is "$nr at once: without an end, or unknown with one" "$endless $ended" '0 0'
		[ $over != 0 ] || is "$nr at once: each has a row" $without_row 0
		note "$nr at once: $gone gone, $unknown unknown, $without_row without a row," \
			"lost_shutdowns $lost"
	fi
	is "$nr at once: no files were without room" "$(since_mark lost_supers)" 0
	unload
	umount "$point"
}

if make_fs ext4; then
	crowd 100
	crowd 600
else
	skip 'many umounts at once' "$reason"
fi

done_testing
