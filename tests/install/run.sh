#!/usr/bin/env bash
# tests/install/run.sh BUILD: installs BUILD into a temporary folder and builds a user's project against it; also the
# contract's plugins, ../shared/spec, where they are.
set -euo pipefail
source_dir=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "$1" && pwd)
work=$(mktemp -d)
export ENGINERY_CLUSTER="install-$$"
cleanup() {
  "$work/prefix/bin/enginery" stop >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap cleanup EXIT

cmake --install "$build" --prefix "$work/prefix" >/dev/null

echo "install: a project outside of the tree"
cp -r "$source_dir/tests/install/consumer" "$work/consumer"
cmake -G Ninja -S "$work/consumer" -B "$work/consumer/build" -DCMAKE_PREFIX_PATH="$work/prefix" >"$work/configured"
if [ "$(grep -c 'compiled with -O2' "$work/configured")" != 1 ] || ! grep -q -- ' -O2' "$work/consumer/build/build.ninja"; then
  echo "install: without a build type, plugins are compiled with -O2, which is said once; cmake said" >&2
  cat "$work/configured" >&2
  exit 1
fi
cmake -G Ninja -S "$work/consumer" -B "$work/debug" -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_BUILD_TYPE=Debug >/dev/null
if grep -q -- ' -O2' "$work/debug/build.ninja"; then
  echo "install: a build type that was chosen is not kept" >&2
  exit 1
fi
cmake --build "$work/consumer/build" >/dev/null

if [ -d "$source_dir/../shared/spec" ]; then
  echo "install: the contract"
  cp -r "$source_dir/../shared/spec" "$work/spec"
  cmake -G Ninja -S "$work/spec" -B "$work/spec/build" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
  cmake --build "$work/spec/build" >/dev/null
  norms=$work/spec/build
else
  norms=$work/consumer/build
fi

export ENGINERY_PLUGIN_PATH=$norms:$work/consumer/build
"$work/prefix/bin/enginery" start -n 2 --daemon
printed=$("$work/consumer/build/consumer" "$norms/myscript.so")
echo "$printed"
expected='importing norms, squares on engine(s)
{1.0: 7.0, 2.0: 5.0, inf: 4.0}
{2.0: 5.0}
49
<AsyncResult: execute:finished> 5 25'
if [ "$printed" != "$expected" ]; then
  echo "install: expected" >&2
  echo "$expected" >&2
  exit 1
fi
"$work/prefix/bin/enginery" stop

# start_blind N FOLDER: N engines that cannot see that folder.
start_blind() {
  unshare -Urm bash -c 'mount -t tmpfs none "$2" && exec "$3" start -n "$1" --daemon' - "$1" "$2" "$work/prefix/bin/enginery"
}
# map_nothing_of FOLDER: no engine maps a file of it.
map_nothing_of() {
  for engine in $("$work/prefix/bin/enginery" status --json | grep -o '"pid": *[0-9]*' | grep -o '[0-9]*'); do
    if grep -F "$1" "/proc/$engine/maps"; then
      echo "install: an engine maps a file of the folder that it cannot see" >&2
      exit 1
    fi
  done
}

if [ -d "$work/spec" ]; then
  tour() {
    "$work/spec/build/tour" "$norms/myscript.so" >"$work/toured"
    "$source_dir/tests/match_lines.sh" "$source_dir/../shared/spec/tour.expected" "$work/toured"
  }
  "$work/prefix/bin/enginery" start -n 4 --daemon
  tour
  "$work/prefix/bin/enginery" stop
  echo "install: the contract's tour on engines that cannot see the folder it was built in"
  start_blind 4 "$work/spec/build"
  tour
  map_nothing_of "$work/spec/build"
  "$work/prefix/bin/enginery" stop
fi

if [ -d "$source_dir/../shared/spec-balanced" ]; then
  echo "install: the contract's load-balanced view"
  cp -r "$source_dir/../shared/spec-balanced" "$work/balanced"
  cmake -G Ninja -S "$work/balanced" -B "$work/balanced/build" -DCMAKE_PREFIX_PATH="$work/prefix" >/dev/null
  cmake --build "$work/balanced/build" >/dev/null
  for run in 1 2 3; do
    "$work/prefix/bin/enginery" start -n 4 --restart --daemon
    mkdir "$work/seen.$run"
    "$work/balanced/build/balanced" "$work/seen.$run" >"$work/balanced.out"
    "$source_dir/tests/match_lines.sh" "$source_dir/../shared/spec-balanced/balanced.expected" "$work/balanced.out"
    "$work/prefix/bin/enginery" stop
  done
fi

# Code reaches engines that cannot see the folder that it was built in.
echo "install: a program whose functions travel"
export ENGINERY_CACHE=$work/cache
start_blind 2 "$work/consumer/build"
traveller() { "$work/consumer/build/traveller" "$@" || echo "status $?"; }
printed=$(traveller "its argument")
echo "$printed"
if [ "$printed" != $'42 42 14 14 10 10 16 16 its argument\nstatus 2' ]; then
  echo "install: expected 42 42 14 14 10 10 16 16 its argument, and status 2" >&2
  exit 1
fi
map_nothing_of "$work/consumer/build"
"$work/prefix/bin/enginery" stop
unset ENGINERY_CACHE

echo "install: a script, and an installation that was moved"
mv "$work/prefix" "$work/moved"
ENGINERY_CACHE=$work/cache "$work/moved/bin/enginery" build "$source_dir/tests/install/consumer/myscript.cpp" -o "$work/script.so"
"$work/moved/bin/enginery" plugins "$work/script.so" | grep -F 'mysquare(x: int) -> int'
echo "install: passed"
