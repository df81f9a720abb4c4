#!/usr/bin/env bash
# tools/fuzz.sh [SECONDS]: runs the fuzz target with libFuzzer, ASan and UBSan; needs clang and its runtime
# (apt-get install clang libclang-rt-dev). Inputs that break something are left in build/fuzz.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
cmake -G Ninja -S . -B build/fuzz -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DENGINERY_BUILD_TESTS=ON -DENGINERY_FUZZ=ON -DENGINERY_SANITIZE=address,undefined -DCMAKE_CXX_FLAGS=-fsanitize=fuzzer-no-link
cmake --build build/fuzz --target wire_fuzz
mkdir -p build/fuzz/corpus
cd build/fuzz
bin/wire_fuzz -max_total_time="$seconds" -rss_limit_mb=2048 corpus ../../tests/fuzz/corpus
