#!/usr/bin/env bash
# tools/tour.sh: sets up, builds, starts four engines, walks through the interface with examples/tour, stops them.
set -euo pipefail
cd "$(dirname "$0")/.."
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD

tools/setup.sh
cmake --preset release -DENGINERY_BUILD_TESTS=OFF -DENGINERY_BUILD_BENCHMARKS=OFF -B build/tour >/dev/null
cmake --build build/tour

export PATH="$PWD/build/tour/bin:$PATH" ENGINERY_CLUSTER="tour-$$" ENGINERY_PLUGIN_PATH="$PWD/build/tour/examples"
enginery start -n 4 --daemon
trap 'enginery stop' EXIT
build/tour/bin/tour build/tour/examples/myscript.so
