#!/usr/bin/env bash
# tools/mutants_of_processes.sh: takes one rule that keeps processes sound away at a time; a named test must notice each.
#
# usage: tools/mutants_of_processes.sh [WORDS]     only those rules whose name has the WORDS, a regular expression
#
# As tools/mutants.sh does for the session, whose simulator needs no processes. Here a copy of the whole tree is built, in
# a temporary folder, and each rule has the test that was written for it. Exit code 1 if a mutant survives.
set -u
words=${1:-}
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
copy=$work/enginery

# A mutant that does not end with its launcher is still there when its test is over.
end_leftovers() {
  local exe
  for exe in /proc/[0-9]*/exe; do
    case $(readlink "$exe") in "$copy"/*) exe=${exe%/exe}; kill -KILL "${exe#/proc/}" ;; esac
  done 2>/dev/null
}
trap 'end_leftovers; rm -rf "$work"' EXIT

mkdir "$copy"
(cd "$root" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy") || exit 1
cd "$copy" || exit 1
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=$copy
cmake --preset release -DENGINERY_BUILD_BENCHMARKS=OFF -DENGINERY_WERROR=OFF >"$work/log" || { cat "$work/log"; exit 1; }

# passes TARGET TEST: builds, and runs that one test. 0 passed, 1 failed, 2 did not get as far
passes() {
  cmake --build --preset release --target "$1" >"$work/log" 2>&1 || return 2
  local program=build/release/bin/$1
  [ -x "$program" ] || program=$(find build/release/tests -name "${1%_executable}" -type f)
  timeout -k 5 120 "$program" --gtest_filter="$2" >"$work/log" 2>&1
  local status=$?
  end_leftovers
  [ $status -eq 0 ] || return 1
  grep -q 'PASSED.* 1 test' "$work/log" || return 2
}

survivors=0
# mutant NAME FILE SED TARGET TEST: the rule NAME is removed from FILE by SED, and TEST of TARGET fails
mutant() {
  local name=$1 file=$2 edit=$3 target=$4 test=$5
  [[ $name =~ $words ]] || return 0
  if [ ! -e "$file" ]; then
    echo "STALE     $name: there is no $file; adapt it"
    survivors=$((survivors + 1))
    return
  fi
  if ! passes "$target" "$test"; then
    echo "BROKEN    $name: $test does not pass as it is"
    tail -20 "$work/log"
    survivors=$((survivors + 1))
    return
  fi
  sed -i -E "$edit" "$file"
  if cmp -s "$file" "$root/$file"; then
    echo "STALE     $name: the edit changes nothing in $file; adapt it"
    survivors=$((survivors + 1))
    return
  fi
  passes "$target" "$test"
  case $? in
    0) echo "SURVIVED  $name: $test passes"; survivors=$((survivors + 1)) ;;
    1) echo "found     $name: by $test" ;;
    *) echo "BROKEN    $name: does not compile; adapt it"; tail -20 "$work/log"; survivors=$((survivors + 1)) ;;
  esac
  cp "$root/$file" "$file"
}

mutant "a listener whose socket somebody removed is made anew" core/transport/listener_guard.cpp \
  '/if \(!path_.empty\(\)\) thread_ = std::jthread/d' \
  transport_test TransportTest.AListenerWhoseSocketSomebodyRemovedListensAgain
mutant "an engine ends at its launcher's end of file" engine/engine.cpp \
  's/pollfd watched\[\] = \{\{launcher_fd, /pollfd watched[] = {{-1, /' \
  launcher_test Children/AnyLauncherTest.AKilledLauncherLeavesNeitherProcessNorFile/true
mutant "a hub ends at its launcher's end of file" hub/hub_main.cpp 's/while \(!ending && !hub.launcher_gone\(\)\)/while (!ending)/' \
  launcher_test Children/AnyLauncherTest.AKilledLauncherLeavesNeitherProcessNorFile/true
mutant "engines that joined hear of their cluster's end" hub/hub_main.cpp '/hub.end_cluster\(\);/d' \
  strangers_test StrangersTest.AnEngineThatCannotSeeTheLauncherIsToldOfTheClustersEnd
mutant "a late chunk of what was given up harms nobody" core/session/inbox.cpp '/early_.rbegin\(\)->first > chunk.seq/d' \
  session_test EngineSessionsTest.AChunkOfATaskThatWasGivenUpMayComeLate
mutant "a payload without memory fails alone" core/session/engine_sessions.cpp \
  's/return answer\(Status::no_memory\);/return answer(Status::busy);/' \
  settings_test SettingsTest.ATaskThatTakesMoreThanTheMemoryLimitIsAMemoryErrorAndTheEngineGoesOn
mutant "a silent bulk socket is renewed" core/session/client_session.cpp 's/if \(silent_up \|\| silent_down\)/if (silent_up \&\& silent_down)/' \
  session_test ClientSessionTest.ABulkSocketThatStaysSilentIsRenewed
mutant "modules are taken by the engine that they are meant for" engine/module_receiver.cpp \
  's/return asked.engine == engine_ \?/return true ?/' \
  engine_test ModuleReceiverTest.WhatIsMeantForAnotherEngineIsNotTaken
mutant "a chunk is taken by the engine that it is meant for" core/session/engine_sessions.cpp \
  's/if \(chunk.engine != state.engine\)/if (false)/' \
  session_test EngineSessionsTest.ChunksAndFetchesThatAreMeantForAnotherEngineAreRefused
mutant "a chunk is fetched from the engine that has it" core/session/engine_sessions.cpp \
  's/if \(fetch.engine != state.engine\)/if (false)/' \
  session_test EngineSessionsTest.ChunksAndFetchesThatAreMeantForAnotherEngineAreRefused
mutant "a silent subscription is made anew" core/transport/subscription.cpp 's/if \(!silent\) return next;/return next;/' \
  hub_test HubTest.AClientThatHearsNothingSubscribesAnewAndAsksForWhatItMissed
mutant "a hub hears which engines died before it" launcher/launcher_hub.cpp 's/^    link.send\(death\);//' \
  restart_test_executable HubDeathTest.AnEngineThatDiedBeforeTheHubCanBeRestarted
mutant "a death of long ago is not that of who joined since" launcher/launcher_hub.cpp \
  '/^  for \(const auto& \[id, registered\]/d
   s|^  // First who is gone.*|  for (const auto\& [id, registered] : registered_) link.send(registered);|' \
  restart_test_executable HubDeathTest.WhoJoinedUnderTheIdOfADeadEngineStaysWhenTheHubDies
mutant "an engine that does not take tasks again is given up" launcher/launcher_engines.cpp 's/\|\| !took_tasks;/|| (took_tasks \&\& false);/' \
  restart_test_executable RestartTest.AnEngineThatDiesAsItIsStartedAnewIsSaidAtOnce
mutant "a task may not have more than the memory limit" engine/engine.cpp 's/memory_->task_begins\(\);//' \
  settings_test SettingsTest.ATaskThatTakesMoreThanTheMemoryLimitIsAMemoryErrorAndTheEngineGoesOn
mutant "tasks leave descriptors to the engine" engine/engine.cpp 's/descriptors_.task_(begins|ends)\(\);//' \
  few_descriptors_test_executable FewDescriptorsTest.AnEngineWhoseTasksTakeAllAnswersNewClients
mutant "no thread's first buffer waits for dlopen" core/wire/envelope.hpp \
  's/^    if \(!mine_\) \{/    static thread_local T mine;\n    return mine;\n&/' \
  cluster_test OutputTest.APluginThatPrintsMoreThanAPipeHoldsWhileItIsOpenedIsImported
mutant "what is found by a name is this user's alone" core/clusters/connection.cpp '/cluster::check_trusted\(directory\);/d' \
  runtime_directory_test RuntimeDirectoryTest.WhatOthersCouldHaveMadeIsNeitherFoundNorUsed
mutant "a held folder is locked" core/clusters/runtime_directory.cpp \
  's/::flock\(folder.get\(\), LOCK_EX \| LOCK_NB\) != 0; \+\+i/false; ++i/' \
  runtime_directory_test RuntimeDirectoryTest.ACleanerThatAsksForALockLeavesAHeldFolderAlone
mutant "what is removed of a cluster's folder comes back" launcher/launcher.cpp \
  's/if \(now >= next_look_ && !outcome_\) look_after_folder\(\);/if (now >= next_look_) next_look_ = now + kLookInterval;/' \
  launcher_test Children/AnyFolderTest.WhatIsRemovedOfItsFolderComesBack/true
mutant "a wait for engines ends with its cluster" client/links/hub_line.cpp \
  's/if \(!cluster::launcher_lives\(connection_\).value_or\(true\)\)/if (false)/' \
  waits_test_executable WaitsTest.AWaitForEnginesEndsWithALauncherThatIsKilled
mutant "a wait for engines ends when its hub is silent" client/links/hub_line.cpp 's/if \(silence_.is_long\(now, heard\)\)/if (silence_.is_long(now, heard) \&\& false)/' \
  waits_test_executable EveryWaitTest.NeedsNoHubThatRunsButForEnginesToCome
mutant "time in which a client stood still is no hub's silence" client/links/hub_line.cpp 's/standstill_.since_last_look\(now\) > session::Time::zero\(\) \? now : since_/since_/' \
  cluster_watch_test HubSilenceTest.DoesNotCountTheTimeInWhichThisProcessStoodStill
mutant "a wait for engines ends when all have died" client/links/engine_waits.cpp 's/if \(looks == kLooks\)/if (false)/' \
  waits_test_executable WaitsTest.AWaitForEnginesEndsWhenAllHaveDiedForGood
mutant "a client keeps the time that a stopped engine does not" client/links/engine_link_tick.cpp \
  '/if \(!death_\) give_up_unheard\(lock\);/d' \
  waits_test_executable EveryWaitTest.OnAnEngineThatIsStoppedEndsWithItsTimeLimit
mutant "it keeps that of tasks that wait for their code, too" client/links/engine_link_tick.cpp 's/\} else if \(!gate_.empty\(\) &&.*/} else if (!gate_.empty() \&\& seq >= gate_.front().seq) {\n      continue;\n    } else if (false) {/' \
  waits_test_executable EveryWaitTest.ForItsCodeOnAnEngineThatIsStoppedEndsWithItsTimeLimit
mutant "what a client lacks for long is an error" core/transport/failures.hpp 's/now - \*since_ >= kPatience/false/' \
  few_descriptors_test_executable FewDescriptorsTest.AClientThatHasNoneLeftIsToldSo
mutant "an engine that stood still takes nobody for silent" core/session/engine_sessions.cpp \
  '/for \(const auto& \[id, s\] : all\) s->heard \+= stood_still;/d' \
  session_test PlacesTest.TimeInWhichTheEngineStoodStillIsNobodysSilence
mutant "only an idle client gives its place to a newcomer" core/session/engine_sessions.cpp 's/if \(s->idle\(\) && \(!idle/if ((!idle/' \
  session_test PlacesTest.WhoHasWorkKeepsItsPlaceForFifteenSecondsOfSilence
mutant "the host that has most places gives one" core/session/engine_sessions.cpp 's/return its != others \? its > others : s.heard < other.heard;/return s.heard < other.heard;/' \
  session_test PlacesTest.ANewcomerGetsThePlaceOfTheLongestSilentOfTheHostThatHasMost
mutant "what is older than the engine remembers opens nothing" core/session/engine_sessions.cpp \
  's/if \(!forgotten.is_open\(exchange.door\)\)/if (false)/' \
  attackers_test_executable AttackersTest.AnExchangeThatIsSentAgainMuchLaterRunsNothing
mutant "handles of a forked child do nothing at their end" client/links/engines.cpp \
  's/transport::forked\(\) \? transport::abandon\(done\) : delete done;/delete done;/' \
  waits_test_executable ForksTest.AChildsHandlesDoNothingAtTheirEnd
mutant "calls of a forked child are refused" core/transport/forked.cpp 's/^  if \(forked\(\)\)$/  if (false)/' \
  waits_test_executable ForksTest.CallsInAChildSayThatItIsForked
mutant "a child that a task forked is no engine" engine/engine.cpp 's/if \(transport::forked\(\)\) \{/if (false) {/' \
  waits_test_executable ForksTest.ATaskThatForksIsSafe
mutant "an engine that runs another program has ended" launcher/child.cpp 's/return now && image_ && now != image_;/return false;/' \
  travel_test_executable DeathTest.ATaskThatReplacesItsProgramHasEndedItsEngine
mutant "an engine claims what is its own" hub/hub.cpp '/check_claims\(entry, sender, registry_.all\(\), own_addresses_\);/d' \
  hub_test HubTest.AnEngineClaimsNothingThatIsNotItsOwn
mutant "who does not read holds few contexts" core/transport/responder.cpp 's/deaf.try_emplace\(context->pipe\);/(void)0;/' \
  transport_test TransportTest.PeersThatAskAndNeverReadKeepNobodyFromBeingAnswered
mutant "sockets that were left open are closed" core/transport/closing.cpp '/some.remove_if\(/d' \
  transport_test TransportTest.SubscribersThatWereLeftOpenAreClosedOnceTheirPeerIsSilent
mutant "logs that somebody removed are put back" launcher/child.cpp 's/if \(!output_ \|\|/if (true ||/' \
  launcher_test LauncherFolderTest.LogsThatAreRemovedAreReadWhereTheyWereAndGoOn

[ $survivors -eq 0 ] || { echo "$survivors mutants survived"; exit 1; }
