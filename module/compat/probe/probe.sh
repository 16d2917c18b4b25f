#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# probe.sh SYMVERS COMPILER FLAGS...: writes a header to standard output that
# says what the kernel offers whose flags these are.
#
# DFPUT_HAVE_NAME is defined if name.c beside this script compiles, or if the
# kernel exports a function of that name that is listed in `exports`. Why a probe
# failed stands in a comment in its place.
set -eu

here=$(dirname "$0")
symvers=$1
shift

name_of() {
	basename "$1" .c | tr '[:lower:]' '[:upper:]'
}

# A wrong type is a warning only, in some kernels.
compiles() {
	probe=$1
	shift
	"$@" -Werror=implicit-function-declaration -Werror=int-conversion \
		-Werror=incompatible-pointer-types -DMODULE \
		'-DKBUILD_MODNAME="probe"' '-DKBUILD_BASENAME="probe"' \
		-fsyntax-only "$probe"
}

if ! compiles "$here/any.c" "$@"; then
	echo "dfput: not even $here/any.c can be compiled for this kernel: are its headers complete, and is its compiler there?" >&2
	exit 1
fi

echo '/* Made by module/compat/probe/probe.sh: what this kernel offers. */'
for probe in "$here"/*.c; do
	[ "$probe" != "$here/any.c" ] || continue
	if why=$(compiles "$probe" "$@" 2>&1); then
		echo "#define DFPUT_HAVE_$(name_of "$probe") 1"
	else
		echo "/* no $(name_of "$probe"): $(echo "$why" | sed -n 's|[*]/||g; s/.*error: //p' | head -n 1) */"
	fi
done

sed 's/#.*//; /^ *$/d' "$here/exports" | while read -r function; do
	if grep -qsw "$function" "$symvers"; then
		echo "#define DFPUT_HAVE_$(name_of "$function") 1"
	else
		echo "/* no $(name_of "$function"): not exported */"
	fi
done
