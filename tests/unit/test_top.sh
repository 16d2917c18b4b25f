#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# dfput top on a terminal, which is tmux: screens, keys, sizes, and that it leaves the
# terminal as it was, however it ends.
# shellcheck disable=SC2317 # until_true calls functions

# shellcheck source=tap.sh
. "$(dirname "$0")/tap.sh"
DFPUT=$(realpath "$DFPUT")

# ---- without a terminal

copy idle
root=$(tree "$copy")
dfput top --root "$root"
is_status 2 "no terminal"
has "$err" "^dfput: top: not on a terminal; 'dfput stat -i 2' prints rates\$" "what to do instead"
dfput top --input "$copy"
is_status 2 "no saved copy"
dfput top -i 1ns
is_status 2 "no pause"
has "$err" "^dfput: top: --interval is at least 0.1" "the shortest"

# ---- a terminal

on_tmux() {
	LC_ALL=C.UTF-8 tmux -S "$socket" -f /dev/null -u "$@"
}

# new_terminal COMMAND: one that ends takes some time, so each has a socket of its own
new_terminal() {
	[ -z "${socket-}" ] || on_tmux kill-server 2>/dev/null
	socket=$(mktemp -u "$work/tmux.XXXXXX")
	on_tmux new-session -d -x 80 -y 24 "$1"
}

if ! command -v tmux >/dev/null || ! new_terminal cat; then
	skip "dfput top on a terminal" 'no tmux, or it does not start'
	finish
fi

