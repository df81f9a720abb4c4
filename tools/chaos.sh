#!/usr/bin/env bash
# tools/chaos.sh: the tests of tests/chaos in their long form, about ten minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset release
cmake --build --preset release
ENGINERY_CHAOS_LONG=1 ctest --test-dir build/release --output-on-failure --timeout 3600 -L chaos
