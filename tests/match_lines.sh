#!/usr/bin/env bash
# tests/match_lines.sh EXPECTED PRINTED: does each line of PRINTED match the regular expression on its line of EXPECTED?
set -euo pipefail
mapfile -t expected <"$1"
mapfile -t printed <"$2"
failed=0
for ((i = 0; i < ${#expected[@]} || i < ${#printed[@]}; i++)); do
  if ((i >= ${#expected[@]})) || ((i >= ${#printed[@]})) || ! [[ ${printed[i]} =~ ${expected[i]} ]]; then
    echo "line $((i + 1)): expected ${expected[i]-nothing}, printed ${printed[i]-nothing}" >&2
    failed=1
  fi
done
exit $failed
