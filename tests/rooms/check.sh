#!/usr/bin/env bash
# tests/rooms/check.sh [ROOT]: holds the table of who may include whom, and what every file owes its reader.
#
# Reads all sources that git knows or would add. Exit code 1 and a line "file:line: rule" for each that breaks one.
set -euo pipefail
cd "${1:-$(dirname "$0")/../..}"

files=()
while IFS= read -r -d '' file; do
  case $file in
    *.c | *.h | *.cpp | *.hpp | *.fbs | *.sh | *.cmake | *CMakeLists.txt | *.md | .ci/*) ;;
    *) continue ;;
  esac
  [ -f "$file" ] && files+=("./$file")
done < <(git ls-files -z --cached --others --exclude-standard)
if [ ${#files[@]} -eq 0 ]; then
  echo "rooms: git lists no sources in $PWD; run this in a checkout that belongs to you" >&2
  exit 1
fi

broken=0
for file in "${files[@]}"; do
  if [ ! -s "$file" ]; then
    echo "${file#./}:1: is empty; remove it" >&2
    broken=1
  fi
done

awk '
function complain(rule) { print file ":" FNR ": " rule > "/dev/stderr"; broken = 1 }

# dir/target without "." and ".."
function normal(path,   parts, n, i, kept, out) {
  n = split(path, parts, "/"); kept = 0
  for (i = 1; i <= n; i++) {
    if (parts[i] == "" || parts[i] == ".") continue
    if (parts[i] == "..") { if (kept > 0) kept--; continue }
    out[++kept] = parts[i]
  }
  path = ""
  for (i = 1; i <= kept; i++) path = path (i > 1 ? "/" : "") out[i]
  return path
}

function room_of(path) {
  if (index(path, "tests/install/consumer/") == 1) return "consumer"
  return index(path, "/") ? substr(path, 1, index(path, "/") - 1) : ""
}

function inner_room_of(path,   parts) {
  return split(path, parts, "/") > 2 ? parts[1] "/" parts[2] : parts[1]
}

# By the table in docs/architecture.md: `from` itself, the rooms that its row names, and what is in them.
function may_include(from, to) {
  return from == to || (from, to) in table || (from, room_of(to)) in table
}

# "| `a`, `b` | words | `c` `d` |"
function read_table(page,   line, cells, froms, tos, i, j, n, m, above) {
  while ((getline line < page) > 0) {
    if (line !~ /^\| `/ || split(line, cells, "|") != 5) continue
    n = split(cells[2], froms, "`"); m = split(cells[4], tos, "`")
    for (i = 2; i <= n; i += 2) inner[froms[i]] = 1
    for (j = 2; j <= m; j += 2) {
      if (!(tos[j] in inner) && tos[j] !~ /^(core|client)$/) {
        print page ":1: " froms[2] " may include " tos[j] ", which stands in no row above it" > "/dev/stderr"
        broken = 1
      }
      for (i = 2; i <= n; i += 2) table[froms[i], tos[j]] = 1
    }
  }
  close(page)
}

function is_public(path) { return path ~ /^(core|client)\/enginery\// }

# What a first line has to begin with; the folder stands for its CMakeLists.txt.
function heading_is_good(line,   own, folder) {
  own = file
  sub(/^tests\/install\/consumer\//, "", own)  # a project of its own
  if (file ~ /\.(cpp|hpp|h|fbs)$/) return index(line, "// " own ": ") == 1
  if (file ~ /\.c$/) return index(line, "// " own ": ") == 1 || index(line, "/* " own ": ") == 1
  if (index(line, "# " own ": ") == 1 || index(line, "# " own " ") == 1 && line ~ /: /) return 1
  if (file !~ /CMakeLists\.txt$/) return 0
  folder = file
  sub(/\/?CMakeLists\.txt$/, "", folder)
  if (file ~ /^tests\/install\/consumer\//) folder = "consumer"
  return folder != "" && (index(line, "# " folder ": ") == 1 || index(line, "# " folder "/: ") == 1)
}

function check_include(target, quoted,   room, to, path, ours, name) {
  room = room_of(file)
  name = target; sub(/.*\//, "", name)
  if (target ~ /^nng\//) {
    if (is_public(file)) complain("a public header does not include NNG (<" target ">); hide it behind core/transport")
    else if (file !~ /^(core\/transport|benchmarks)\//) complain("only core/transport and benchmarks include NNG (<" target ">)")
    return
  }
  if (target ~ /^flatbuffers\// || name ~ /_generated\.h$/) {
    if (is_public(file)) complain("a public header does not include FlatBuffers (" target "); hide it behind core/wire")
    else if (file !~ /^core\/wire\//) complain("only core/wire includes FlatBuffers and what flatc makes (" target ")")
    return
  }
  ours = 1
  if (target ~ /^enginery\//) path = (("client/" target) in listed) ? "client/" target : "core/" target
  else if (room_of(target) in rooms) path = normal(target)
  else if (quoted) path = normal(file "/../" target)
  else ours = 0
  if (!ours) return
  to = room_of(path)
  if (is_public(file) && !is_public(path))
    complain("a public header includes only <enginery/...>, system and library headers, not the private " target)
  else if (is_public(file) && target !~ /^enginery\//)
    complain("a public header names another as <enginery/...>, the way it is installed, not as " target)
  if (room == "core" && to != "core")
    complain("core includes nothing of ours but core, not " target " (" to ")")
  else if (room ~ /^(engine|hub|launcher|client)$/ && to != "core" && to != room)
    complain(room " includes only core and " room ", not " target " (" to ")")
  else if (room ~ /^(core|client)$/ && !is_public(path) && !is_public(file) && !may_include(inner_room_of(file), inner_room_of(path)))
    complain(inner_room_of(file) " may not include " inner_room_of(path) " (" target "), by the table in docs/architecture.md")
  else if (room ~ /^(plugins|examples|consumer)$/ && target !~ /^enginery\// && !(room == "plugins" && target !~ /\//))
    complain(room " includes only <enginery/...>, system and library headers" \
      (room == "plugins" ? ", and those beside it" : "") ", not " target)
  else if (room ~ /^(tools|benchmarks)$/ && (to == "tests" || to == "consumer"))
    complain(room " includes anything but tests, not " target)
}

BEGIN {
  split("core engine hub launcher client plugins tools tests benchmarks examples cmake consumer", names, " ")
  for (i in names) rooms[names[i]] = 1
  for (i = 1; i < ARGC; i++) listed[substr(ARGV[i], 3)] = 1
  read_table("docs/architecture.md")
}

FNR == 1 {
  file = substr(FILENAME, 3)
  stem = file; sub(/.*\//, "", stem); sub(/\..*/, "", stem)
  if (stem ~ /^(util|utils|common|helpers|misc)$/)
    complain("no file is called " stem "; name it after the one thing that it holds")
  code = file ~ /\.(c|h|cpp|hpp)$/
  if (code && !(room_of(file) in rooms))
    complain("the room of this file is not in the table; add it to tests/rooms/check.sh")
  else if (code && file ~ /^(core|client)\/.*\// && !(inner_room_of(file) in inner))
    complain("the room " inner_room_of(file) " is not in the table of docs/architecture.md")
  has_heading = file !~ /\.md$/
}
FNR == 1 && /^#!/ { next }
has_heading {
  has_heading = 0
  if (!heading_is_good($0)) complain("the first line says what the file is, with its own path: \"" \
    (file ~ /\.(c|h|cpp|hpp|fbs)$/ ? "//" : "#") " " file ": ...\"")
}
FNR == 1 { printed = 0 }
/^<!-- printed by tests\/.* -->$/ && file ~ /\.md$/ { printed = 1 }  # a page that a test writes is not read from end to end
FNR == 401 && !printed { complain("a file has at most 400 lines; split it") }
code && /^[ \t]*#[ \t]*include[ \t]*["<]/ {
  line = $0
  quoted = match(line, /["<]/) && substr(line, RSTART, 1) == "\""
  line = substr(line, RSTART + 1)
  if (match(line, /[">]/)) check_include(substr(line, 1, RSTART - 1), quoted)
}
# Sockets of NNG and their faults are known in one room; others have a Line or a Subscription.
code && file !~ /^(core\/transport|tests|benchmarks)\// &&
    /core\/transport\/(requester|closing|listener_guard)\.hpp|transport::(connect|request|Requester|Subscriber|leave_open|close_left_open|close_in_time|ListenerGuard)([^A-Za-z0-9_]|$)/ {
  complain("only core/transport, tests and benchmarks dial; ask over a transport::Line, listen by a transport::Subscription")
}
# Numbers that name no process are refused there.
code && file != "core/processes/pid.cpp" && /(^|[^A-Za-z0-9_>])(::kill|killpg) *\(|[^A-Za-z0-9_.>:]kill *\([^;{]*, *SIG[A-Z]/ {
  complain("a signal goes to a process by send_signal() of core/processes/pid.hpp, to a group by signal_group()")
}
END { exit broken }
' "${files[@]}" || broken=1

[ $broken -eq 0 ] && echo "rooms: ${#files[@]} files keep the rules"
exit $broken
