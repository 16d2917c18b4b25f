# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # host sets what is not set here
#
# Images of packages that only some runs need; sourced by `host`. What a package
# needs beyond what the host has is unpacked, not installed, and no script of a
# package runs: the guest mounts it wherever it likes, and takes libraries from it.
#
#   $entry/extra-WHAT.ext4       made when first asked for, of the suite's own
#                                packages; it goes with its host
#   $entry/extra-WHAT            which packages are in it, and their versions
#
# WHAT is a package, or a hash of a list of packages.

# What $1 asks for, on stdout: a package, or those of the file, one a line.
extra_packages() {
	case $1 in
	*/*) sed 's/#.*//; /^$/d' "$1" ;;
	*) echo "$1" ;;
	esac
}

extra_name() {
	case $1 in
	*/*) extra_packages "$1" | sha256sum | cut -c1-16 ;;
	*) echo "$1" ;;
	esac
}

# Downloads what $2 asks for and what host $1 lacks of its needs, and unpacks it into $3.
unpack_extra() (
	mapfile -t packages < <(extra_packages "$2")
	private_apt "$1"
	archives=$cache/apt/$1/extra
	mkdir -p "$archives/partial"
	options=(-o "Dir::State::status=$entry/root/var/lib/dpkg/status" -o "Dir::Cache::archives=$archives/")
	apt-get -q update
	apt-get -qy "${options[@]}" install --download-only \
		--no-install-recommends "${packages[@]}"
	apt-get -s "${options[@]}" install --no-install-recommends "${packages[@]}" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' >"$3.list"
	mkdir "$3"
	while read -r package version; do
		as_root dpkg-deb -x "$archives/${package}_${version/:/%3a}_"*.deb "$3"
	done <"$3.list"
	as_root rm -rf "$3"/usr/share/{doc,man,locale,lintian}
)

make_extra() {
	local kib

	unpack_extra "$1" "$2" "$3"
	kib=$(as_root du -sk --apparent-size "$3" | cut -f1)
	as_root mke2fs -q -F -t ext4 -d "$3" -m 0 -E root_owner=0:0 \
		-O none,dir_index,ext_attr,extent,filetype,large_file,sparse_super \
		"$3.ext4" "$((kib * 5 / 4 + 16384))k"
	as_root rm -rf "$3"
}

# prepare_extra NAME WHAT: sets $extra to its image. The host has been prepared.
prepare_extra() {
	local name new fd made

	name=$(extra_name "$2")
	new=$entry/new-$name
	extra=$entry/extra-$name.ext4
	exec {fd}>"$cache/hosts/$1.lock"
	flock "$fd"
	if [ ! -e "$extra" ]; then
		as_root rm -rf "$new" "$new.ext4"
		say "making an image of $2 for $1"
		# not as the condition of `if`, which would switch off set -e inside
		set +e
		(set -e && make_extra "$1" "$2" "$new") >"$new.log" 2>&1
		made=$?
		set -e
		if [ "$made" -ne 0 ]; then
			show_log "$new.log"
			fail "making an image of $2 for $1 failed" "the whole log: $new.log"
		fi
		mv "$new.list" "$entry/extra-$name"
		mv "$new.ext4" "$extra"
	fi
	exec {fd}>&-
}
