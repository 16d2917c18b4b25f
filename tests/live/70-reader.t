#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The reader on the real thing.
. "$(dirname "$0")/lib.sh"
fresh
mount_scratch

dfput stat >/dev/null 2>"$TMPDIR/error"
is 'without the module: stat fails' $? 1
dfput run -- true 2>/dev/null
is 'without the module: run refuses' $? 125
dfput doctor >/dev/null
is 'without the module: doctor says no' $? 1

load
wait_for 60 is_quiet
report=$(dfput doctor)
is 'doctor: all is well' $? 0
note "$report"

for command in stat hist pending leftovers origins superblocks hooks; do
	dfput $command >"$TMPDIR/out"
	is "$command" $? 0
	dfput $command --json | perl -MJSON::PP -0777 -e 'decode_json(<STDIN>)'
	is "$command --json is JSON" $? 0
done

# What a saved copy says is what the live directory said.
saved=$TMPDIR/saved
mkdir "$saved"
cp "$stats"/[hlops]* "$saved"
dfput --input "$saved" stat >"$TMPDIR/out"
is 'a saved copy can be read' $? 0

is 'stat --json: queued is the counter' "$(dfput stat --json |
	perl -MJSON::PP -0777 -ne '
		print decode_json($_)->{stats}{queued}')" "$(value stats queued)"
is 'stat -i 0.2 -c 3: three lines and their head' \
	"$(dfput stat -i 0.2 -c 3 | grep -cE '^ *[0-9]')" 3

# ---- run
dfput run -- sh -c 'exit 7' 2>/dev/null
is 'run: the exit status is the command'\''s' $? 7
report=$(dfput run --json --max-late 3s -- \
	workload uring-files --dir "$scratch" --files 32 --rounds 2 2>&1 >/dev/null)
is 'run --max-late: all gone in time' $? 0
is 'run --max-late: what was queued after the reap is seen' "$(perl -MJSON::PP -0777 -ne '
	my $report = decode_json($_);
	my $queued = 0;
	for my $window (qw(differences after)) {
		$queued += $report->{$window}{queued};
	}
	print $queued' <<<"$report")" 64
note "$report"
dfput run --max-late 1s -- sh -c "echo 0 >$stats/enable; echo 1 >$stats/enable" 2>/dev/null
is 'run --max-late: measuring was interrupted, so it can not tell' $? 4
dfput run --max-late 1s -- sh -c "echo 1 >$stats/reset" 2>/dev/null
is 'run --max-late: counters were reset, so it can not tell' $? 4

done_testing