# until_true COMMAND...: for a minute, or longer on a slow machine
until_true() {
	local tries
	for ((tries = 0; tries < 600; tries++)); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

# screen [OPTION...]: what stands on it
screen() {
	on_tmux capture-pane -p "$@"
}

# as if time went on in the copy, atomically
grow() {
	awk '$1 == "measuring_ns" { printf "%s %.0f\n", $1, $2 + 1e12; next }
		$1 == "queued" || $1 == "queued_bh" { $2 += 40 } { print }' "$copy/stats" >"$copy/new"
	mv "$copy/new" "$copy/stats"
}

# looks_like REGEX: a line of the screen, while time goes on
looks_like() {
	grow
	screen | grep -Eq -- "$1"
}

# shows REGEX NAME: sooner or later; if not, what follows would be waited for in vain
shows() {
	local rc
	until_true looks_like "$1"
	rc=$? status='' out=$(screen) err=''
	verdict $rc "$2" "no line of the screen is: $1"
	[ $rc = 0 ] || finish
}

keys() {
	on_tmux send-keys "$@"
}

# start [ASSIGNMENT...] [-- OPTION...]: until its page is there
start() {
	local settings=()
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		settings+=("$1")
		shift
	done
	rm -f "$work/after"
	cat >"$work/script" <<-SCRIPT
		stty -g >$work/before
		env ${settings[*]} sh -c 'echo \$\$ >$work/pid; exec $DFPUT top --root $root ${*:2}'
		echo "status \$?"
		stty -g >$work/new
		mv $work/new $work/after
		cat
	SCRIPT
	new_terminal "LC_ALL=C.UTF-8 sh $work/script"
}

# ends STATUS NAME: and the terminal is as it was
ends() {
	until_true test -e "$work/after"
	verdict $? "$2: it ends"
	shows "^status $1\$" "$2: status"
	is "$(cat "$work/after")" "$(cat "$work/before")" "$2: the terminal is as it was"
	is "$(on_tmux display-message -p '#{alternate_on} #{cursor_flag}')" "0 1" "$2: its first screen is back, and the cursor"
}

# ---- screens and keys

read -ra example < <(sed -n 's/^# dfput top //p' ../../userspace/man/dfput-top.1)
start -- "${example[@]}"
shows '^Trustworthy: yes, nothing was lost\.$' "the top line: trust"
shows '^queued +[0-9]+\.[0-9] +[0-9]+\.[0-9] +[0-9]+  queued_hardirq +0 +0 +12$' "rates and totals"
shows '^Nothing is pending\.$' "an empty table"
shows ', every 1\.000s, by rate  h help  q quit ' "the last line"
keys s
shows ', by total ' "s: another order"
keys s
shows ', worst first ' "s: and another"
keys s
shows ', by rate ' "s: round"
keys ss
shows ', worst first ' "two keys at once"
keys s
keys +
shows ', every 2\.000s, ' "+: slower"
keys -
shows ', every 1\.000s, ' "-: faster"
keys h
shows '^r +begin means anew; the module' "h: help"
keys h
shows '^queued ' "h: and back"
keys p
shows ', paused, every ' "p: pause"
keys r
shows '^queued +[^ ]+ +- +[0-9]+  ' "r: no mean yet"
keys p
shows ', every 1\.000s, ' "p: it goes on"
shows '^queued +[0-9]+\.[0-9] +[0-9]+\.[0-9] ' "with rates"
cp "$fixtures"/busy/* "$copy"
shows '^ *48\.211ms started kthread 0:15 ' "a file on the list"
shows '^lost .* lost_records 5, missed_probes 7$' "losses"

# ---- sizes

on_tmux resize-window -x 132 -y 43
shows '^files on the list now:$' "132x43: titles"
shows '^31 +48\.211ms working exit +4321 my job$' "all tables"
shows ' fput;io_free_file_tables;io_sqe_files_unregister;io_ring_exit_work;' "and longer call paths"
on_tmux resize-window -x 60 -y 15
shows '^COUNTER +NOW/S +TOTAL  COUNTER +NOW/S +TOTAL$' "60x15: less, without means"
shows ', by rate  h help  q quit' "but the last line"
on_tmux resize-window -x 40 -y 10
shows '^needs 60x15, has 40x10$' "too small: it says so"
on_tmux resize-window -x 80 -y 24
shows ' MEAN/S ' "and back"
keys q
ends 0 "q"

# ---- sizes that no terminal has

for size in LINES=100000 COLUMNS=100000; do
	start $size
	shows '^queued ' "$size"
	keys q
	ends 0 "$size"
done
start
shows '^queued ' "65535x65535"
stty rows 65535 cols 65535 <"/proc/$(cat "$work/pid")/fd/0"
keys p
shows ' paused, every ' "65535x65535: it is drawn"
stty rows 24 cols 80 <"/proc/$(cat "$work/pid")/fd/0"
shows '^Trustworthy: .*' "and back"
keys q
ends 0 "65535x65535"

# ---- names

# leftover ID COMM
leftover() {
	printf '%s\t' "$1" exit 7 0 sync - 0 8:1 12 ext4 2 flock 88 0 0 0 - >>"$copy/leftovers"
	printf '%s\t-\n' "$2" >>"$copy/leftovers"
}

leftover 6001 $'gr\xc3\xbcn'
leftover 6002 $'\xe6\x97\xa5\xe6\x9c\xac'
leftover 6003 $'\e[31m'
start
on_tmux resize-window -x 132 -y 43
shows $' 88 gr\xc3\xbcn$' "a name in UTF-8"
shows $' 88 \xe6\x97\xa5\xe6\x9c\xac$' "a wide name"
shows ' 88 \\033\[31m$' "a name with an escape"
keys q
ends 0 "such names"

# ---- colours

# colored: the first line is
colored() {
	screen -e | head -1 | grep -q $'\e\\[[0-9;]*3[0-9]m'
}

start
shows '^Trustworthy: no' "red"
until_true colored
verdict $? "losses are red"
keys q
ends 0 "with colours"
start NO_COLOR=1
shows '^Trustworthy: no' "NO_COLOR"
! colored
verdict $? "NO_COLOR: no colours"
keys q
ends 0 "without colours"

# ---- however it ends

for signal in TERM HUP INT QUIT; do
	start
	shows '^queued ' "SIG$signal"
	kill -$signal "$(cat "$work/pid")"
	ends 0 "SIG$signal"
done
start -- -i 0.1
shows '^queued ' "an error"
mv "$copy/stats" "$work/stats"
until_true test -e "$work/after"
mv "$work/stats" "$copy/stats"
shows '^dfput: cannot open ' "an error: it is told on the first screen"
ends 1 "an error"
for term in dumb nonsense; do
	start TERM=$term
	ends 1 "TERM=$term"
	shows "stat -i 2" "TERM=$term: what to do instead"
done

# ---- a terminal that takes no output

# flow on|off: of the terminal's output
flow() {
	python3 -c 'import os, sys, termios
termios.tcflow(os.open(sys.argv[1], os.O_RDWR | os.O_NOCTTY),
	termios.TCOON if sys.argv[2] == "on" else termios.TCOOFF)' "$terminal" "$1"
}

# is_gone: a zombie has no command line
is_gone() {
	[ -z "$(tr -d '\0' <"/proc/$pid/cmdline")" ]
} 2>/dev/null

start -- -i 0.1
shows '^queued ' "no output"
pid=$(cat "$work/pid") terminal=$(on_tmux display-message -p '#{pane_tty}')
flow off
grow
kill -TERM "$pid"
until_true is_gone
verdict $? "no output: it ends"
flow on
until_true test -e "$work/after"
is "$(cat "$work/after")" "$(cat "$work/before")" "no output: the terminal's modes are as they were"

start
shows '^queued ' "no terminal any more"
pid=$(cat "$work/pid")
on_tmux kill-server
until_true is_gone
verdict $? "no terminal any more: it ends"

# ---- stopped, and continued

rm -f "$work/pid"
new_terminal "PS1='shell:' LC_ALL=C.UTF-8 bash --norc --noprofile -i"
shows '^shell:' "a shell"
keys "sh -c 'echo \$\$ >$work/pid; exec $DFPUT top --root $root'" Enter
shows '^queued ' "from a shell"
keys C-z
shows 'Stopped' "stopped by a key"
keys "stty -a | tr ' ;' '\n\n' | grep -xE 'echo|icanon' | paste -sd +" Enter
shows '^icanon.echo$|^echo.icanon$' "the shell has its terminal"
keys "clear; fg" Enter
shows '^queued ' "continued"
keys s
shows ', by total ' "keys are its own"
kill -STOP "$(cat "$work/pid")"
shows 'Stopped' "stopped without notice"
keys "clear; fg" Enter
shows '^Trustworthy: ' "continued: all is drawn anew"
keys s
shows ', worst first ' "keys are its own again"
keys q
shows '^shell:$' "and the shell has its terminal back"
on_tmux kill-server
finish
