#!/usr/bin/env bash
# tests/process/tour_test.sh BUILD: runs examples/tour on four engines, and holds each line against tour.expected.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
export ENGINERY_CLUSTER="tour-test-$$" ENGINERY_CACHE="$work/cache" ENGINERY_PLUGIN_PATH="$build/examples"
trap '"$build/bin/enginery" stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

"$build/bin/enginery" start -n 4 --daemon >/dev/null
"$build/bin/tour" "$build/examples/myscript.so" | tee "$work/printed"
"$source_dir/tests/match_lines.sh" "$source_dir/examples/tour.expected" "$work/printed"
