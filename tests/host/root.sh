# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # host sets what is not set here
#
# Makes the root of a test host, and keeps it in the cache; sourced by `host`.
#
#   $cache/hosts/NAME/kernel     what was asked for, and which kernel the suite
#                                had for it when last asked
#   $cache/hosts/NAME/KEY/       a whole host: root/ root.ext4 vmlinuz initrd kver
#   $cache/hosts/NAME/new.*/     one in the making; whoever finds it removes it
#   $cache/apt/NAME/             apt's view of the suite, and what it downloaded
#
# KEY is a hash of all that shapes the host, the kernel's version included, so
# a host is never changed, only replaced. Nothing is trusted before it has been
# renamed to its key.

# Debian's own archives, as this machine's apt knows them: "URI release" lines.
debian_archives() {
	# Before the first update apt does not know who an archive's origin is.
	# shellcheck disable=SC2016 # apt fills these in
	apt-get indextargets --format \
		'$(REPO_URI) $(RELEASE) $(COMPONENT) $(CREATED_BY) $(ORIGIN)' |
		awk '$3 == "main" && $4 == "Packages" && $5 == "Debian" &&
			$1 !~ /^cdrom:/ { print $1, $2 }' | sort -u
}

# The sources.list of host $1, on stdout.
sources() {
	local name=$1 archives suite uri
	local keys=/usr/share/keyrings/debian-archive-keyring.gpg

	archives=$(debian_archives)
	[ -n "$archives" ] || fail "apt on this machine knows no archive of Debian's" \
		"see that its sources name one, then run: apt-get update (as root)"
	[ -r "$keys" ] || fail "cannot read $keys" "apt-get install debian-archive-keyring"
	for suite in "${suite_of[$name]}" ${extra_of[$name]//,/ }; do
		uri=$(awk -v want="${suite##*-security}" \
			'(want == "") == ($2 ~ /-security$/) { print $1; exit }' <<<"$archives")
		if [ -n "$uri" ]; then
			echo "deb [signed-by=$keys] $uri $suite main"
		else
			say "apt on this machine knows no archive for $suite: going on without it"
		fi
	done
}

# How this machine's apt reaches the network, on stdout, as apt.conf.
apt_network() {
	apt-config dump | grep -E \
		'^Acquire::(Check-|Retries|Force|.*::(Proxy|Timeout|Verify|CaInfo))' || true
}

# Sets up an apt for host $1 that neither reads nor writes this machine's own.
private_apt() {
	local dir=$cache/apt/$1

	mkdir -p "$dir"/{etc/apt/{apt.conf.d,preferences.d,sources.list.d,trusted.gpg.d},var/lib/{dpkg,apt/lists/partial},var/cache/apt/archives/partial}
	: >"$dir/var/lib/dpkg/status"
	apt_network >"$dir/network.conf"
	{
		cat "$dir/network.conf"
		printf '%s "%s";\n' Dir "$dir/" APT::Architecture "$arch" \
			APT::Architectures "$arch" APT::Sandbox::User root \
			APT::Install-Recommends false Acquire::Languages none
	} >"$dir/apt.conf"
	sources "$1" >"$dir/etc/apt/sources.list"
	export APT_CONFIG=$dir/apt.conf
}

# The packages of host $1 that its suite has, on stdout.
guest_packages() {
	local package

	printf '%s\n' "${kernel_of[$1]}" "${headers_of[$1]}"
	sed -n 's/^older \([^ ]*\) .*/\1/p' "$cache/hosts/$1/kernel"
	while read -r package; do
		if [[ $package != \?* ]] || apt-cache show "${package#\?}" >/dev/null 2>&1; then
			echo "${package#\?}"
		fi
	done < <(grep -v '^#' "$here/guest-packages" | grep .)
}

# The suites that apt's log $1 says are not in an archive that did answer. An index
# that is missing is not such a thing: a mirror has that while it is updated.
missing_suites() {
	awk '/^Err:[0-9]+ [^ ]+ [^ ]+ Release$/ { suite = $3; next }
		suite && /^ +((404|410) |File not found)/ { print suite }
		{ suite = "" }' "$1" | sort -u | paste -sd' '
}

# not_offered NAME WHAT: the archive was asked, and does not have what the table
# wants. What was known before is forgotten: to go on with a kernel that nobody
# can install any more would hide that it is gone.
not_offered() {
	rm -f "$cache/hosts/$1/kernel"
	fail "host $1: $2" "change its line in $hosts to what the archive offers, or remove it"
}

# The packages of kernels, as "NAME (VERSION)" lines, that come with the packages
# after $1, a host.
kernel_packages() {
	local name=$1 simulated=$cache/hosts/$1/simulated package culprits=()

	shift
	if apt-get -s install "$@" >"$simulated" 2>>"$log"; then
		sed -n 's/^Inst \(linux-[ih][^ ]* ([^ ]*\) .*/\1)/p' "$simulated" | sort
		rm "$simulated"
		return
	fi
	rm "$simulated"
	for package; do
		apt-get -s install "$package" >/dev/null 2>&1 || culprits+=("$package")
	done
	# each by itself would do: they do not go together
	[ ${#culprits[@]} -gt 0 ] || culprits=("$@")
	show_log "$log"
	not_offered "$name" "suite ${suite_of[$name]}${extra_of[$name]:+ with ${extra_of[$name]}} does not offer ${culprits[*]}, or not so that it can be installed"
}

# Asks the suite of host $1 which kernel is current, at most once a day unless
# $2 is "now". An archive out of reach is no reason not to use what is there; one
# that says that there is no such kernel is.
resolve_kernel() (
	known=$cache/hosts/$1/kernel
	log=$cache/apt/$1/log
	asked="# ${suite_of[$1]} ${extra_of[$1]:--} ${kernel_of[$1]} ${headers_of[$1]} ${older_of[$1]:--}"
	# apt's words are read below
	export LC_ALL=C

	# what was found out for another line of the table is no answer for this one
	is_known=
	[ "$(head -n 1 "$known" 2>/dev/null)" != "$asked" ] || is_known=1
	if [ "$is_known" ] && [ "${2:-}" != now ] && [ -n "$(find "$known" -mmin -1440)" ]; then
		return 0
	fi
	say "asking the archive for the current kernel of $1"
	private_apt "$1"
	# by itself apt calls it a success to have reached nothing at all
	if ! apt-get -q update --error-on=any >"$log" 2>&1; then
		gone=$(missing_suites "$log")
		[ -z "$gone" ] || not_offered "$1" "the archive has no suite $gone"
		if [ "$is_known" ]; then
			say "the archive of $1 is out of reach, going on with the kernel known before: $(grep -m 1 '^E:' "$log")"
			return 0
		fi
		show_log "$log"
		fail "cannot find out the kernel of $1: its archive is out of reach" "is the network up?"
	fi
	current=$(kernel_packages "$1" "${kernel_of[$1]}" "${headers_of[$1]}")
	older=
	if [ "${older_of[$1]}" ]; then
		older=$(kernel_packages "$1" "${older_of[$1]}" | sed -n "s/^linux-headers-[0-9][^ ]*-$arch /older &/p")
		if [ -z "$older" ] || grep -qxF "${older#older }" <<<"$current"; then
			not_offered "$1" "${older_of[$1]} brings the headers of no other kernel"
		fi
	fi
	printf '%s\n' "$asked" "$current" ${older:+"$older"} >"$known.new"
	mv "$known.new" "$known"
)

host_key() {
	{
		cat "$cache/hosts/$1/kernel" "$here/guest-packages" "$here"/{root,initramfs}.sh
		echo "$arch"
	} | sha256sum | cut -c1-16
}

# Downloads the packages of host $1 first, with an apt that goes on where an
# earlier one was stopped, and so that all of them are there when unpacking begins.
download() (
	private_apt "$1"
	apt-get -q update
	guest_packages "$1" >"$cache/apt/$1/packages"
	apt-get -q autoclean
	mapfile -t packages <"$cache/apt/$1/packages"
	apt-get -qy install --download-only --no-install-recommends \
		'?essential' apt "${packages[@]}"
)

# Unpacks host $1 into directory $2. It goes through tar, so that who is not root
# owns what root owns in it, and can do with it as root does.
unpack() {
	local apt=$cache/apt/$1 excluded tmp=${TMPDIR:-/tmp}
	local options=(
		--mode="$([ "$EUID" -eq 0 ] && echo root || echo unshare)"
		--variant=apt --format=tar --architectures="$arch"
		--include="$(paste -sd, "$apt/packages")"
		--aptopt='APT::Install-Recommends "false"' --aptopt="$apt/network.conf"
		--dpkgopt=force-unsafe-io
		# what was downloaded need not be downloaded again
		--skip=essential/unlink
		--setup-hook="mkdir -p \"\$1/var/cache/apt/archives\""
		--setup-hook="sync-in '$apt/var/cache/apt/archives' /var/cache/apt/archives"
	)
	# What a virtual machine without network, screen or reader does not miss.
	for excluded in usr/share/{doc,info,lintian,locale,man} \
		'*lib/modules/*/drivers/'{gpu,infiniband,media,net/ethernet,net/wireless,staging} \
		'*lib/modules/*/sound'; do
		options+=(--dpkgopt="path-exclude=/${excluded#/}/*")
	done

	# Who can should have it all in the cache, where leftovers are found. For others
	# mmdebstrap works as a user that may not see into their homes.
	if [ "$EUID" -eq 0 ]; then
		tmp=$2.tmp
		mkdir "$tmp"
	fi
	# The host has an initramfs of its own: no other need be made.
	INITRD=No TMPDIR=$tmp mmdebstrap "${options[@]}" "${suite_of[$1]}" - - <"$apt/etc/apt/sources.list" |
		as_root tar -x -C "$2" --numeric-owner --exclude='./dev/*'
	[ "$tmp" != "$2.tmp" ] || rmdir "$tmp"
	# where the guest finds the sources, and no trace of this machine
	as_root sh -c "mkdir -p '$2/dfput'; echo dfput-$1 >'$2/etc/hostname'; : >'$2/etc/resolv.conf'"
}

# The root as an image. Its features are named, because those that mke2fs takes
# by itself are too new for the older kernels; a journal would only cost time.
make_image() {
	local root=$1 image=$2 kib

	kib=$(as_root du -sk --apparent-size "$root" | cut -f1)
	as_root mke2fs -q -F -t ext4 -L dfput -d "$root" -m 0 -E root_owner=0:0 \
		-O none,dir_index,ext_attr,extent,filetype,large_file,sparse_super \
		"$image" "$((kib * 5 / 4 + 524288))k"
}

# All steps to make host $1 in directory $2; what they print is for a log.
make_host() {
	local kver

	say "... downloading"
	download "$1"
	say "... unpacking"
	mkdir "$2/root"
	unpack "$1" "$2/root"
	# not what is in /boot: the headers of an older kernel bring it along in some suites
	kver=$(sed -n 's/^linux-image-\([0-9][^ ]*\) .*/\1/p' "$cache/hosts/$1/kernel")
	# a link, and an absolute one in most suites: not to be followed from here
	[ -L "$2/root/lib/modules/$kver/build" ] || fail "kernel '$kver' has no headers"
	echo "$kver" >"$2/kver"
	as_root cat "$2/root/boot/vmlinuz-$kver" >"$2/vmlinuz"
	say "... making its initramfs and image"
	make_initramfs "$2/root" "$kver" "$2/initrd"
	make_image "$2/root" "$2/root.ext4"
}

# Removes what is not host $1's key $2, unless someone is still using it.
remove_others() {
	local entry

	rm -f "$cache/hosts/$1"/new.*.log
	for entry in "$cache/hosts/$1"/*/; do
		entry=${entry%/}
		if [ -d "$entry" ] && [ "${entry##*/}" != "$2" ] && flock -n "$entry" true; then
			as_root rm -rf "$entry"
		fi
	done
}

# Makes host $1 if the cache has none like it, and sets $entry to its directory,
# which stays locked, shared, until this process ends.
prepare() {
	local name=$1 key new made fd

	mkdir -p "$cache/hosts/$name"
	exec {fd}>"$cache/hosts/$name.lock"
	if ! flock -w 1 "$fd"; then
		say "waiting for another run, which makes host $name"
		flock "$fd"
	fi
	resolve_kernel "$name" "${2:-}"
	key=$(host_key "$name")
	entry=$cache/hosts/$name/$key
	if [ ! -d "$entry" ]; then
		need apt-get apt-get mmdebstrap mmdebstrap mke2fs e2fsprogs busybox busybox-static \
			cpio cpio modprobe kmod xz xz-utils zstd zstd
		remove_others "$name" "$key"
		new=$(mktemp -d "$cache/hosts/$name/new.XXXXXX")
		chmod 755 "$new"
		say "making host $name: download, unpack and image take 1 to 5 minutes"
		# not as the condition of `if`, which would switch off set -e inside
		set +e
		(set -e && make_host "$name" "$new") >"$new.log" 2>&1
		made=$?
		set -e
		if [ "$made" -ne 0 ]; then
			show_log "$new.log"
			as_root rm -rf "$new"
			fail "making host $name failed" "the whole log: $new.log"
		fi
		mv "$new.log" "$new/log"
		mv -T "$new" "$entry"
		say "made host $name, kernel $(cat "$entry/kver")"
	fi
	exec {use}<"$entry"
	flock -s "$use"
	exec {fd}>&-
}
