#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# That program, manual and completion know the same commands and options, and
# the manual the same version as the program.

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
manual=../../userspace/dfput.8
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
		tables == (of == "tables") && !/^ +--(input|root) /' |
		sed -n 's/^  *\(-[-a-zA-Z, ]*\).*/\1/p' |
		grep -oE -- '(^| )--?[a-zA-Z-]+' | words
}

man_commands() {
	sed -n '/^\.Sh COMMANDS/,/^\.Sh OPTIONS/s/^\.It Cm \([a-z]*\).*/\1/p' "$manual" | words
}

# man_options COMMAND [SECTION]: its own, and those of a section, or of all commands
man_options() {
	awk -v command="$1" -v all="${2:-OPTIONS}" '
		/^\.Sh/ { section = $2; own = 0 }
		section == "COMMANDS" && /^\.It Cm/ { own = $3 == command }
		/^\.It Fl/ && (section == all || own) {
			for (i = 3; i <= NF && $i != "Ar"; i++)
				if ($i != ",") print "-" $i
		}' "$manual" | words
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
same "commands of help and manual" "$(help_commands)" "$(man_commands)"
same "commands of help and completion" "$(help_commands)" "$(completed '')"
for command in $(help_commands); do
	same "$command: options of help and manual" "$(help_options "$command")" "$(man_options "$command")"
	same "$command: options of help and completion" \
		"$({ help_options "$command"; help_options "$command" tables; } | words)" \
		"$(completed "$command" - | grep -vxE -e '--(input|root)')"
done
same "options of tables" "$(for command in $(help_commands); do
	help_options "$command" tables
done | words)" "$(man_options none TABLES | grep -v -e --help)"

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
same "version of header and manual" "dfput $version" "$(sed -n 's/^\.Os "\(.*\)"/\1/p' "$manual")"
losses=$(sed -n 's/^	X(\([a-z_]*\), loss, .*/\1/p' ../../include/dfput/counters.h)
for name in $losses; do
	grep -Eq "^\.Va .*\b$name\b" "$manual"
	verdict $? "the manual names the loss $name"
done
# vocabulary LIST: its words, but for those of one character
vocabulary() {
	sed -n "/define $1(X)/,/^\$/s/^	X([A-Za-z_]*, \"\([^\"]*..\)\".*/\1/p" ../../include/dfput/words.h
}

for list in DFPUT_CAUSES DFPUT_ROUTES DFPUT_BLOCKS DFPUT_RING_STATES DFPUT_SUPER_STATES DFPUT_WHYS \
	DFPUT_METHODS; do
	unknown=
	for word in $(vocabulary $list); do
		tr -d '\\&' <"$manual" | grep -Eq "^\.[A-Z].*[ ]${word/\?/[?]}( |$)" || unknown+=" $word"
	done
	[ -n "$(vocabulary $list)" ] && [ -z "$unknown" ]
	verdict $? "the manual has each word of $list" "unknown:$unknown"
done
for command in $(help_commands); do
	[ -e "$fixtures/idle/$command" ] || continue
	run "$DFPUT" "$command" --help
	has "$out" '^Columns; ' "$command: its help has its columns"
	has_not "$out" '.{81}' "$command: and 80 columns"
done
if command -v man >/dev/null; then
	run man --warnings -E UTF-8 -l -Tutf8 -Z "$manual"
	[ "$status" = 0 ] && [ -z "$err" ]
	verdict $? "the manual has no errors"
fi
finish
