#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What `make demo` shows is as expected, and fits on two screens.
. "$(dirname "$0")/lib.sh"

screen=$("$top/tests/live/demo" 2>&1)
is 'the demo ends well' $? 0
note "$screen"
holds 'it shows each workload' "$(grep -c ' ok$' <<<"$screen")" -ge 4
holds 'it is not longer than two screens' "$(wc -l <<<"$screen")" -le 48
is 'no line is too long' "$(awk 'length > 80' <<<"$screen")" ''
ok 'the rest is in the log' grep -q '^== dfput hooks$' "$top/results/demo.log"
done_testing
