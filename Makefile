# SPDX-License-Identifier: GPL-2.0-only
#
# The two commands that matter:
#
#   make demo    see it work, on a disposable host
#   make check   all tests
#
# `make help` lists the rest. What is built lands in build/, the module beside
# this file, as Kbuild has it.

KVER  ?= $(shell uname -r)
KDIR  ?= /lib/modules/$(KVER)/build
BUILD ?= $(CURDIR)/build
HOST  ?= bookworm
HOSTS := tests/host/host

.DEFAULT_GOAL := all

.PHONY: all
all: modules reader ## the module and the reader, for this machine's kernel

.PHONY: help
help: ## this list
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

# ---- building ---------------------------------------------------------------

.PHONY: modules
modules: ## dfput.ko, against the headers in KDIR
	@test -d '$(KDIR)' || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(KVER), or name others with KDIR="; \
		exit 1; } >&2
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)' modules

.PHONY: reader
reader: ## the reader, build/dfput
	$(MAKE) -C userspace BUILD='$(BUILD)'

.PHONY: test-module
test-module: # the module with seams for tests, build/test/dfput.ko
	@mkdir -p '$(BUILD)/test'
	cp -pu --parents $(DKMS_FILES) '$(BUILD)/test'
	$(MAKE) -C '$(KDIR)' M='$(BUILD)/test' modules TEST=1

.PHONY: workloads
workloads: ## what provokes deferrals, build/workloads/workload
	$(MAKE) -C tests/workloads BUILD='$(BUILD)'

.PHONY: bench-build
bench-build: # what measures, for this machine's kernel; after `modules`
	$(MAKE) -C tests/bench BUILD='$(BUILD)' KDIR='$(KDIR)'

.PHONY: storm
storm: ## the test hosts' own module, that puts files from every context
	$(MAKE) -C '$(KDIR)' M='$(CURDIR)/tests/module' modules

.PHONY: install
install: ## install the reader, its manual and its completion
	$(MAKE) -C userspace BUILD='$(BUILD)' install

# ---- through dkms, as users have it ------------------------------------------

VERSION := $(shell sed -n 's/^\#define DFPUT_VERSION "\(.*\)"/\1/p' include/dfput/version.h)
DKMS_SOURCE := /usr/src/dfput-$(VERSION)
# What the module is built from, and not what was built.
DKMS_FILES = Kbuild dkms.conf COPYING $(filter-out module/compat/features.h, \
	$(wildcard include/dfput/*.h module/*.[ch] module/*/*.[ch] module/compat/probe/*))

.PHONY: dkms-install
dkms-install: ## install the module, by dkms, for this and every later kernel
	@test -d '$(KDIR)' || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$(KVER)"; \
		exit 1; } >&2
	set -e; for file in $(DKMS_FILES); do \
		install -D -m 644 $$file '$(DKMS_SOURCE)'/$$file; \
	done
	dkms add -m dfput -v $(VERSION)
	dkms install -m dfput -v $(VERSION) -k $(KVER)

.PHONY: dkms-remove
dkms-remove: ## remove it from every kernel, without a trace
	dkms remove -m dfput -v $(VERSION) --all
	rm -rf '$(DKMS_SOURCE)'

.PHONY: clean
clean: ## remove what was built, but not the cached hosts
	rm -rf '$(BUILD)' *.o *.ko *.mod *.mod.c .*.cmd modules.order Module.symvers
	find module '(' -name '*.o' -o -name '*.mod' -o -name '.*.cmd' ')' -delete
	rm -f module/compat/features.h
	$(MAKE) -C tests/bench BUILD='$(BUILD)' clean
	cd tests/module && rm -f *.o *.ko *.mod *.mod.c .*.cmd modules.order Module.symvers

# ---- the packages that all of this needs ------------------------------------

PACKAGES := $(shell sed 's/\#.*//' tests/packages tests/host/packages)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)

.PHONY: packages
packages: ## install what demo and check need
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

# ---- on a disposable host ---------------------------------------------------

.PHONY: host-build
host-build: packages
	@mkdir -p '$(BUILD)'
	@$(HOSTS) build $(HOST) >'$(BUILD)/host-build.log' || { \
		status=$$?; tail -n 30 '$(BUILD)/host-build.log'; exit $$status; }

.PHONY: demo
demo: host-build ## the main job, on a disposable QEMU host
	@$(HOSTS) run $(HOST) -- tests/live/demo; status=$$?; \
	mv '$(BUILD)/hosts/$(HOST)/src/results/demo.log' '$(BUILD)' 2>/dev/null; exit $$status

.PHONY: host
host: host-build ## a root shell on such a host, module and reader installed
	$(HOSTS) shell $(HOST)

# ---- tests ------------------------------------------------------------------

.PHONY: quick
quick: packages ## what to run before a commit: gates, unit tests, one host's core: 4 minutes
	tests/check quick

.PHONY: check
check: packages ## all tests: gates, unit tests, arm64, live tests on test hosts
	tests/check

.PHONY: check-gates check-unit check-arm64 check-live check-hosts
check-gates check-unit check-arm64 check-live: packages
	tests/check $(@:check-%=%)
check-hosts: check-live ## the live tests alone, on every host

# Too long for every check; each on one host, HOST=.
AT_LENGTH := prove --merge --verbose --exec '$(HOSTS) run $(HOST) --timeout 7200

.PHONY: check-faults
check-faults: host-build ## each step that can fail does, on one host: 10 minutes
	$(AT_LENGTH) -- env DFPUT_FAULTS=all' tests/live/36-faults.t

BENCH_HOSTS ?= $(shell sed -n 's/^\([a-z][^ ]*\) .*/\1/p' tests/host/hosts)

.PHONY: bench
bench: packages ## count instructions beside bpftrace's; writes docs/performance.md
	tests/bench/measure $(BENCH_HOSTS)
	tests/bench/keep $(BENCH_HOSTS)
	tests/bench/report

.PHONY: check-storms
check-storms: host-build ## a million files, a thousand rings, a thousand unloads, on one host: an hour
	$(AT_LENGTH) -- env DFPUT_STORM=1000000' tests/live/85-storm.t
	$(HOSTS) extra $(HOST) bpftrace
	$(AT_LENGTH) --with bpftrace --' tests/live/storms/*.t

.PHONY: claims
claims: host-build ## measure what docs/claims.md is about, on one host: 5 minutes
	$(AT_LENGTH) --' tests/claims/10-loads.t
	tests/claims/keep $(HOST)

.PHONY: check-debug
check-debug: packages ## the live tests, on a kernel of our own that looks for faults
	tests/check --host trixie+debug live

.PHONY: check-rt
check-rt: packages ## the same on one with PREEMPT_RT
	tests/check --host trixie+rt live
