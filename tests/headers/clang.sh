#!/usr/bin/env bash
# tests/headers/clang.sh COMPILER [FOLDER...]: COMPILER, a clang++, takes what users include and read.
#
# That is every public header alone, the examples, the files of README.md, the project that the install test builds, and
# a plugin with structs: clangd must not mark right code as wrong. FOLDERs are searched for headers besides the tree's
# own. Prints each file that fails, with its first error; exit code 1 then.
set -euo pipefail
if [ $# -eq 0 ]; then
  echo "usage: tests/headers/clang.sh COMPILER [FOLDER...]" >&2
  exit 2
fi
cd "$(dirname "$0")/../.."
compiler=$1
shift
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

options="-std=c++20 -fsyntax-only -Wall -Wextra -Werror -Wno-unused -I$PWD/core -I$PWD/client"
for folder in "$@" /usr/include/eigen3; do options+=" -isystem $folder"; done

mkdir -p "$work/headers"
for header in core/enginery/*.hpp client/enginery/*.hpp; do
  printf '#include <%s>\n' "enginery/${header##*/}" >"$work/headers/${header##*/}.cpp"
done
mkdir "$work/README.md"
awk -v folder="$work/README.md" '
  /^<!-- file: .*\.cpp -->$/ { file = folder "/" $3 }
  /^```$/ { file = "" }
  file != "" && !/^<!--|^```/ { print > file }' README.md
if [ "$(find "$work/README.md" -name '*.cpp' | wc -l)" -lt 2 ]; then
  echo "clang: README.md has no plugin and no program between '<!-- file: NAME.cpp -->' and '\`\`\`'" >&2
  exit 1
fi

# check FILE: one line if it does not compile
cat >"$work/check" <<EOF
$compiler $options "\$1" >"\$1.said" 2>&1 && exit 0
echo "clang: \${1#$work/}: \$(grep -m1 'error:' "\$1.said" || head -1 "\$1.said")"
exit 1
EOF
mkdir "$work/examples" "$work/consumer" "$work/structs"
cp examples/*.cpp "$work/examples"
cp tests/install/consumer/*.cpp "$work/consumer"
cp tests/headers/structs.cpp "$work/structs"
if find "$work" -name '*.cpp' -print0 | xargs -0 -P 2 -n 1 bash "$work/check"; then
  echo "clang: $(find "$work" -name '*.cpp' | wc -l) files are taken by $compiler"
else
  exit 1
fi
