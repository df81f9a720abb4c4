#!/bin/sh
# tests/rooms/own_names.sh FILE…: these show names of enginery's and the hooks of throws and sends only, and need no C++
# library but the standard one. What a process links is found first by all that it loads: a user's library with fmt in it would be
# bound to the fmt shown here.
set -eu
status=0
for file in "$@"; do
  # Mangled: members of any qualification, types' tables and thunks, statics in functions. What has a version is data of
  # the standard library's, of which an executable has a copy.
  others=$(nm -D --defined-only "$file" | awk '{print $NF}' | grep -vE '@(GLIBC|GLIBCXX|CXXABI)_' |
    grep -vE '^(__cxa_throw|sendmsg|_(Z|ZGV|ZGR|ZZ|ZGVZ|ZT[IVTSHW]|ZT[hvc].*_)N[KVRO]*8enginery.*)$' || true)
  if [ -n "$others" ]; then
    echo "$file shows names that are not enginery's, $(echo "$others" | wc -l) in all:"
    echo "$others" | head -n 20 | c++filt
    status=1
  fi
  for library in $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    case $library in
      libenginery.so.* | libenginery_client.so.*) ;;
      libnng.so.* | libcrypto.so.*) ;;  # C
      libstdc++.so.* | libm.so.* | libgcc_s.so.* | libc.so.* | ld-linux*) ;;
      libc++*.so.* | libunwind.so.* | libasan.so.* | libubsan.so.* | libtsan.so.*) ;;
      *)
        echo "$file needs $library, in which all that it loads looks first; link it in, or list it here if it is C"
        status=1
        ;;
    esac
  done
done
exit $status
