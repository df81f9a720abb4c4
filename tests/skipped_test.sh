#!/usr/bin/env bash
# tests/skipped_test.sh: a small project that skips tests in every way there is, and what tests/skipped.py says of it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

cat >passes.txt <<'SAID'
[ RUN      ] Suite.Runs
[       OK ] Suite.Runs (0 ms)
SAID
cat >some.txt <<'SAID'
[ RUN      ] Suite.Skipped
/there/some_test.cpp:3: Skipped
no network can be made here:
  it needs root

[  SKIPPED ] Suite.Skipped (0 ms)
[ RUN      ] Suite.Runs
[       OK ] Suite.Runs (0 ms)
[ RUN      ] Suite.AlsoSkipped/gdb
../some_test.cpp:9: Skipped
gdb is not installed
[  SKIPPED ] Suite.AlsoSkipped/gdb (12 ms)
[  SKIPPED ] 2 tests, listed below:
[  SKIPPED ] Suite.Skipped
SAID
# project NAME LINES…: a build folder in which these tests ran
project() {
  mkdir "$1.source"
  printf '%s\n' 'cmake_minimum_required(VERSION 3.25)' "project($1 NONE)" 'enable_testing()' "${@:2}" >"$1.source/CMakeLists.txt"
  cmake -G Ninja -S "$1.source" -B "$1" >/dev/null
  ctest --test-dir "$1" --output-junit tests.xml >/dev/null 2>&1
}
# expect BUILDS… LINES: what skipped.py prints of them
expect() {
  local printed
  printed=$("$here/skipped.py" "${@:1:$#-1}" 2>&1) || true
  [ "$printed" = "${*: -1}" ] || { diff <(echo "${*: -1}") <(echo "$printed") >&2; exit 1; }
}

project none "add_test(NAME passes COMMAND cat $work/passes.txt)"
project many "add_test(NAME passes COMMAND cat $work/passes.txt)" "add_test(NAME some COMMAND cat $work/some.txt)" \
  'add_test(NAME whole COMMAND sh -c "echo it begins; echo there is no g++-14 here; exit 77")' \
  'set_tests_properties(whole PROPERTIES SKIP_RETURN_CODE 77)' \
  'add_test(NAME by_words COMMAND echo this processor has no AVX2)' \
  'set_tests_properties(by_words PROPERTIES SKIP_REGULAR_EXPRESSION "no AVX2")' \
  "add_test(NAME by_its_tests COMMAND cat $work/some.txt)" \
  'set_tests_properties(by_its_tests PROPERTIES SKIP_REGULAR_EXPRESSION "no network")' \
  'add_test(NAME silent COMMAND sh -c "exit 77")' 'set_tests_properties(silent PROPERTIES SKIP_RETURN_CODE 77)' \
  'add_test(NAME off COMMAND true)' 'set_tests_properties(off PROPERTIES DISABLED ON)'

lines='skipped in many: some: Suite.Skipped: no network can be made here: it needs root
skipped in many: some: Suite.AlsoSkipped/gdb: gdb is not installed
skipped in many: whole: there is no g++-14 here
skipped in many: by_words: this processor has no AVX2
skipped in many: by_its_tests: Suite.Skipped: no network can be made here: it needs root
skipped in many: by_its_tests: Suite.AlsoSkipped/gdb: gdb is not installed
skipped in many: silent: SKIP_RETURN_CODE=77
skipped in many: off: Disabled'
expect none "nothing was skipped"
expect many "$lines"
expect none many "$lines"
expect gone "gone/tests.xml is missing; run ctest --preset gone, which writes it"
echo "what was skipped is listed"
