#!/usr/bin/env bash
# tools/mutants.sh: takes one rule of the session away at a time; the simulator must notice each.
#
# usage: tools/mutants.sh [SEEDS]     works in a temporary folder, on all cores; exit code 1 if a mutant survives. What is no
# rule of the session, as the listeners' guard, is in tools/mutants_of_processes.sh.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
seeds=${1:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cores=$(nproc)

cxx=${CXX:-g++}
command -v ccache >/dev/null && cxx="ccache $cxx"
export CCACHE_SLOPPINESS=pch_defines,time_macros
# Names of files are relative to $work, so that a compiler cache knows them again.
flags="-std=c++20 -O1 -I. -I$root/core -I$root"
cd "$work" || exit 1

mkdir -p session/core/session objects sim
cp "$root"/core/session/*.[ch]pp session/core/session
cp "$root"/tests/unit/session/simul*.[ch]pp "$root"/core/values/bytes.cpp sim

# All that they include of the standard library, compiled once.
cat session/core/session/*pp sim/*pp | grep -E '^#include <[a-z_]+>' | sort -u >beginning.hpp
$cxx $flags -x c++-header beginning.hpp -o beginning.hpp.gch || exit 1

# compile OUT PLACE FILES…: as many at a time as $at_once says, into folder OUT. PLACE has its own core/session.
compile() {
  local out=$1 place=$2
  shift 2
  printf '%s\n' "$@" | xargs -P "$at_once" -I{} sh -c \
    "$cxx -include beginning.hpp -I'$place' $flags -MMD -c '{}' -o '$out'/\$(basename '{}' .cpp).o 2>>'$out'/errors"
}

fail() {
  echo "$1"
  cat ./*/errors | head -20
  exit 1
}

