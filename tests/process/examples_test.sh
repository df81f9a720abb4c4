#!/usr/bin/env bash
# tests/process/examples_test.sh COMMAND PROGRAM…: the examples find what is known, on three engines.
set -euo pipefail
work=$(mktemp -d)
command=$1
shift
export ENGINERY_CLUSTER="examples-$$" ENGINERY_CACHE="$work/cache"
trap '"$command" stop >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

"$command" start -n 3 --daemon
for program in "$@"; do
  echo "$(basename "$program"):"
  "$program"
done
