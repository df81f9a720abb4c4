#!/usr/bin/env bash
# tests/process/two_libraries_test.sh COMMAND FIRST SECOND OLD NEW: a library is built again under its name while engines
# run; OLD and NEW are the folders of its builds. Each client that calls gets the answers of its own build: two builds of
# a program that were linked with one each, and one build of it that finds now the one and now the other.
set -euo pipefail
work=$(mktemp -d)
export ENGINERY_CLUSTER="two-libraries-$$" ENGINERY_CACHE="$work/cache"
trap '"$1" stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

"$1" start -n 1 --daemon
LD_LIBRARY_PATH="$4" "$2" 1 100 &
LD_LIBRARY_PATH="$5" "$3" 2 100
wait $!
LD_LIBRARY_PATH="$5" "$2" 2 100 &
LD_LIBRARY_PATH="$4" "$2" 1 100
wait $!
