# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# bash completion for dfput(8)

_dfput_options()
{
	case $1 in
	stat | '') echo --interval --count -i -c ;;
	pending) echo --wait --timeout --rules ;;
	leftovers) echo --rules ;;
	origins) echo --folded --rules ;;
	wait) echo --mount --super --pid --all --timeout ;;
	umount) echo --timeout ;;
	run) echo --max-late --report -o --rules ;;
	why | doctor) echo --root ;;
	esac
	echo --json --input --help --version -h -V
}

# The first word that is neither an option nor the argument of one, and where.
_dfput_command()
{
	local i

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		--input | --interval | --count | -i | -c) i=$((i + 1)) ;;
		-*) ;;
		*)
			echo "$i ${COMP_WORDS[i]}"
			return
			;;
		esac
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
		--max-late | --report | -o | --rules | --input) i=$((i + 1)) ;;
		-*) ;;
		*)
			echo "$i"
			return
			;;
		esac
	done
}

_dfput()
{
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local commands='stat hist pending leftovers origins superblocks umounts held rings hooks flush why wait umount run doctor'
	local names='queue_wait release_time batch_size batch_time lateness super_death mount_wait'
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
	case $previous in
	--input | --root | --mount)
		mapfile -t COMPREPLY < <(compgen -d -- "$current")
		return
		;;
	--report | -o | --rules | --super)
		mapfile -t COMPREPLY < <(compgen -f -- "$current")
		return
		;;
	--interval | --count | -i | -c | --timeout | --max-late | --pid)
		return
		;;
	esac
	words=$(_dfput_options "$command")
	[[ $current == -* ]] || words=
	case $command in
	'') words+=" $commands" ;;
	hist) words+=" $names" ;;
	why) compopt -o default 2>/dev/null ;;
	run) mapfile -t COMPREPLY < <(compgen -c -- "$current") ;;
	esac
	[ "$command" = run ] && [[ $current != -* ]] && return
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _dfput dfput
