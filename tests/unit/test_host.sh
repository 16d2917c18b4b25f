#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `host` makes of an archive that does not answer, and of one that answers
# but does not have what the table of hosts wants. No host is made: each of these
# is found out, or not, before that.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
host=../host/host
export DFPUT_CACHE=$work/cache DFPUT_HOSTS=$work/hosts
# The smallest index there is. It holds no kernel, and need not.
suite=$(grep -v '^#' ../host/hosts | grep -oE '[a-z]+-updates' | tail -n 1)

cat >"$DFPUT_HOSTS" <<END
# name     check suite            extra  kernel           headers            older
moved      yes   $suite           -      linux-image-none linux-headers-none -
ended      -     ${suite%-*}-none -      linux-image-none linux-headers-none -
END

# knows NAME: as if its kernel had been found out, and long ago. What is known is
# of a line of the table, which stands before it.
knows() {
	local known=$DFPUT_CACHE/hosts/$1/kernel

	mkdir -p "$(dirname "$known")/made"
	sed -n "s/^$1  *[^ ]*  */# /p" "$DFPUT_HOSTS" | tr -s ' ' >"$known"
	echo 'linux-image-none (1)' >>"$known"
	touch -d '2 days ago' "$known"
}

# prepare NAME [VARIABLE=VALUE]: makes the host, up to where that ends here: without
# mmdebstrap.
prepare() {
	run env "${@:2}" PATH="$work/path" "$host" prepare "$1"
}

mkdir "$work/path"
for directory in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
	for program in "$directory"/*; do
		[ "${program##*/}" = mmdebstrap ] || ln -s "$program" "$work/path" 2>/dev/null
	done
done

# ---- the table

run "$host" list
is_status 0 "a table of one's own"
has "$out" '^moved +not made yet$' "has its hosts"
has_not "$out" '^bookworm ' "and no other"
DFPUT_HOSTS=$work/none run "$host" list
is_status 2 "a table that is not there"
has "$err" "cannot read the table of hosts, $work/none" "is named"

# ---- an archive that does not answer: nobody is at the end of this proxy

cat >"$work/unreachable" <<'END'
Dir::Etc::main "none";
Dir::Etc::parts "none";
Acquire::http::Proxy "http://127.0.0.1:1";
Acquire::https::Proxy "http://127.0.0.1:1";
Acquire::Retries "0";
END

# main_archive: where Debian's suites come from
main_archive() {
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY) $(ORIGIN)' |
		awk '$2 !~ /-security$/ && $3 == "main" && $4 == "Packages" && $5 == "Debian" { print $1; exit }'
}

archive=$(main_archive)
case $archive in
http*)
	prepare moved APT_CONFIG="$work/unreachable"
	is_status 125 "out of reach, and nothing known: the host fails"
	has "$err" 'cannot find out the kernel of moved: its archive is out of reach' "says why"
	has_not "$err" 'does not offer|has no suite' "and does not say that the archive lacks something"

	knows moved
	prepare moved APT_CONFIG="$work/unreachable"
	has "$err" 'moved is out of reach, going on with the kernel known before: E: ' "out of reach, and known: says so"
	has "$err" 'needed, but not installed: mmdebstrap' "and goes on"
	[ -s "$DFPUT_CACHE/hosts/moved/kernel" ]
	verdict $? "what was known stays"

	sed -i 's/-none/-other/2' "$DFPUT_HOSTS"
	prepare moved APT_CONFIG="$work/unreachable"
	has "$err" 'cannot find out the kernel' "what is known of another line of the table does not count"
	sed -i 's/-other/-none/' "$DFPUT_HOSTS"
	;;
*)
	skip "an archive out of reach" "this machine's apt has no archive of Debian's on the network: ${archive:-none}"
	;;
esac

# ---- an archive that answers

# By other means than those that are tested: apt's own downloader.
run /usr/lib/apt/apt-helper -o APT::Sandbox::User=root \
	download-file "${archive%/}/dists/$suite/Release" "$work/Release"
if [ "$status" = 0 ]; then
	knows moved
	prepare moved
	is_status 125 "a kernel that is not offered: the host fails, though known before"
	has "$err" "host moved: suite $suite does not offer linux-image-none linux-headers-none," "names host, suite and packages"
	has "$err" "change its line in $DFPUT_HOSTS" "says what to do"
	has_not "$err" 'going on|mmdebstrap' "does not go on"
	prepare moved APT_CONFIG="$work/unreachable"
	is_status 125 "nor later, when the archive is out of reach"

	knows ended
	prepare ended
	is_status 125 "a suite that is not there: the host fails, though known before"
	has "$err" "host ended: the archive has no suite ${suite%-*}-none" "names host and suite"
	has "$err" "change its line in $DFPUT_HOSTS" "says what to do"

	knows ended
	run ../check --host ended live
	is_status 1 "tests/check fails"
	has "$out" '^0 passed, 1 failed, 0 skipped$' "and counts a failed test"
	has "$out" "^ended: host: host ended: the archive has no suite" "and shows why"

	run ../check live
	has "$out" '^moved: host: host moved: ' "without a name it takes the hosts of the table"
	has_not "$out" '^ended: ' "but for those that are left out"
else
	skip "an archive that does not have it" "no archive of Debian's can be reached: $(tail -n 1 <<<"$err")"
fi

finish
