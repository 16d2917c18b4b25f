# SPDX-License-Identifier: GPL-2.0-only
#
# `make demo` shows it at work, `make quick` is for before a commit, `make check` has
# all tests, `make help` lists the rest. What is built lands in build/, the module
# beside this file, as Kbuild has it.

KVER  ?= $(shell uname -r)
KDIR  ?= /lib/modules/$(KVER)/build
BUILD ?= $(CURDIR)/build
HOST  ?= bookworm
HOSTS := tests/host/host

.DEFAULT_GOAL := all

.PHONY: help
help: # the lines with ## below, grouped
	@awk -F ':[^\#]*\#\# ' '/^\# ---- / { gsub(/^\# -+ | -+$$/, ""); print $$0 ":" } \
		NF == 2 && /^[a-z]/ { printf "  %-14s %s\n", $$1, $$2 }' Makefile
	@printf '%s\n' 'variables:' '  KDIR or KVER   the kernel to build for ($(KVER))' \
		'  HOST           the test host ($(HOST)), of these:' \
		'                 $(shell sed -n 's/^\([a-z][^ ]*\) .*/\1/p' tests/host/hosts | paste -sd ' ')'

# ---- build ------------------------------------------------------------------

.PHONY: all
all: modules reader ## the module and the reader, for this machine's kernel

.PHONY: modules
modules: ## dfput.ko, against the headers in KDIR
	@test -d '$(KDIR)' || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(KVER), or name others with KDIR="; \
		exit 1; } >&2
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' modules

.PHONY: reader
reader: ## the reader, build/dfput, its schema and manual
	$(MAKE) -C userspace BUILD='$(BUILD)' all schema manual

.PHONY: test-module
test-module: ## the module with seams for tests, build/test/dfput.ko
	@mkdir -p '$(BUILD)/test'
	cp -pu --parents $(DKMS_FILES) '$(BUILD)/test'
	$(MAKE) -C '$(KDIR)' M='$(BUILD)/test' modules TEST=1

.PHONY: workloads
workloads: ## programs that provoke deferrals, build/workloads/workload
	$(MAKE) -C tests/workloads BUILD='$(BUILD)'

.PHONY: bench-build
bench-build: ## what counts instructions, after `modules`
	$(MAKE) -C tests/bench BUILD='$(BUILD)' KDIR='$(KDIR)'
	@mkdir -p '$(BUILD)/bench/traced'
	cp -pu --parents $(DKMS_FILES) '$(BUILD)/bench/traced'
	$(MAKE) -C '$(KDIR)' M='$(BUILD)/bench/traced' modules ccflags-remove-y=

.PHONY: storm
storm: ## modules of the test hosts: files put from every context
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)/tests/module' modules

.PHONY: clean
clean: ## remove what was built, but not the cached hosts
	rm -rf '$(BUILD)' *.o *.ko *.mod *.mod.c .*.cmd modules.order Module.symvers
	find module '(' -name '*.o' -o -name '*.mod' -o -name '.*.cmd' ')' -delete
	rm -f module/compat/features.h
	$(MAKE) -C tests/bench BUILD='$(BUILD)' clean
	cd tests/module && rm -f *.o *.ko *.mod *.mod.c .*.cmd modules.order Module.symvers

# ---- install ----------------------------------------------------------------

.PHONY: install uninstall
install: ## the reader, its manual, completion and service: PREFIX=, DESTDIR=
uninstall: ## remove these
install uninstall:
	$(MAKE) -C userspace BUILD='$(BUILD)' $@

