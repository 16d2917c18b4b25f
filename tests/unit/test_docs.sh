#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# That program, manual and completion know the same commands and options, and
# the manual the same version as the program.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
pages=../../userspace/man
# shellcheck source=../../userspace/dfput.bash
. ../../userspace/dfput.bash

# same WHAT ONE OTHER
same() {
	[ -n "$2" ] && [ "$2" = "$3" ]
	verdict $? "$1" "$(diff <(echo "$2") <(echo "$3"))"
}

words() {
	tr -s ' ' '\n' | sed '/^$/d' | LC_ALL=C sort -u
}

help_commands() {
	"$DFPUT" --help | sed -n 's/^  \([a-z]\{2,\}\) .*/\1/p' | words
}

# help_options COMMAND [WHOSE]: only those of the tables, or all but those
help_options() {
	"$DFPUT" "$1" --help | awk -v of="${2:-}" '
		/^[A-Z]/ { tables = /^Options of tables/ }
		tables == (of == "tables") && !/^ +--(input|json|root|rules) /' |
		sed -n 's/^  *\(-[-a-zA-Z, ]*\).*/\1/p' |
		grep -oE -- '(^| )--?[a-zA-Z-]+' | words
}

# page_of COMMAND: as its help names it
page_of() {
	"$DFPUT" "$1" --help | sed -n "s,^Manual: \(.*\)(\(.\))\.$,$pages/\1.\2,p"
}

# man_options COMMAND: its own, and those of all commands
man_options() {
	awk -v command="$1" '
		/^\.Sh/ { section = $2; all = 1 }
		section == "COMMANDS" && /^\.It Cm/ { all = $3 == command }
		FILENAME ~ /tables/ && section == "OPTIONS" { next }
		FILENAME ~ /\/dfput\.1/ && section != "OPTIONS" { next }
		all && /^\.It Fl/ { print }' "$(page_of "$1")" "$pages/dfput.1" | flags
}

# flags: the options of lines .It Fl, but for those that dfput(1) has for many commands
flags() {
	awk '{ for (i = 3; i <= NF && $i != "Ar"; i++) if ($i != ",") print "-" $i }' |
		grep -vxE -e '--(input|json|root|rules)' | words
}

# completed WORD...: what completes the last one
completed() {
	COMP_WORDS=("$DFPUT" "$@")
	COMP_CWORD=$#
	COMPREPLY=()
	_dfput
	printf '%s\n' "${COMPREPLY[@]}" | words
}

status=0 out='' err=''
same "commands of help and manual, and what they are for" \
	"$("$DFPUT" --help | sed -n '/^Without/q; s/^  \([a-z]\{2,\}\)  *\(.*\)/\1 \2/p')" \
	"$(sed -n '/^\.Sh COMMANDS/,/^\.Sh OPTIONS/{ /^\.It Cm/{ N; s/^\.It Cm \(.*\)\n/\1 /p; } }' "$pages/dfput.1")"
same "commands of help and completion" "$(help_commands)" "$(completed '')"
for command in $(help_commands); do
	same "$command: options of help and manual" "$(help_options "$command")" "$(man_options "$command")"
	same "$command: options of help and completion" \
		"$({ help_options "$command"; help_options "$command" tables; } | words)" \
		"$(completed "$command" - | grep -vxE -e '--(input|json|root|rules)')"
done
same "options of tables" "$(for command in $(help_commands); do
	help_options "$command" tables
done | words)" "$(sed -n '/^\.Sh OPTIONS/,$s/^\.It Fl/&/p' "$pages/dfput-tables.1" | flags)"

same "a command that has a program" "run" "$(completed run)"
same "columns keep what is typed before them" "--columns=pid,cause" "$(completed pending --columns=pid,cau)"
mounts=$(awk '{ print $5 }' /proc/self/mountinfo | grep -v '[\\,]')
same "mounts" "$(words <<<"$mounts")" "$(completed wait --mount / | grep -v '[\\,]')"
same "behind a =, which bash splits at" "$(words <<<"$mounts")" "$(completed wait --mount = / | grep -v '[\\,]')"
same "and before anything is typed" "$(words <<<"$mounts")" "$(completed wait --mount = | grep -v '[\\,]')"
same "a device" "$(find /sys/class/block -mindepth 1 -printf '/dev/%f\n' | words)" "$(completed wait --super /dev/)"
same "a file behind --input=" "$work" "$(completed pending --input = "$work")"
same "colours" "always auto never" "$(completed pending --color '' | tr '\n' ' ' | sed 's/ $//')"

