#!/usr/bin/env bash
# tools/fuzz.sh [SECONDS] [TARGET…]: runs fuzz targets, all of them unless some are named, with libFuzzer, ASan and UBSan,
# each for SECONDS (60; the long form is 3600). TARGET is as in tests/fuzz: wire, values, evaluator, …
#
# Needs clang and its runtime (apt-get install clang libclang-rt-dev). What was learned is kept in build/fuzz/corpus; an
# input that breaks something is left in build/fuzz/broken: mend what it breaks, and put it into tests/fuzz/corpus/TARGET.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for folder in tests/fuzz/corpus/*/; do targets+=("$(basename "$folder")"); done
fi
export CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$PWD
cmake -G Ninja -S . -B build/fuzz -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DCMAKE_CXX_COMPILER_LAUNCHER="$(command -v ccache || true)" -DENGINERY_BUILD_TESTS=ON -DENGINERY_FUZZ=ON \
  -DENGINERY_SANITIZE=address,undefined -DCMAKE_CXX_FLAGS=-fsanitize=fuzzer-no-link
cmake --build build/fuzz --target "${targets[@]/%/_fuzz}"

cd build/fuzz
mkdir -p broken
broken=0
for target in "${targets[@]}"; do
  mkdir -p "corpus/$target"
  # Executions and findings, in one line each; the whole is in TARGET.log.
  if bin/"${target}_fuzz" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=16384 -print_final_stats=1 \
    -artifact_prefix="broken/$target-" "corpus/$target" "../../tests/fuzz/corpus/$target" >"$target.log" 2>&1; then
    echo "$target: $(sed -n 's/stat::number_of_executed_units: *//p' "$target.log") inputs were read or refused"
  else
    echo "$target: BROKEN: $(grep -m1 -E 'ERROR|runtime error|terminate called' "$target.log" || tail -1 "$target.log")"
    broken=$((broken + 1))
  fi
done
exit $((broken > 0))
