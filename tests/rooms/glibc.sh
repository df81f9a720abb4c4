#!/bin/sh
# tests/rooms/glibc.sh FILE…: these need nothing that is newer than glibc 2.35, which Ubuntu 22.04 has.
set -eu
host=$(getconf GNU_LIBC_VERSION | cut -d. -f2)
if [ "$host" -gt 36 ]; then
  echo "skipped: this host has glibc 2.$host, whose headers choose newer functions by themselves; 2.36 shows it"
  exit 77
fi
status=0
for file in "$@"; do
  symbols=$(objdump -T "$file")
  for version in $(echo "$symbols" | grep -o 'GLIBC_2\.[0-9]*' | sort -u | cut -d. -f2); do
    if [ "$version" -gt 35 ]; then
      echo "$file needs glibc 2.$version:"
      echo "$symbols" | grep "GLIBC_2\.$version"
      status=1
    fi
  done
done
exit $status
