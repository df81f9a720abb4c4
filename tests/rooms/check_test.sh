#!/usr/bin/env bash
# tests/rooms/check_test.sh: breaks every rule of check.sh once, in a scratch checkout, and sees that it is named.
set -euo pipefail
check=$(cd "$(dirname "$0")" && pwd)/check.sh
page=$(cd "$(dirname "$0")/../.." && pwd)/docs/architecture.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git -C "$work" init -q

unseen=0
# file PATH LINES…: a file whose first line is right unless LINES begin with "raw"
file() {
  mkdir -p "$work/$(dirname "$1")"
  if [ "${2-}" = raw ]; then printf '%s\n' "${@:3}"; else printf '%s\n' "// $1: for a test." "${@:2}"; fi >"$work/$1"
}
# expect WHERE WORDS: check.sh fails, and says WORDS of WHERE and nothing else; the file is removed again
expect() {
  local said
  if said=$("$check" "$work" 2>&1); then said="nothing"; fi
  if [[ $said != "$1: "*"$2"* || $said == *$'\n'* ]]; then
    echo "not seen: '$2' at $1; said: $said" >&2
    unseen=$((unseen + 1))
  fi
  rm "$work/${1%:*}"
}

mkdir "$work/docs" && cp "$page" "$work/docs/"
file core/enginery/value.hpp "#include <vector>"
file core/wire/frame.cpp "#include <flatbuffers/flatbuffers.h>" '#include "call_generated.h"'
file core/transport/line.cpp '#include "core/transport/requester.hpp"'
file core/transport/nng.hpp "#include <nng/nng.h>" "#include <enginery/value.hpp>"
file client/enginery/client.hpp "#include <enginery/value.hpp>"
file client/links/link.cpp '#include "core/transport/nng.hpp"' "#include <enginery/client.hpp>"
file tools/main.cpp '#include "client/links/link.hpp"' '#include "hub/hub.hpp"' 'rc.kill(0); void Child::kill() {}'
file plugins/linalg/norms.cpp "#include <enginery/value.hpp>" "#include <Eigen/Dense>" '#include "matrix.hpp"'
file tests/link_test.cpp 'transport::Requester line;' '#include "client/links/link.hpp"' '#include "simulator.hpp"'
# shellcheck disable=SC2046
file docs/errors.md raw "<!-- printed by tests/docs/errors_test.cpp -->" $(yes x | head -400)
"$check" "$work" >/dev/null || { echo "the rules refuse what is allowed" >&2; exit 1; }

for room in engine hub launcher client plugins tools; do
  file core/a.cpp "#include \"$room/b.hpp\"" && expect core/a.cpp:2 "core includes nothing of ours but core"
done
file core/a.cpp "#include <enginery/client.hpp>" && expect core/a.cpp:2 "core includes nothing of ours but core"
file core/a.cpp '#include "../client/b.hpp"' && expect core/a.cpp:2 "core includes nothing of ours but core"
file core/values/a.cpp '#include "core/language/b.hpp"' && expect core/values/a.cpp:2 "core/values may not include core/language"
file core/wire/a.hpp '#include "core/transport/b.hpp"' && expect core/wire/a.hpp:2 "core/wire may not include core/transport"
file core/session/a.cpp '#include "../wire/b.hpp"' && expect core/session/a.cpp:2 "core/session may not include core/wire"
file client/links/a.cpp '#include "client/views/b.hpp"' && expect client/links/a.cpp:2 "client/links may not include client/views"
file core/attic/a.cpp && expect core/attic/a.cpp:1 "the room core/attic is not in the table of docs/architecture.md"
sed 's#^| `core/values` |\(.*\)| |$#| `core/values` |\1| `core/language` |#' "$page" >"$work/docs/architecture.md"
expect docs/architecture.md:1 "core/values may include core/language, which stands in no row above it"
cp "$page" "$work/docs/"
file launcher/a.cpp '#include "hub/b.hpp"' && expect launcher/a.cpp:2 "launcher includes only core and launcher"
file engine/a.cpp '#include "hub/b.hpp"' && expect engine/a.cpp:2 "engine includes only core and engine"
file engine/a.cpp "#include <enginery/client.hpp>" && expect engine/a.cpp:2 "engine includes only core and engine"
file hub/a.cpp "#  include  \"engine/b.hpp\"" && expect hub/a.cpp:2 "hub includes only core and hub"
file client/a.cpp '#include "tools/b.hpp"' && expect client/a.cpp:2 "client includes only core and client"
file plugins/a.cpp '#include "core/wire/frame.hpp"' && expect plugins/a.cpp:2 "plugins includes only <enginery/...>"
file plugins/a/a.cpp '#include "../b/b.hpp"' && expect plugins/a/a.cpp:2 "plugins includes only <enginery/...>"
file examples/a.cpp '#include "client/links/link.hpp"' && expect examples/a.cpp:2 "examples includes only <enginery/...>"
file tools/a.cpp '#include "tests/b.hpp"' && expect tools/a.cpp:2 "tools includes anything but tests"
file benchmarks/a.cpp '#include "tests/b.hpp"' && expect benchmarks/a.cpp:2 "benchmarks includes anything but tests"
file core/enginery/a.hpp "#include <nng/nng.h>" && expect core/enginery/a.hpp:2 "a public header does not include NNG"
file client/enginery/a.hpp "#include <flatbuffers/flatbuffers.h>" &&
  expect client/enginery/a.hpp:2 "a public header does not include FlatBuffers"
