#!/usr/bin/env bash
# tools/test.sh [PRESET]: sets up, builds, and runs every test. PRESET is release (the default), dev, asan or tsan.
set -euo pipefail
cd "$(dirname "$0")/.."
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
preset=${1:-release}

tools/setup.sh --tests
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" --output-on-failure
