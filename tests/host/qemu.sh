# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # host sets what is not set here
#
# Boots a guest and judges how it went; sourced by `host`.
#
# `host` and the guest's init talk through files in one directory, shared over
# 9p, which afterwards is the log of that run:
#
#   init, mode, words, timeout   from us: the init, run or shell, the command
#   terminal                     of a shell: type, rows and columns
#   started                      init runs: from here on failures are the guest's
#   status, dmesg                the command's exit status, the kernel's log
#   console                      what the guest's serial line said

keep_logs=20
# A boot takes 15 s without KVM; a loaded machine may need many times that.
boot_limit=300
# from the command's end (or its timeout, which the guest sees to) to power off
end_limit=60

# A boot sector that leaves QEMU with status 33: for finding out if KVM works.
# Its processor must also say that it can do this: some virtual machines have a
# /dev/kvm that emulates, slower than QEMU does.
kvm_works() {
	local sector=$1/sector

	[ -w /dev/kvm ] && grep -qwE 'vmx|svm' /proc/cpuinfo || return 1
	{
		# mov $16,%al; out %al,$0xf4; hlt; jmp .-1
		printf '\xb0\x10\xe6\xf4\xf4\xeb\xfd'
		head -c 503 /dev/zero
		printf '\x55\xaa'
	} >"$sector"
	timeout 10 qemu-system-x86_64 -accel kvm -cpu host -m 16 -nodefaults -display none \
		-device isa-debug-exit,iobase=0xf4,iosize=1 \
		-drive "file=$sector,format=raw,if=ide" >/dev/null 2>&1 </dev/null
	[ $? -eq 33 ]
}

# Up to 8.0, when one processor translates an instruction while another replaces
# it, the old one may stay for good: a guest that hooks functions under load
# then hangs at one of them. One thread for all processors does not do that.
tcg_threads() {
	local version

	version=$(qemu-system-x86_64 --version | sed -n 's/.* version \([0-9.]*\).*/\1/p')
	if [ "$(printf '%s\n' 8.1 "$version" | sort -V | head -n 1)" = 8.1 ]; then
		echo multi
	else
		echo single
	fi
}

# Fills `machine` with QEMU's options for host $1, talk directory $2, scratch
# directory $3 and mode $4.
describe_machine() {
	local log=$2 scratch=$3 accel=${DFPUT_ACCEL:-} parameters

	if [ "${option[icount]}" ]; then
		accel=icount
	elif [ -z "$accel" ]; then
		accel=tcg
		if kvm_works "$scratch"; then accel=kvm; fi
	fi
	case $accel in
	icount) machine=(-accel 'tcg,thread=single' -cpu max -icount 'shift=0,sleep=off') ;;
	kvm) machine=(-accel kvm -cpu host) ;;
	tcg) machine=(-accel "tcg,thread=$(tcg_threads)" -cpu max) ;;
	*) misuse "DFPUT_ACCEL is kvm or tcg, not $accel" ;;
	esac

	truncate -s 1G "$scratch/vdb"
	truncate -s 512M "$scratch/vdc"
	parameters=(
		console=ttyS0 panic=-1
		# a loaded emulator is late: that is no fault of the guest's. Its TSC is
		# one for all processors, though the kernel cannot know
		no_timer_check tsc=reliable
		watchdog_thresh=60 rcupdate.rcu_cpu_stall_timeout=120
		log_buf_len=4M printk.devkmsg=on
	)
	# What counts instructions must find the same ones in each boot. While the guest
	# waits for its disk its clock leaps, from one timer to the next, so no task
	# that waits is stuck.
	[ -z "${option[icount]}" ] || parameters+=(
		nokaslr clocksource=tsc random.trust_cpu=on nmi_watchdog=0
		sysctl.kernel.hung_task_timeout_secs=0
	)
	[ "$4" = run ] || parameters+=(loglevel=4)
	machine+=(
		-smp "${option[smp]}" -m "${option[mem]}"
		-nodefaults -no-user-config -display none -no-reboot
		-kernel "$booted/vmlinuz" -initrd "$booted/initrd"
		-append "${parameters[*]} ${option[append]}"
		-drive "file=$entry/root.ext4,format=raw,if=virtio,snapshot=on,cache=unsafe"
		-drive "file=$scratch/vdb,format=raw,if=virtio,cache=unsafe,discard=unmap"
		-drive "file=$scratch/vdc,format=raw,if=virtio,cache=unsafe,throttling.iops-total=400"
		-virtfs "local,path=$log,mount_tag=host,security_model=none"
		-virtfs "local,path=$top/build/hosts/$1/src,mount_tag=dfput,security_model=none"
		-device virtio-rng-pci
	)
	[ -z "${option[with]}" ] ||
		machine+=(-drive "file=$extra,format=raw,if=virtio,snapshot=on,cache=unsafe")
	if [ "$4" = run ]; then
		# shellcheck disable=SC2054 # these commas are QEMU's
		# the command's output has a line of its own, so that no message of the
		# kernel gets between. Standard output is always a pipe here: see boot()
		machine+=(
			-serial "file:$log/console"
			-device virtio-serial-pci
			-chardev file,id=output,path=/dev/stdout
			-device virtserialport,chardev=output,name=dfput.output
		)
	else
		machine+=(
			-chardev "stdio,id=terminal,mux=on,signal=off,logfile=$log/console"
			-serial chardev:terminal -mon chardev=terminal
		)
	fi
}

