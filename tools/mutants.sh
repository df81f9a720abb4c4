#!/usr/bin/env bash
# tools/mutants.sh: takes one rule of the session away at a time; the simulator must notice each.
#
# usage: tools/mutants.sh [SEEDS]     works in a temporary folder; exit code 1 if a mutant survives. What is no rule of the
# session, as the listeners' guard, is in tools/mutants_of_processes.sh.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
seeds=${1:-2000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cxx=${CXX:-g++}
command -v ccache >/dev/null && cxx="ccache $cxx"
flags="-std=c++20 -O1 -I$work -I$root/core -I$root"
sim=$root/tests/unit/session

mkdir -p "$work/core/session" "$work/objects" "$work/sim"
cp "$root"/core/session/*.[ch]pp "$work/core/session"

# compile OUT FILES…: two at a time, into folder OUT
compile() {
  local out=$1
  shift
  printf '%s\n' "$@" | xargs -P 2 -I{} sh -c "$cxx $flags -c '{}' -o '$out'/\$(basename '{}' .cpp).o 2>>'$work/errors'"
}

fail() {
  echo "$1"
  [ -s "$work/errors" ] && head -20 "$work/errors"
  exit 1
}

compile "$work/sim" "$sim"/simul*.cpp || fail "the simulator does not compile"
compile "$work/objects" "$work"/core/session/*.cpp || fail "the session does not compile"
link() { g++ "$1"/*.o "$work"/sim/*.o -o "$work/simulator"; }
link "$work/objects" || fail "the simulator does not link"
"$work/simulator" --seeds 300 >"$work/log" || { cat "$work/log"; fail "the session as it is fails"; }

survivors=0
# mutant NAME FILE SED: the rule NAME is removed from FILE by SED
mutant() {
  local name=$1 file=$2 edit=$3 source=$work/core/session/$2
  sed -i -E "$edit" "$source"
  if cmp -s "$source" "$root/core/session/$file"; then
    echo "STALE     $name: the edit changes nothing in $file; adapt it"
    survivors=$((survivors + 1))
    return
  fi
  rm -rf "$work/mutated"
  cp -r "$work/objects" "$work/mutated"
  : >"$work/errors"
  case $file in
    *.cpp) compile "$work/mutated" "$source" ;;
    *) compile "$work/mutated" "$work"/core/session/*.cpp ;;
  esac && link "$work/mutated" 2>>"$work/errors"
  local built=$?
  cp "$root/core/session/$file" "$source"
  if [ $built -ne 0 ]; then
    echo "BROKEN    $name: does not compile; adapt it"
    head -5 "$work/errors"
    survivors=$((survivors + 1))
  elif (ulimit -t 100; "$work/simulator" --seeds "$seeds") >"$work/log" 2>&1; then
    echo "SURVIVED  $name"
    survivors=$((survivors + 1))
  else
    local why=$(grep -m1 '^seed' "$work/log" | sed -E 's/^seed ([0-9]+) broke the rule: (.*)/\2 (seed \1)/')
    echo "found     $name: ${why:-crash or endless}"
  fi
}

mutant "an admitted task is dropped" inbox.cpp '/if \(task.seq <= admitted_\) return true;/d'
mutant "an early task waits for those before it" inbox.cpp 's/while \(!early_.empty\(\) &&/while (false \&\&/'
mutant "a queued task can be aborted" inbox.cpp 's/if \(queued.settled\) return Abort::noted;/return Abort::noted;/'
mutant "an early abort is remembered" inbox.cpp '/early_aborts_.insert\(seq\)/d'
mutant "a transfer dies with its task" inbox.cpp '/if \(!transfers_.empty\(\)\) drop_transfers/d'
mutant "an aborted task frees its credit" inbox.cpp 's/^  finished_bytes_ \+= bytes;$//'
mutant "a repeated result is dropped" arrivals.hpp 's/if \(r <= ack_\) return false;/if (r <= ack_) return true;/;s/if \(come.come\) return false;//'
mutant "a result is acknowledged after its last chunk" client_session.cpp 's/^( *)downloads.add\(/\1arrivals.complete(r);\n&/'
mutant "results are acknowledged" client_session.cpp 's/exchange.result_ack = arrivals.ack\(\);//'
mutant "an Exchange is open while results are owed" client_session.cpp 's/\(owed\(\) \|\| now >= idle_due\(\)\)/(now >= idle_due())/'
mutant "an idle client acknowledges after a while" client_session.cpp 's/news\(\) \? limits.poll : limits.silence \/ 4/limits.silence \/ 4/'
mutant "an engine refuses what is meant for another" engine_sessions.cpp 's/if \(exchange.engine != state.engine\)/if (false)/'
mutant "a session that ended is not opened again" engine_sessions.cpp 's/ \|\| forgotten.contains\(exchange.session\)//'
mutant "a lower link is not processed" engine_sessions.cpp '/exchange.link < s->link/d'
mutant "a session that lost its client is dropped" engine_sessions.cpp 's/>= state.limits.silence/>= kNever/'
mutant "a new link gets the results again" engine_session.cpp 's/results.rewind\(\);//'
mutant "a new link counts x anew" engine_session.cpp 's/seen = SeenNumbers\{\};//'
mutant "a parked Exchange is answered within poll" engine_session.cpp '/now - parked_->since >= limits_.poll/d'
mutant "all but the newest Exchange are answered" engine_session.cpp 's/if \(parked_\) out.emplace_back/if (false) out.emplace_back/'
mutant "unacknowledged results stop the session" engine_session.hpp 's/ && results.bytes\(\) <= limits_.result_bytes//'
mutant "an answer is no larger than a message" result_log.cpp '/used \+ cost > limits_.message_bytes/d'
mutant "a new link gets the tasks again" task_queue.cpp 's/^  sent_ = admitted_;$//'
mutant "tasks need credit" task_queue.cpp '/if \(seq > task_limit_\) return false;/d'
mutant "bytes need credit" task_queue.cpp 's/return total <= byte_limit_ \|\|/return true ||/'
mutant "chunks go before their task" task_queue.cpp '/if \(entry.chunks_left > 0\) break;/d'
mutant "a failed chunk is sent again" open_parts.cpp '/^  again_.push_back\(part\);$/d'
mutant "a queued task whose time is over does not run" engine_sessions.cpp '/s->expire\(now\);/d'
mutant "a running task whose time is over is asked to stop" engine_sessions.cpp '/state.overrun\(now, out\);/d'
mutant "the deadline of the running task is kept" engine_sessions.cpp 's/state.deadline = state.overrun_at\(\)/state.deadline = kNever/'
mutant "the deadlines of queued tasks are kept" engine_session.cpp 's/std::min\(heard \+ limits_.silence, inbox.deadline\(\)\)/heard + limits_.silence/'
mutant "what a late task gives is dropped" engine_sessions.cpp 's/ \|\| done.decided\) return;/) return;/'
mutant "a late task frees its credit at once" engine_sessions.cpp 's/active->session->inbox.finished\(active->bytes\);//'
mutant "a silent link is broken" link.hpp 's/return !open_.empty\(\) && patience_ != kNever &&/return false \&\&/'

[ $survivors -eq 0 ] || { echo "$survivors mutants survived"; exit 1; }