at_once=$cores
compile sim session sim/*.cpp || fail "the simulator does not compile"
compile objects session session/core/session/*.cpp || fail "the session does not compile"
link() { g++ "$1"/*.o sim/*.o -o "$1/simulator"; }
link objects || fail "the simulator does not link"
objects/simulator --seeds 300 >log || { cat log; fail "the session as it is fails"; }

# try FOLDER NAME FILE SED: what becomes of one mutant, built and run in a folder of its own
try() {
  local folder=$1 name=$2 file=$3 edit=$4
  local source=$folder/core/session/$file
  mkdir "$folder"
  cp -r session/core "$folder"
  cp objects/*.o "$folder"
  sed -i -E "$edit" "$source"
  if cmp -s "$source" "session/core/session/$file"; then
    echo "STALE     $name: the edit changes nothing in $file; adapt it"
    return
  fi
  local changed
  case $file in
    *.cpp) changed=$source ;;
    *) changed=$(grep -l "session/core/session/$file" objects/*.d | sed "s|objects/\(.*\).d|$folder/core/session/\1.cpp|") ;;
  esac
  if ! compile "$folder" "$folder" $changed || ! link "$folder" 2>>"$folder/errors"; then
    echo "BROKEN    $name: does not compile; adapt it"
    head -5 "$folder/errors"
  elif (ulimit -t 100; "$folder/simulator" --seeds "$seeds") >"$folder/log" 2>&1; then
    echo "SURVIVED  $name"
  else
    local why=$(grep -m1 '^seed' "$folder/log" | sed -E 's/^seed ([0-9]+) broke the rule: (.*)/\2 (seed \1)/')
    echo "found     $name: ${why:-crash or endless}"
  fi
  rm "$folder"/*.o "$folder/simulator"
}

count=0
at_once=1
# mutant NAME FILE SED: the rule NAME is removed from FILE by SED; one for each core at a time
mutant() {
  [ "$(jobs -rp | wc -l)" -lt "$cores" ] || wait -n
  count=$((count + 1))
  try "mutant-$count" "$@" >"said-$count" 2>&1 &
}

mutant "an admitted task is dropped" inbox.cpp '/if \(task.seq <= admitted_\) return true;/d'
mutant "an early task waits for those before it" inbox.cpp 's/while \(!early_.empty\(\) &&/while (false \&\&/'
mutant "a queued task can be aborted" inbox.cpp 's/if \(queued.settled\) return Abort::noted;/return Abort::noted;/'
mutant "an early abort is remembered" inbox.cpp '/early_aborts_.insert\(seq\)/d'
mutant "a transfer dies with its task" inbox.cpp '/if \(!transfers_.empty\(\)\) drop_transfers/d'
mutant "an aborted task frees its credit" inbox.cpp 's/^  finished_bytes_ \+= bytes;$//'
mutant "a repeated result is dropped" ledger.hpp 's/if \(r <= ack_\) return false;/if (r <= ack_) return true;/;s/if \(come.come\) return false;//'
mutant "a result is acknowledged after its last chunk" client_session.cpp 's/^( *)else if \(auto arrived = downloads.add\(/\1else if (arrivals.complete(result.r); auto arrived = downloads.add(/'
mutant "results are acknowledged" client_session.cpp '/\.result_ack = arrivals.ack\(\),/d'
mutant "an Exchange is open while results are owed" client_session.cpp 's/\(owed\(\) \|\| now >= idle_due\(\)\)/(now >= idle_due())/'
mutant "an idle client acknowledges after a while" client_session.cpp 's/news\(\) \? limits.poll : //'
mutant "a client whose results stay speaks before it is unheard" client_session.cpp 's/has_something_there \? limits.unheard \/ 3 : //'
mutant "the engine says that results stay" engine_session.cpp '/answer.keeps = keeps;/d'
mutant "who has something and is silent gives its place" engine_sessions.cpp 's/if \(!s->idle\(\) \&\& now - s->heard/if (false \&\& now - s->heard/'
mutant "results that stay keep a place" engine_session.hpp 's/ \&\& !keeps; \}/; }/'
mutant "an engine refuses what is meant for another" engine_sessions.cpp 's/if \(exchange.engine != state.engine\)/if (false)/'
mutant "a session that ended is not opened again" engine_sessions.cpp 's/if \(ended \|\| !exchange.open\)/if (!exchange.open)/'
mutant "a door that has closed stays closed" engine_sessions.cpp 's/if \(!forgotten.is_open\(exchange.door\)\)/if (false)/'
mutant "what a closed door refused is sent again" client_session.cpp '/^    relink\(now, out\);$/d'
mutant "the engine tells its door" engine_sessions.cpp 's/, \.door = forgotten.door\(\)\}/}/'
mutant "who has work keeps its place" engine_sessions.cpp 's/if \(s->idle\(\) &&/if (true \&\&/'
mutant "payloads beyond all credit come one after the other" engine_sessions.cpp 's/if \(!giant\) giant = &s;//'
mutant "a chunk that must wait is sent again" client_session.cpp '/^    s.uploads.failed\(\{seq, index, offset\}, now\);$/d'
mutant "a lower link is not processed" engine_sessions.cpp '/exchange.link < s->link/d'
mutant "a session that lost its client is dropped" engine_sessions.cpp 's/>= state.limits.silence/>= kNever/'
mutant "a new link gets the results again" engine_session.cpp 's/results.rewind\(\);//'
mutant "a new link counts x anew" engine_session.cpp 's/seen = SeenNumbers\{\};//'
mutant "a parked Exchange is answered within poll" engine_session.cpp '/now - parked_->since >= limits_.poll/d'
mutant "all but the newest Exchange are answered" engine_session.cpp 's/if \(parked_\) answer\(true, out\);//'
mutant "unacknowledged results stop the session" engine_session.hpp 's/ && results.bytes\(\) <= limits_.result_bytes//'
mutant "an answer is no larger than a message" engine_session.cpp '/used \+ cost > limits_.message_bytes/d'
mutant "a new link gets the tasks again" task_queue.cpp 's/^  sent_ = admitted_;$//'
mutant "tasks need credit" task_queue.cpp '/if \(seq > task_limit_\) return false;/d'
mutant "bytes need credit" task_queue.cpp 's/return total <= byte_limit_ \|\|/return true ||/'
mutant "chunks go before their task" task_queue.cpp '/if \(entry.chunks_left > 0\) break;/d'
mutant "a failed chunk is sent again" transfers.cpp '/^  again_.push_back\(part\);$/d'
mutant "a queued task whose time is over does not run" engine_sessions.cpp '/s->expire\(now\);/d'
mutant "a running task whose time is over is asked to stop" engine_sessions.cpp '/state.overrun\(now, out\);/d'
mutant "the deadline of the running task is kept" engine_sessions.cpp 's/state.deadline = state.overrun_at\(\)/state.deadline = kNever/'
mutant "the deadlines of queued tasks are kept" engine_session.cpp 's/std::min\(heard \+ limits_.silence, inbox.deadline\(\)\)/heard + limits_.silence/'
mutant "what a late task gives is dropped" engine_sessions.cpp 's/ \|\| done.decided\) return;/) return;/'
mutant "a late task frees its credit at once" engine_sessions.cpp 's/active->session->inbox.finished\(active->bytes\);//'
mutant "a silent link is broken" ledger.hpp 's/return !open_.empty\(\) && patience_ != kNever &&/return false \&\&/'

wait
cat $(seq -f 'said-%g' $count)
found=$(cat said-* | grep -c '^found ')
[ "$found" -eq $count ] || { echo "$((count - found)) of $count mutants were not found"; exit 1; }
