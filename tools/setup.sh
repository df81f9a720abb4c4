#!/usr/bin/env bash
# tools/setup.sh [--tests | --checks | --all]: installs what is missing from the packages of Debian, and removes nothing.
#
# Without an option what a build needs, with --tests also what the tests need, with --checks also what reads the sources
# (clang++ and clang-format), with --all also the libraries that tests/libraries puts into plugins. Says what it installs
# before it does.
set -euo pipefail

packages=(
  g++ cmake ninja-build make ccache
  libnng-dev libmbedtls-dev libssl-dev libflatbuffers-dev flatbuffers-compiler libeigen3-dev tao-pegtl-dev
  libfmt-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libdw-dev
)
tests=(libgtest-dev libgmock-dev libbenchmark-dev gdb git iproute2 python3)
checks=(clang clang-format)
libraries=(
  libfftw3-dev libarmadillo-dev libopencv-core-dev libhdf5-dev libprotobuf-dev protobuf-compiler python3-dev python3-numpy
)
case "$#:${1:-}" in
  0:) ;;
  1:--tests) packages+=("${tests[@]}") ;;
  1:--checks) packages+=("${tests[@]}" "${checks[@]}") ;;
  1:--all) packages+=("${tests[@]}" "${checks[@]}" "${libraries[@]}") ;;
  *)
    echo "usage: tools/setup.sh [--tests | --checks | --all]" >&2
    exit 2
    ;;
esac

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: nothing is missing"
  exit 0
fi

command -v apt-get >/dev/null ||
  fail "this system has no apt-get; install what Debian calls ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "run this as root, or install sudo; missing are ${missing[*]}"
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update -qq

install=(apt-get install -y --no-install-recommends --no-remove)
if ! plan=$(LC_ALL=C apt-get install --simulate --no-install-recommends "${missing[@]}" 2>&1); then
  fail "apt-get cannot install ${missing[*]}:" "$(grep -vE '^(Reading|Building|NOTE:)' <<<"$plan")"
fi
removed=$(awk '$1 == "Remv" {print $2}' <<<"$plan" | paste -sd ' ')
[ -z "$removed" ] || fail "nothing was installed, since ${missing[*]} would remove ${removed}, which are installed here" \
  "if you can do without them: ${sudo[*]:+sudo }apt-get install --no-install-recommends ${missing[*]}"

echo "setup: ${install[*]} ${missing[*]}"
echo "setup: with what they need, $(grep -c '^Inst' <<<"$plan") packages"
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" -qq "${missing[@]}" >/dev/null
echo "setup: done"
