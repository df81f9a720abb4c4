#!/usr/bin/env bash
# tools/compilers.sh [MAJOR...]: builds everything with other releases of g++, and runs the unit tests of each.
#
# Of 12, 13 and 14 (or MAJOR...) those that are installed beside the default compiler, which tools/test.sh uses: as
# g++-13 and so on, in build/gcc-13. Without optimisation, since it is the language and the warnings that differ most.
# One line for each; exit code 1 if one failed.
set -euo pipefail
cd "$(dirname "$0")/.."
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
[ $# -gt 0 ] || set -- 12 13 14

own=$(c++ -dumpversion)
failed=0
mkdir -p build
for major in "$@"; do
  if [ "$major" = "${own%%.*}" ]; then
    echo "g++ $major: is the default compiler, with which tools/test.sh builds"
    continue
  fi
  if ! command -v "g++-$major" >/dev/null; then
    echo "g++ $major: is not installed as g++-$major"
    continue
  fi
  tree=build/gcc-$major log=build/gcc-$major.log from=$SECONDS
  : >"$log"
  if ! cmake -G Ninja -S . -B "$tree" -DCMAKE_CXX_COMPILER="g++-$major" -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS=-O0 -DENGINERY_UNITY=OFF -DENGINERY_BUILD_TESTS=ON -DENGINERY_BUILD_BENCHMARKS=ON \
    -DENGINERY_WERROR=ON >>"$log" 2>&1 || ! cmake --build "$tree" -- -k 0 >>"$log" 2>&1; then
    failed=1
    echo "g++ $major: does not build all: $(grep -m1 -E 'error:|Error' "$log" || tail -n 1 "$log") (all of it is in $log)"
  elif ! ctest --test-dir "$tree" -L unit --no-tests=error --output-on-failure >>"$log" 2>&1; then
    failed=1
    echo "g++ $major: builds all, but $(grep -m1 'tests failed' "$log" || tail -n 1 "$log") (all of it is in $log)"
  else
    echo "g++ $major: builds all; $(grep -E '^100% tests passed' "$log" || true) ($((SECONDS - from)) s)"
  fi
done
exit $failed
