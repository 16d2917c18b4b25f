# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# bash completion for dfput(1): the program itself knows what a word may become.

_dfput()
{
	local words=() at=() glue='' typed=${COMP_WORDS[COMP_CWORD]} word i lines

	# bash splits at = and :, and leaves quotes and backslashes.
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]//[\\\'\"]/}
		if [[ $glue || ($word == [=:] && $i -gt 1) ]]; then
			words[-1]+=$word
		else
			words+=("$word")
			at+=("$i")
		fi
		glue=${word/#[!=:]*/}
	done
	# What bash replaces is behind the last of these.
	typed=${typed/#[=:]/}
	word=${words[-1]%"${typed//[\\\'\"]/}"}
	COMPREPLY=()
	mapfile -t lines < <("${COMP_WORDS[0]}" --complete "${words[@]}" 2>/dev/null)
	for i in "${lines[@]%%$'\t'*}"; do
		case $i in
		:program*)
			if declare -F _command_offset >/dev/null; then
				_command_offset "${at[${i#:program }]:-$COMP_CWORD}"
			else
				mapfile -t COMPREPLY < <(compgen -c -- "$typed")
			fi
			;;
		:files)
			compopt -o filenames 2>/dev/null
			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -f -- "$typed")
			;;
		*) COMPREPLY+=("${i#"$word"}") ;;
		esac
	done
}

complete -F _dfput dfput