file client/enginery/a.hpp '#include "client/links/link.hpp"' && expect client/enginery/a.hpp:2 "a public header includes only"
file core/enginery/a.hpp '#include "core/wire/frame.hpp"' && expect core/enginery/a.hpp:2 "a public header includes only"
file core/enginery/a.hpp '#include "value.hpp"' && expect core/enginery/a.hpp:2 "a public header names another as <enginery/"
file client/a.cpp "#include <nng/nng.h>" && expect client/a.cpp:2 "only core/transport and benchmarks include NNG"
file core/session/a.cpp "#include <nng/nng.h>" && expect core/session/a.cpp:2 "only core/transport and benchmarks include NNG"
file core/session/a.cpp "#include <flatbuffers/flatbuffers.h>" && expect core/session/a.cpp:2 "only core/wire includes FlatBuffers"
file hub/a.cpp '#include "hub_generated.h"' && expect hub/a.cpp:2 "only core/wire includes FlatBuffers"
file core/a.cpp raw "// core/b.cpp: another's name." && expect core/a.cpp:1 "the first line says what the file is"
file tools/a.sh raw "#!/bin/sh" "set -e" && expect tools/a.sh:2 "the first line says what the file is"
file core/CMakeLists.txt raw "# client: another's name." && expect core/CMakeLists.txt:1 "the first line says what the file is"
for stem in util utils common helpers misc; do
  file "core/$stem.hpp" && expect "core/$stem.hpp:1" "no file is called $stem"
done
# shellcheck disable=SC2046
file core/a.cpp $(yes '//' | head -400) && expect core/a.cpp:401 "a file has at most 400 lines"
# shellcheck disable=SC2046
file docs/a.md raw $(yes x | head -401) && expect docs/a.md:401 "a file has at most 400 lines"
for words in "::kill(pid, SIGTERM);" "if (pid) kill(-pid, SIGKILL);" "(void)::kill(0, 0);" "killpg(pid, SIGINT);"; do
  file tools/a.cpp "$words" && expect tools/a.cpp:2 "a signal goes to a process by send_signal()"
done
for words in '#include "core/transport/requester.hpp"' '#include "core/transport/closing.hpp"' \
  "auto line = transport::connect(address, 2);" "transport::Requester* line;" "transport::Subscriber* all;" "transport::close_left_open();"; do
  file engine/a.cpp "$words" && expect engine/a.cpp:2 "only core/transport, tests and benchmarks dial"
done
file attic/a.cpp && expect attic/a.cpp:1 "the room of this file is not in the table"
: >"$work/core/a.cpp" && expect core/a.cpp:1 "is empty"

[ $unseen -eq 0 ] && echo "rooms: every rule was broken and seen"
exit $((unseen != 0))