# zsh itself, on a terminal: what it makes of lines in which TAB is pressed
# shellcheck disable=SC2317 # by run
zsh_types() {
	mkdir -p "$work/zsh"
	cp ../../userspace/dfput.zsh "$work/zsh/_dfput"
	ln -sf "$(realpath "$DFPUT")" "$work/zsh/dfput"
	timeout 300 zsh -f -s "$work/zsh" "$@" <<-'ZSH'
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "PS1= PS2= TERM=dumb; fpath=($1 \$fpath); PATH=$1:\$PATH; setopt nolistbeep"
		zpty -w z "autoload -U compinit; compinit -u -D; print READ''Y"
		zpty -r z out '*READY*'
		shift
		for line; do
			zpty -w -n z "$line"
			zpty -w z " ; print DON''E"
			zpty -r z out '*DONE*'
			print -r -- "$out"
		done
	ZSH
}

if command -v zsh >/dev/null; then
	run zsh_types $'dfput pendi\t--help' $'dfput pending -o pid,cau\t'"--input=$fixtures/busy" \
		$'dfput pending --sort -inod\t'"--limit 1 --input=$fixtures/bus"$'\t' \
		$'dfput pending --mount=/pro\t'"--input $fixtures/busy" $'dfput run mkdi\tx'
	has "$out" '^Usage: dfput pending' "zsh: a command"
	has "$out" '^ *PID CAUSE' "zsh: one more column"
	has "$out" 'exited .* 18446744073709551615 ' "zsh: a column to sort by, and a directory behind ="
	has "$out" '^dfput: --mount: /proc: this copy' "zsh: a mount behind ="
	has "$out" 'dfput run mkdir' "zsh: a program"
else
	skip "zsh" 'no zsh'
fi

names=$("$DFPUT" hist --json --input "$fixtures/idle" | sed -n 's/.*"name":"\([^"]*\)".*/\1/p' | words)
same "names of histograms are completed" "$names" "$(completed hist '')"
same "by their beginning" "batch_size" "$(completed hist batch_s)"
same "behind options too" "pending" "$(completed --json --input dir pend)"
same "and behind one with =" "pending" "$(completed --json --input = dir pend)"
same "a column" "cause" "$(completed pending -o cau)"
same "one more column" "pid,cause" "$(completed pending --columns pid,cau)"
same "a column to sort by" "cause" "$(completed pending --sort cau)"
same "a pid" "$$" "$(completed leftovers --pid $$)"
run "$DFPUT" hist --help
for name in $names; do
	has "$out" "^  $name\$" "the help knows $name"
done
has_not "$out" '.{81}' "in 80 columns"

version=$(sed -n 's/#define DFPUT_VERSION "\(.*\)"/\1/p' ../../include/dfput/version.h)
same "version of header and manual" "dfput $version" "$(sed -n 's/^\.Os "\(.*\)"/\1/p' "$pages/dfput.1")"
for command in $(help_commands); do
	[ -e "$fixtures/idle/$command" ] || continue
	run "$DFPUT" "$command" --help
	has "$out" '^Columns; ' "$command: its help has its columns"
	has_not "$out" '.{81}' "$command: and 80 columns"
done

for page in "$pages"/*.1 "$(dirname "$DFPUT")/dfput.5"; do
	name=$(basename "$page")
	if command -v man >/dev/null; then
		run man --warnings -E UTF-8 -l -Tutf8 -Z "$page"
		[ "$status" = 0 ] && [ -z "$err" ]
		verdict $? "$name has no errors"
	fi
	if command -v mandoc >/dev/null; then
		run mandoc -T lint -W warning "$page"
		[ "$status" = 0 ] && [ -z "$out" ]
		verdict $? "$name: mandoc has none either"
	fi
	grep -A 9 '^\.Sh EXAMPLES' "$page" | grep -q '^[#$] '
	verdict $? "$name has an example"
done

# Those that need no module; tests/live/71-manual.t has the others.
mkdir "$work/examples"
ln -s "$(realpath "$DFPUT")" "$work/examples/dfput"
examples=$(realpath ../examples)
manual=$(realpath "$pages")
run "$DFPUT" record -t 0 "$work/examples/bug.tar" --root "$(tree "$fixtures/busy")"
is_status 0 "an archive for the examples"
cd "$work/examples" || exit 1
run env PATH="$work/examples:$PATH" "$examples" '$' "$manual"/*.1
is_status 0 "the examples do what the manual says"
has "$out" '^ok 4' "which are some"
finish
