#compdef dfput
# SPDX-License-Identifier: GPL-2.0-only
# zsh completion for dfput(1): the program itself knows what a word may become.

local -a lines candidates shown
local line

lines=("${(@f)$(${(Q)words[1]} --complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
for line in $lines; do
	case $line in
	:program*)
		shift $((${line#:program } + 1)) words
		((CURRENT -= ${line#:program } + 1))
		_normal
		return
		;;
	:files)
		compset -P '--*='
		_files
		;;
	*)
		candidates+=("${line%%$'\t'*}")
		shown+=("${line/$'\t'/ -- }")
		;;
	esac
done
compadd -l -d shown -a candidates
