#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Prometheus scrapes node_exporter, which has what dfput wrote: a query gives what the
# module has counted. And promtool takes metrics and rules.
. "$(dirname "$0")/../tools.sh"
fresh
with_tools
rules=$top/userspace/metrics
file=$TMPDIR/textfiles/dfput.prom
mkdir "$TMPDIR/textfiles"
ip link set lo up

# query EXPRESSION: what Prometheus answers over HTTP, "METRIC => VALUE @[TIME]" a line
query() {
	in_tools promtool query instant http://127.0.0.1:9090 "$1" 2>/dev/null
}

# gives VALUE EXPRESSION: one number
gives() {
	[[ "$(query "$2")" = *" => $1 @["* ]]
}

# scraped NAME VALUE EXPRESSION: after a while it gives that, as the module has it
scraped() {
	ok "$1: $2" wait_for 120 gives "$2" "$3"
}

# What has no label of its own: "NAME VALUE" a line.
written() {
	grep '^dfput_[a-z_]* ' "$file" | LC_ALL=C sort
}

stored() {
	query '{__name__=~"dfput_.+"}' |
		sed -n 's/^\(dfput_[a-z_]*\){instance="[^"]*", job="node"} => \([^ ]*\) @.*/\1 \2/p' |
		LC_ALL=C sort
}

# What the dashboard asks, as rules: promtool checks these.
queries() {
	perl -MJSON::PP -e '
		my $dashboard = decode_json(join "", <>);
		my @queries = map { $_->{expr} } map { @{$_->{targets}} } @{$dashboard->{panels}};
		print "groups: [ { name: dashboard, rules: [\n";
		for my $query (@queries) {
			$query =~ s/\$__\w+/5m/g;
			printf "{ record: query_%d, expr: %s },\n", ++$nr,
				JSON::PP->new->allow_nonref->encode($query);
		}
		print "] } ]\n"' "$rules/dfput.dashboard.json"
}

# write_metrics: while nothing is queued
write_metrics() {
	queued=$(value stats queued)
	dfput metrics --textfile "$file"
	released=$(value stats released)
	leftover=$(value stats leftover)
	is_drained && [ "$(value stats queued)" = "$queued" ]
}

load
mount_scratch
mark
run_workload uring-files --dir "$scratch" --files 64 --rounds 2
wait_for 60 is_quiet
ok 'the metrics are written' wait_for 60 write_metrics
is 'promtool finds no fault with them' "$(in_tools promtool check metrics <"$file" 2>&1)" ''
like 'nor with the rules' "$(in_tools promtool check rules "$rules/dfput.rules.yml" 2>&1)" SUCCESS
like 'each of which fires when it should' \
	"$(in_tools promtool test rules "$rules/dfput.rules.test.yml" 2>&1)" SUCCESS
queries >"$TMPDIR/queries.yml"
like 'nor with what the dashboard asks' "$(in_tools promtool check rules "$TMPDIR/queries.yml" 2>&1)" \
	'SUCCESS: [0-9]{2} rules'
series=$(grep -c '^dfput' "$file")
said=$(sed -n 's/^| series | \(.*\) |$/\1/p' "$top/docs/fleet.md")
holds 'docs/fleet.md has the number of series, by 5 %' "$(((series - said) ** 2))" -le \
	"$(((said / 20) ** 2))"
note "bytes: $(wc -c <"$file"), compressed $(gzip -c "$file" | wc -c)"
like 'the service may do little' "$(in_tools systemd-analyze security --offline=true \
	"$top/userspace/dfput-metrics.service" 2>&1)" 'exposure level .*: [0-2]\.[0-9] '

cat >"$TMPDIR/prometheus.yml" <<-YAML
	global: { scrape_interval: 2s, evaluation_interval: 2s }
	rule_files: [ $rules/dfput.rules.yml ]
	scrape_configs:
	  - job_name: node
	    static_configs: [ { targets: [ '127.0.0.1:9100' ] } ]
YAML
hold chroot "$tools/root" prometheus-node-exporter --web.listen-address=127.0.0.1:9100 \
	--collector.disable-defaults --collector.textfile \
	--collector.textfile.directory="$TMPDIR/textfiles"
hold chroot "$tools/root" prometheus --web.listen-address=127.0.0.1:9090 \
	--config.file="$TMPDIR/prometheus.yml" --storage.tsdb.path="$TMPDIR/data"

# Programs in Go take their time to start where there is no KVM.
ok 'Prometheus scrapes node_exporter' wait_for 300 gives 1 up
holds 'queued: all files of the workload' "$((queued - marked[queued]))" -ge 128
scraped 'queued' "$queued" 'sum(dfput_queued_total)'
scraped 'released' "$released" dfput_released_total
scraped 'leftovers' "$leftover" 'sum(dfput_leftover_total)'
scraped 'time on the list: every file' "$released" dfput_queue_wait_seconds_count
is 'each number is as it was written' "$(stored)" "$(written)"
scraped 'no series more, none less' "$series" 'count({__name__=~"dfput_.+"})'

umount "$scratch"
unload
dfput metrics --textfile "$file" 2>/dev/null
is 'without the module: no measurement' $? 4
scraped 'the host is seen, all the same' 0 dfput_up
scraped 'and nothing that was counted before' 1 'absent(dfput_released_total)'
scraped 'the rule takes note' 1 'count(ALERTS{alertname="DfputDown"})'
release
done_testing