VERSION := $(shell sed -n 's/^\#define DFPUT_VERSION "\(.*\)"/\1/p' include/dfput/version.h)
DKMS_SOURCE := /usr/src/dfput-$(VERSION)
# What the module is built from, and not what was built.
DKMS_FILES = Kbuild dkms.conf COPYING $(filter-out module/compat/features.h, \
	$(wildcard include/dfput/*.h module/*.[ch] module/*/*.[ch] module/compat/probe/*))

.PHONY: dkms-source
dkms-source: # the module's sources, where dkms looks for them
	set -e; for file in $(DKMS_FILES); do \
		install -D -m 644 $$file '$(DESTDIR)$(DKMS_SOURCE)'/$$file; \
	done

.PHONY: dkms-install
dkms-install: ## the module, by dkms, for this and every later kernel
	@test -d '$(KDIR)' || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(KVER)"; \
		exit 1; } >&2
	$(MAKE) dkms-source
	dkms add -m dfput -v $(VERSION)
	dkms install -m dfput -v $(VERSION) -k $(KVER)

.PHONY: dkms-remove
dkms-remove: ## remove the module from every kernel, without a trace
	dkms remove -m dfput -v $(VERSION) --all
	rm -rf '$(DKMS_SOURCE)'

PACKAGES := $(shell sed 's/\#.*//' tests/packages tests/host/packages)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: packages
packages: ## the Debian packages that all below needs
	@missing=; for package in $(PACKAGES); do \
		case `dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null` in \
		installed) ;; \
		*) missing="$$missing $$package" ;; \
		esac; \
	done; \
	test -z "$$missing" && exit; \
	echo "installing:$$missing"; \
	$(SUDO) apt-get -qq update && \
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
		install $$missing >/dev/null

# ---- on a disposable QEMU host ----------------------------------------------

.PHONY: host-build
host-build: packages
	@mkdir -p '$(BUILD)'
	@$(HOSTS) build $(HOST) >'$(BUILD)/host-build.log' || { \
		status=$$?; tail -n 30 '$(BUILD)/host-build.log'; exit $$status; }

.PHONY: demo
demo: host-build ## the main job, in one minute
	@$(HOSTS) run $(HOST) -- tests/live/demo; status=$$?; \
	mv '$(BUILD)/hosts/$(HOST)/src/results/demo.log' '$(BUILD)' 2>/dev/null; exit $$status

.PHONY: host
host: host-build ## a root shell, module and reader installed
	$(HOSTS) shell $(HOST)

# ---- test -------------------------------------------------------------------

.PHONY: quick check check-gates check-unit check-arm64 check-live
quick: packages ## before a commit: gates, unit tests, one host's core: 4 minutes
	tests/check --host $(HOST) quick
check: packages ## all tests, on all hosts: an hour
	tests/check
check-gates: ## what can be said of the source: one of the stages of check
check-unit: ## the reader, under ASan and UBSan
check-arm64: ## build and boot
check-live: ## the module, on each host
check-gates check-unit check-arm64 check-live: packages
	tests/check $(@:check-%=%)

# Too long for every check; each on one host, HOST=.
AT_LENGTH := prove --merge --verbose --exec '$(HOSTS) run $(HOST) --timeout 7200

.PHONY: check-faults
check-faults: host-build ## each step that can fail does, on one host: 10 minutes
	$(AT_LENGTH) -- env DFPUT_FAULTS=all' tests/live/36-faults.t

.PHONY: check-storms
check-storms: host-build ## a million files, a thousand rings and unloads: 70 minutes
	$(AT_LENGTH) -- env DFPUT_STORM=1000000' tests/live/85-storm.t
	$(HOSTS) extra $(HOST) bpftrace
	$(AT_LENGTH) --with bpftrace --' tests/live/storms/*.t

.PHONY: check-debug check-rt
check-debug: packages ## check-live on a kernel that looks for faults: hours
	tests/check --host trixie+debug live
check-rt: packages ## check-live on Debian's PREEMPT_RT kernel: 20 minutes
	tests/check --host trixie-rt live

# ---- measure ----------------------------------------------------------------

BENCH_HOSTS ?= $(shell sed -n 's/^\([a-z][^ ]*\)  *yes .*/\1/p' tests/host/hosts)

.PHONY: bench
bench: packages ## instructions, beside bpftrace's; writes docs/performance.md
	tests/bench/measure $(BENCH_HOSTS)
	tests/bench/keep $(BENCH_HOSTS)
	tests/bench/report

.PHONY: claims
claims: host-build ## what docs/claims.md is about, on one host: 5 minutes
	$(AT_LENGTH) --' tests/claims/10-loads.t
	tests/claims/keep $(HOST)
