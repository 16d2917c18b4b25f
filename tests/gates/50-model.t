#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# spin: the models in tests/model hold, and each error in the README's table breaks
# the one that it is made in.
. "$(dirname "$0")/files.sh"
top=$PWD

# compile MODEL: to build/gates/model/MODEL/pan
compile() {
	local dir=build/gates/model/$1

	rm -rf "$dir"
	mkdir -p "$dir"
	(cd "$dir" && spin -a "$top/tests/model/$1.pml" &&
		cc -O2 -w -DSAFETY -DCOLLAPSE -o pan pan.c) >/dev/null
}

# errors MODEL: how many it has as the environment says, and no state left out
errors() {
	(cd "build/gates/model/$1" && ./pan -m100000 2>&1) |
		sed -nE 's/.*errors: ([0-9]+).*/\1/p; s/.*(max search depth too small|out of memory).*/\1/p'
}

look_at 'tests/model/*.pml'
for model in "${files[@]}"; do
	model=$(basename "$model" .pml)
	ok "$model: compiles" compile "$model"
	is "$model: holds" "$(errors "$model")" 0
done
export SCENARIO MUTATION
is 'pool: fails without its tag' "$(MUTATION=1 errors pool)" 1
is 'batch: fails if another worker ends a batch that is kept' "$(MUTATION=1 errors batch)" 1
is 'batch: fails if a slot is claimed in two steps' "$(MUTATION=2 errors batch)" 1

count=0
while IFS='|' read -r _ MUTATION error SCENARIO _; do
	MUTATION=$((MUTATION)) SCENARIO=$((SCENARIO))
	is "deferral: fails if$error" "$(errors deferral)" 1
	count=$((count + 1))
done < <(grep -E '^\| [0-9]+ \|' tests/model/README.md)
holds 'there are errors in the table' "$count" -gt 10
is 'each error of the model is in the table' "$count" \
	"$(grep -c '(mutation == ' tests/model/deferral.pml)"
done_testing