# Takes the guest down with us, whichever way we go.
end_guest() {
	[ -z "${qemu:-}" ] || kill -KILL "$qemu" 2>/dev/null || true
	rm -rf "$scratch"
}

# Waits for QEMU, process $1, to end, and ends it when the guest is overdue; talk
# directory $2. Says why in `ended`.
watch_guest() {
	local deadline=$((SECONDS + boot_limit)) phase=boot limit=${option[timeout]}

	ended=by_itself
	while kill -0 "$1" 2>/dev/null; do
		if [ $phase = boot ] && [ -e "$2/started" ]; then
			phase=command deadline=$((SECONDS + limit + end_limit))
		fi
		if [ $phase = command ] && [ -e "$2/status" ]; then
			phase=end deadline=$((SECONDS + end_limit))
		fi
		if [ $SECONDS -ge $deadline ]; then
			ended=overdue_in_$phase
			kill -KILL "$1"
			break
		fi
		sleep 0.2
	done
	# in braces, or bash would tell the user that the job was killed
	{ wait "$1" || true; } 2>/dev/null
}

# One boot of host $1 in mode $2, with talk directory $3.
boot() {
	local machine copier

	# what /dev/stdout leads to must not be truncated or lose its place
	rm -f "$scratch/output" && mkfifo "$scratch/output"
	describe_machine "$1" "$3" "$scratch" "$2"
	if [ "$2" = shell ]; then
		qemu-system-x86_64 "${machine[@]}"
		return
	fi
	cat <"$scratch/output" &
	copier=$!
	TMPDIR=$scratch setpriv --pdeathsig KILL -- qemu-system-x86_64 "${machine[@]}" \
		</dev/null >"$scratch/output" 2>"$3/qemu" &
	qemu=$!
	watch_guest "$qemu" "$3"
	qemu=
	wait "$copier" || true
}

# Makes the talk directory of a new run of host $1, sets `log`, drops old ones.
new_log() {
	local logs=$top/build/hosts/$1/logs old

	mkdir -p "$logs"
	log=$logs/$(date +%Y%m%d-%H%M%S)-$$
	mkdir "$log"
	ln -sfn "$(basename "$log")" "$logs/last"
	while read -r old; do
		rm -rf "${logs:?}/$old"
	done < <(find "$logs" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort -r | tail -n +$((keep_logs + 1)))
	install -m 755 "$here/guest-init" "$log/init"
	printf '%s\n' "$2" >"$log/mode"
	printf '%s\0' "${words[@]}" >"$log/words"
	# by a clock that leaps, the guest can't say what takes too long: we do
	printf '%s\n' "$([ "${option[icount]}" ] && echo infinity || echo "${option[timeout]}")" >"$log/timeout"
	printf '%s\n' "${TERM:-dumb} $(stty size 2>/dev/null)" >"$log/terminal"
}

# Runs `words` in host $1, or a shell if $2 says so, and exits as it did.
run_guest() {
	local ended=by_itself attempt

	need qemu-system-x86_64 qemu-system-x86 setpriv util-linux
	scratch=$(mktemp -d "${TMPDIR:-/tmp}/dfput-host.XXXXXX")
	trap end_guest EXIT
	for attempt in 1 2; do
		new_log "$1" "$2"
		boot "$1" "$2" "$log"
		[ ! -e "$log/started" ] || break
		[ $attempt -eq 2 ] || say "$1 died before its init ran ($ended): booting it once more"
	done
	judge "$1" "$2"
}

# Turns what a run left behind into an exit status.
judge() {
	local status bad=

	if [ ! -e "$log/started" ]; then
		[ ! -s "$log/qemu" ] || show_log "$log/qemu"
		[ ! -s "$log/console" ] || show_log "$log/console"
		fail "$1 did not boot ($ended)" "its logs: $log"
	fi
	# the console has what came after the guest took its own copy, and what
	# it had no chance to copy; the copy has what the console was too slow for
	check_log "$log/console" || bad=yes
	if [ -z "$bad" ] && [ -e "$log/dmesg" ]; then
		check_log "$log/dmesg" || bad=yes
	fi
	status=$(cat "$log/status" 2>/dev/null) || status=
	if [ -n "$bad" ]; then
		say "the kernel of $1 was not well (the command's status: ${status:-none}); logs: $log"
		exit 126
	fi
	case $ended/$status in
	overdue_in_command/*)
		say "the guest did not answer after the time limit of ${option[timeout]} s; logs: $log"
		exit 124
		;;
	overdue_in_end/*)
		show_log "$log/console"
		fail "$1 did not power off (the command's status: $status)" "logs: $log"
		;;
	*/)
		show_log "$log/console"
		fail "$1 ended without a status of its command" "logs: $log"
		;;
	*/timeout)
		say "the command took longer than ${option[timeout]} s; logs: $log"
		exit 124
		;;
	esac
	exit "$status"
}
