#!/usr/bin/env bash
# benchmarks/compile_times.sh BEFORE AFTER [ROUNDS]: what users' files cost to compile, before and after.
#
# BEFORE and AFTER are trees of this project, or folders where it was installed. The files are those of README.md here and
# ten_lambdas.cpp. Each round compiles each file with both, in turns; printed are the least user CPU seconds of ROUNDS (5),
# and their ratio. CXX is the compiler (g++).
set -euo pipefail
if [ $# -lt 2 ]; then
  echo "usage: benchmarks/compile_times.sh BEFORE AFTER [ROUNDS]" >&2
  exit 2
fi
before=$1 after=$2 rounds=${3:-5}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

awk -v folder="$work" '
  /^<!-- file: .*\.cpp -->$/ { file = folder "/" $3 }
  /^```$/ { file = "" }
  file != "" && !/^<!--|^```/ { print > file }' "$here/../README.md"
cp "$here/ten_lambdas.cpp" "$work"

# seconds TREE FILE: of one compilation
seconds() {
  local TIMEFORMAT=%U
  { time "${CXX:-g++}" -std=c++20 -O2 -I"$1/core" -I"$1/client" -I"$1/include" -c "$2" -o "$work/object"; } 2>&1
}

printf '%-18s %8s %8s %8s\n' file before after ratio
for file in "$work"/*.cpp; do
  for ((round = 0; round < rounds; ++round)); do
    echo "$(seconds "$before" "$file") $(seconds "$after" "$file")"
  done | awk -v file="${file##*/}" '
    NF != 2 { print; failed = 1; exit 1 }
    NR == 1 || $1 < least_before { least_before = $1 }
    NR == 1 || $2 < least_after { least_after = $2 }
    END { if (!failed) printf "%-18s %8.2f %8.2f %8.2f\n", file, least_before, least_after, least_after / least_before }'
done
