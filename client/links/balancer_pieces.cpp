// client/links/balancer_pieces.cpp: what a Balancer does as its Scheduler says, and what becomes of the pieces it sent.
//
// A call's result is the outcome of its last attempt. A map's chunk is unpacked here, so that its failed items can be
// tried again.
#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/links/balancer_job.hpp"

namespace enginery {
namespace {

using scheduling::Actions;
using scheduling::Items;
using scheduling::Reason;

const EngineDied* as_death(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const EngineDied& died) {
    return &died;  // which `error` keeps
  } catch (...) {
    return nullptr;
  }
}

std::string text_of(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "it failed";
  }
}

std::string why_it_failed(const AwaitedResult& result) {
  if (result.map) {
    const auto failures = result.map->failures();
    return failures.empty() ? "it has ended" : text_of(failures.begin()->second.second);
  }
  for (std::size_t i = 0; i < result.call->size(); ++i)
    if (const auto error = (*result.call)[i].error()) return text_of(error);
  return "it has ended";
}

scheduling::Progress::State progress_of(AtDeath state) {
  using State = scheduling::Progress::State;
  switch (state) {
    case AtDeath::not_started:
      return State::not_begun;
    case AtDeath::running:
      return State::running;
    case AtDeath::finished:
      return State::finished;
    case AtDeath::unknown:
      break;
  }
  return State::unknown;
}

}  // namespace

void Balancer::perform(Actions& actions) {
  std::vector<scheduling::JobId> failed;
  for (std::size_t i = 0; i < actions.size(); ++i) {
    const scheduling::Action action = actions[i];
    if (const auto* piece = std::get_if<scheduling::Send>(&action)) {
      send(*piece);
    } else if (const auto* back = std::get_if<scheduling::TakeBack>(&action)) {
      if (const auto attempt = attempts_.find(back->piece); attempt != attempts_.end())
        attempt->second->pending.withdraw();
    } else if (const auto* stop = std::get_if<scheduling::Abort>(&action)) {
      if (const auto attempt = attempts_.find(stop->piece); attempt != attempts_.end())
        attempt->second->pending.abort();
    } else {
      const auto& items = std::get<scheduling::Fail>(action);
      fail(items);
      failed.push_back(items.job);
    }
  }
  for (const scheduling::JobId id : failed) end_if_over(id);
  actions.clear();
}

void Balancer::send(const scheduling::Send& piece) {
  Job& job = *jobs_.at(piece.job);
  EngineLink& link = *engines_.at(piece.engine);
  const auto attempt = std::make_shared<Attempt>(
      weak_from_this(), piece, Asked{job.placement.label, {}, job.placement.time_limit}, job.map != nullptr);
  attempts_[piece.piece] = attempt;
  Pending& pending = attempt->pending;
  pending.ask(attempt->asked, link.engine().id, link.engine().uuid);
  pending.observe(*attempt);
  wire::Packed call;
  try {
    if (!job.packed && !job.arguments.empty()) job.work.resolve();
    if (job.map) {
      call = job.work.pack(piece.items, job.map->seed(), job.items.part(piece.items), link.inline_bytes());
    } else {
      if (!job.packed) job.packed = job.work.pack(link.inline_bytes());
      call = *job.packed;
    }
  } catch (...) {
    return pending.fail(std::current_exception());
  }
  try {
    link.submit(std::move(call), {attempt, &pending}, job.work.needs, Room::overfill);
  } catch (...) {
    // Once the link has it, it completes it.
    if (pending.session().nil()) pending.fail(std::current_exception());
  }
}

void Balancer::fail(const scheduling::Fail& items) {
  const auto known = jobs_.find(items.job);
  if (known == jobs_.end() || items.items.count == 0) return;
  Job& job = *known->second;
  const std::string what = job.what(items.items);
  const auto error = [&]() -> std::function<std::exception_ptr()> {
    const auto says = [](auto thrown) { return [thrown] { return std::make_exception_ptr(thrown); }; };
    switch (items.reason) {
      case Reason::died:
      case Reason::lost:
        return [death = death_] { return death; };
      case Reason::poison:
        return says(
            PoisonTask(fmt::format("{} took {} engines along, and is not tried again. {}", what,
                                   scheduling::Scheduler::kPoison, fmt::join(job.deaths[items.items.first], "; "))));
      case Reason::unreachable:
        if (items.cause)
          return says(DependencyError(
              fmt::format("{} is to run where a result is, on an engine that its view leaves out", what)));
        return says(NoEnginesRegistered(
            fmt::format("{} waited for its whole queue_timeout, and there was no engine for it; `enginery status` "
                        "shows which there are, and `enginery engine` adds one",
                        what)));
      case Reason::no_engines:
        return says(NoEnginesRegistered(
            fmt::format("{} cannot run: its view has no engines, or leaves out every one; make one of other ids, or "
                        "load_balanced() without ids",
                        what)));
      case Reason::dependency:
        // Its words are made later: what it waits for is complete then.
        return [what, cause = job.awaited[items.cause]] {
          return std::make_exception_ptr(DependencyError(
              fmt::format("{} does not run, since what it waits for failed: {}", what, why_it_failed(cause))));
        };
      case Reason::scattered:
        return says(DependencyError(fmt::format(
            "{} cannot follow results that are on several engines, or on none: a task runs on one. Pull what it needs, "
            "or leave out `follow`",
            what)));
      case Reason::followed_dead:
        return says(DependencyError(
            fmt::format("{} cannot run where the result is that it follows: that engine has died", what)));
      case Reason::aborted:
        break;
    }
    if (!job.nobody.empty()) return says(NoEnginesRegistered(fmt::format("{} cannot run: {}", what, job.nobody)));
    return says(TaskAborted(fmt::format("{} was aborted before it had a result", what)));
  }();
  const EngineDied* const died =
      items.reason == Reason::died || items.reason == Reason::lost || items.reason == Reason::poison ? as_death(death_)
                                                                                                     : nullptr;
  completions_.push_back(
      [call = job.call, map = job.map, these = items.items, error, engine = died ? died->engine_id() : -1] {
        if (call) return (*call)[0].fail(error());
        const auto chunk = std::make_shared<MapChunk>();
        chunk->error = error();
        chunk->engine_id = engine;
        chunk->metadata.engine_id = engine;
        chunk->metadata.label = map->label();
        chunk->metadata.status = Status::error;
        chunk->metadata.error = text_of(chunk->error);
        map->add(these.first, these.count, chunk, 0);
      });
}

