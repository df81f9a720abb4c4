#!/usr/bin/env bash
# tests/process/two_builds_test.sh COMMAND FIRST SECOND: two builds of one program call one engine at once; each gets its
# own answers, also the one that comes when the other's code is loaded.
set -euo pipefail
work=$(mktemp -d)
export ENGINERY_CLUSTER="two-builds-$$" ENGINERY_CACHE="$work/cache"
trap '"$1" stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

"$1" start -n 1 --daemon
"$2" 170 &
"$3" 170
wait $!
"$2" 1
