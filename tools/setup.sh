#!/usr/bin/env bash
# tools/setup.sh: installs what is missing from Debian's packages, and nothing else.
set -euo pipefail

packages=(
  g++ cmake ninja-build ccache pkg-config clang-format
  libnng-dev libmbedtls-dev libssl-dev libflatbuffers-dev flatbuffers-compiler libeigen3-dev libboost1.81-dev
  tao-pegtl-dev python3 iproute2
  libfmt-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libgtest-dev libgmock-dev libbenchmark-dev
)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = "install ok installed" ] || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: nothing is missing"
  exit 0
fi

echo "setup: installing from Debian's packages: ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "setup: run this as root, or install sudo: apt-get install ${missing[*]}" >&2; exit 1; }
  sudo=(sudo)
fi
"${sudo[@]}" apt-get update -qq
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -qq "${missing[@]}" >/dev/null
echo "setup: done"