void Balancer::take(Attempt& attempt, Actions& actions) {
  if (attempts_.erase(attempt.piece.piece) == 0) return;
  const auto known = jobs_.find(attempt.piece.job);
  if (known == jobs_.end()) return;
  Job& job = *known->second;
  const Pending& pending = attempt.pending;
  if (pending.withdrawn())
    scheduler_.on_taken_back(attempt.piece.piece, ClientClock::now(), actions);
  else if (!pending.has_outcome() && as_death(pending.error()))
    take_dead(attempt, job, actions);
  else
    job.map ? take_chunk(attempt, job, actions) : take_call(attempt, job, actions);
}

void Balancer::take_call(Attempt& attempt, Job& job, Actions& actions) {
  std::vector<std::uint64_t> failed;
  scheduling::Time ran{0};
  try {
    if (!attempt.pending.has_outcome()) throw ConnectionError("it has none");
    const wire::OutcomeSummary summary = wire::summary_of(attempt.pending.body(), attempt.pending.bulk());
    if (summary.failed) failed.push_back(0);
    ran = scheduling::Time(std::max<std::int64_t>(summary.ran, 1));
  } catch (const std::exception&) {
    failed.push_back(0);  // whoever asks for the result is told
  }
  if (!scheduler_.on_done(attempt.piece.piece, ran, failed, ClientClock::now(), actions).empty()) return;
  // At once, since another task may take it as its argument. What follows on it by the library itself takes no lock of
  // this class.
  try {
    (*job.call)[0].adopt(attempt.pending);
  } catch (const std::exception&) {
    // There is no thread for what was to follow on it; it is complete all the same.
  }
}

void Balancer::take_chunk(Attempt& attempt, Job& job, Actions& actions) {
  const Items items = attempt.piece.items;
  const auto chunk = attempt.chunk ? attempt.chunk : MapChunk::of(attempt.pending, job.placement.label, items.count);
  std::vector<std::uint64_t> failed;
  if (chunk->error)
    for (std::uint64_t i = 0; i < items.count; ++i) failed.push_back(i);
  else
    for (const auto& [place, error] : chunk->failed) failed.push_back(place);
  const auto again = scheduler_.on_done(attempt.piece.piece, chunk->ran, failed, ClientClock::now(), actions);
  std::uint64_t from = 0;
  const auto add = [&](std::uint64_t to) {
    if (to > from)
      completions_.push_back([map = job.map, chunk, first = items.first + from, count = to - from, from] {
        map->add(first, count, chunk, from);
      });
    from = to + 1;
  };
  for (const std::uint64_t item : again) add(item);
  add(items.count);
}

void Balancer::take_dead(Attempt& attempt, Job& job, Actions& actions) {
  death_ = attempt.pending.error();
  const EngineDied& died = *as_death(death_);
  const Items items = attempt.piece.items;
  scheduling::Progress progress{progress_of(died.state())};
  using State = scheduling::Progress::State;
  if (job.map && progress.state == State::running) {
    if (const auto item = died.item())
      progress.item = *item;
    else
      progress.state = State::unknown;
  }
  const std::string words = fmt::format("Engine {}: {}", died.engine_id(), died.how());
  if (progress.state == State::running) job.deaths[items.first + progress.item].push_back(words);
  if (progress.state == State::unknown)
    for (std::uint64_t i = items.first; i < items.end(); ++i) job.deaths[i].push_back(words);
  // No more is sent there.
  if (const auto engine = engines_.find(attempt.piece.engine); engine != engines_.end()) {
    keys_.erase(engine->second->engine().uuid);
    engines_.erase(engine);
    scheduler_.leave(attempt.piece.engine, ClientClock::now(), actions);
  }
  scheduler_.on_died(attempt.piece.piece, progress, ClientClock::now(), actions);
}

}  // namespace enginery
