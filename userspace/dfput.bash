# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# bash completion for dfput(8). What there is, it asks the program's help.

# _dfput_help PROGRAM [COMMAND]: its commands or names, then its options
_dfput_help()
{
	"$@" --help 2>/dev/null | awk '
		/^[A-Z]/ { columns = /^Columns/ }
		/^  [a-z]/ && !columns { print $1 }
		/^ +-/ {
			for (i = 1; i <= NF && $i ~ /^-/; i++) {
				sub(",", "", $i)
				print $i
			}
		}'
}

# _dfput_columns PROGRAM COMMAND: of its table
_dfput_columns()
{
	"$@" --help 2>/dev/null | awk '
		/^[A-Z]/ { columns = /^Columns/; next }
		columns && NF { print $1 == "+" ? $2 : $1 }'
}

# The first word that is neither an option nor the argument of one, and where.
_dfput_command()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--input | --color | --interval | --count | -i | -c) i=$((i + 1)) ;;
		-*) ;;
		*)
			echo "$i ${COMP_WORDS[i]}"
			return
			;;
		esac
		[ "${COMP_WORDS[i]}" != = ] || i=$((i + 1))
	done
}

# The index of the program that is run, if it is already there.
_dfput_program()
{
	local i

	for ((i = $1 + 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--)
			echo $((i + 1))
			return
			;;
		--max-late | --report | -o | --rules | --input | --color | \
			--log-fd | --verdict-fd | --repeat | -r) i=$((i + 1)) ;;
		-*) ;;
		*)
			echo "$i"
			return
			;;
		esac
		[ "${COMP_WORDS[i]}" != = ] || i=$((i + 1))
	done
}

_dfput()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local at command program words

	COMPREPLY=()
	read -r at command < <(_dfput_command)
	if [ "$command" = run ]; then
		program=$(_dfput_program "$at")
		if [ -n "$program" ] && declare -F _command_offset >/dev/null; then
			_command_offset "$program"
			return
		fi
	fi
	[ "$previous" != = ] || previous=${COMP_WORDS[COMP_CWORD - 2]}
	[ "$current" != = ] || current=
	at=
	case $command,$previous in
	run,-o) words= ;;
	*,-o | *,--columns | *,--sort)
		at=${current%"${current##*,}"}
		words="all $(_dfput_columns "${COMP_WORDS[0]}" "$command")"
		;;
	*,--mount) words=$(findmnt -rno TARGET 2>/dev/null) ;;
	*,--super) words=$(lsblk -rnpo NAME 2>/dev/null) ;;
	*,--pid) words=$(cd /proc && echo [0-9]*) ;;
	*) words= ;;
	esac
	if [ "$words" ]; then
		mapfile -t COMPREPLY < <(compgen -P "$at" -W "$words" -- "${current#"$at"}")
		return
	fi
	case $previous in
	--input | --root)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--report | -o | --rules)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--color)
		mapfile -t COMPREPLY < <(compgen -W 'always never auto' -- "$current")
		return
		;;
	--interval | --count | -i | -c | --timeout | --max-late | --comm | --since | --limit | \
		--log-fd | --verdict-fd | --repeat | -r)
		return
		;;
	esac
	words=$(_dfput_help "${COMP_WORDS[0]}" ${command:+"$command"})
	case $command,$current in
	*,-*) ;;
	why,* | umount,*) compopt -o default 2>/dev/null ;;
	run,*)
		mapfile -t COMPREPLY < <(compgen -c -- "$current")
		return
		;;
	esac
	[[ $current == -* ]] || words=$(grep -v '^-' <<<"$words")
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _dfput dfput
