#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The Debian packages build; lintian has nothing against them; they come out the same
# wherever and whenever they are built. And what `make install` installs, `make
# uninstall` removes.
. "$(dirname "$0")/files.sh"

work=$PWD/build/gates/packages
rm -rf "$work"
mkdir -p "$work/one" "$work/another/place"

# build COPY [VARIABLE=VALUE...]: there
build() {
	env "${@:2}" tests/debs "$1" >"$1.log" 2>&1 && return
	note "$(tail -n 20 "$1.log")"
	return 1
}

# sums DIRECTORY: of the packages in it
sums() {
	(cd "$1" && sha256sum ./*.deb)
}

ok 'the packages build' build "$work/one/dfput"
is 'without warnings' "$(grep 'warning: ' "$work/one/dfput.log")" ''
lintian=$(lintian --allow-root --display-info "$work/one"/*.changes 2>&1)
is 'lintian has no errors and no warnings' "$(grep -v '^[IN]:' <<<"$lintian")" ''
is 'and finds the program hardened' "$(grep hardening <<<"$lintian")" ''
umask 027
ok 'they build in another place, time zone and language, with another umask' build \
	"$work/another/place/copy" TZ=Asia/Tokyo LC_ALL=C.UTF-8 DEB_BUILD_OPTIONS=parallel=1
is 'and are the same, byte for byte' "$(sums "$work/another/place")" "$(sums "$work/one")"

# shellcheck disable=SC2016 # make fills this in
libraries=$(make -s -C userspace -f Makefile -f - <<<'libraries: ; @echo $(LIBRARIES)' libraries)
for library in $libraries; do
	package=$(dpkg -S "$(pkg-config --path "$library")" | cut -d : -f 1)
	like "Build-Depends has $package" "$(<debian/control)" "^ +$package,?$"
done

# what is in a directory, but for directories
files() {
	(cd "$1" && find . ! -type d | sort)
}

# names: of files, of paths on stdin
names() {
	sed '/\/$/d; /\/doc\//d; s/.*\///' | sort
}

root=$work/root
quiet() {
	"$@" >"$work/make.log" 2>&1
}

# from_package TARGET: what the package was built from. Other tests build here meanwhile.
from_package() {
	quiet make -C "$work/one/dfput" "$1" DESTDIR="$root" PREFIX=/opt/tools
}
ok 'make install, to another place' from_package install
is 'everything goes there' "$(files "$root" | grep -v '^\./opt/tools/')" ''
like 'the program too' "$(files "$root")" '^\./opt/tools/bin/dfput$'
ok 'it runs from there' quiet "$root/opt/tools/bin/dfput" --version
is 'the package has the same beside its docs' \
	"$(dpkg-deb --fsys-tarfile "$work/one"/dfput_*.deb | tar -t | names | sed 's/\.gz$//')" \
	"$(files "$root" | names)"
for command in $("$root/opt/tools/bin/dfput" --help | sed -n '/^Without/q; s/^  \([a-z]*\) .*/\1/p'); do
	ok "man dfput-$command" quiet man -M "$root/opt/tools/share/man" "dfput-$command"
done
ok 'make uninstall' from_package uninstall
is 'leaves no file' "$(files "$root")" ''
is 'and no directory of its own' "$(find "$root" -name '*dfput*')" ''
done_testing
