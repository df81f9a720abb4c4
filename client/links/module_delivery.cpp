// client/links/module_delivery.cpp: bringing a module to one engine.
//
// The engine is asked which files of the module it lacks. Each is sent in chunks, two at a time. Then the engine is
// asked again: its cache has a limit, so a file that was there may have been removed for another one. Since the engines
// of a host share the cache, deliveries of one file to one host take turns.
#include "client/links/module_delivery.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// After so long without progress a turn is passed on; and the time between looks whether the turn is free.
constexpr std::chrono::milliseconds kHangs = 2s, kTurnLook = 5ms;
constexpr auto kBusy = 20ms, kAnswerLook = 100ms;
/// An engine may have to hash gigabytes before it answers. After a longer silence the connection is taken for broken.
constexpr auto kDeliverySilence = 60s;
/// Open requests. Their chunks together fit into a socket's buffer.
constexpr std::size_t kOpen = 2;
/// How often a file that was brought may be gone from the cache before the engine has opened it.
constexpr int kRounds = 5;

/// The connection is broken, or the delivery is not wanted any more.
struct LineBroke {};

/// Who has the turn of which key, and when something moved there last.
struct Turns {
  std::mutex mutex;
  std::map<std::pair<std::string, modules::ContentHash>, std::shared_ptr<Clock::time_point>> holders;
};

Turns& turns() {
  static Turns* const turns = new Turns;  // never destroyed: delivering threads may run at the process's end
  return *turns;
}

/// Answers that NNG's threads leave for the delivering thread.
struct Inbox {
  struct Answer {
    std::size_t request;
    messages::Message message;
    bool failed;
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Answer> answers;

  void put(Answer answer) {
    const std::lock_guard lock(mutex);
    answers.push_back(std::move(answer));
    changed.notify_one();
  }
  std::optional<Answer> take(std::chrono::milliseconds wait) {
    std::unique_lock lock(mutex);
    if (!changed.wait_for(lock, wait, [this] { return !answers.empty(); })) return std::nullopt;
    Answer answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }
};

}  // namespace

DeliveryTurn::DeliveryTurn(const std::string& host, const modules::ContentHash& hash, const GoOn& go_on)
    : key_(host, hash) {
  do {
    const std::lock_guard lock(turns().mutex);
    const auto now = Clock::now();
    std::shared_ptr<Clock::time_point>& holder = turns().holders[key_];
    if (!holder || now - *holder > kHangs) {
      *moved_ = now;
      holder = moved_;
      return;
    }
    waited_ = true;
  } while (go_on(kTurnLook));
}

DeliveryTurn::~DeliveryTurn() {
  const std::lock_guard lock(turns().mutex);
  const auto holder = turns().holders.find(key_);
  if (holder != turns().holders.end() && holder->second == moved_) turns().holders.erase(holder);
}

void DeliveryTurn::moved() {
  const std::lock_guard lock(turns().mutex);
  *moved_ = Clock::now();
}

void ModuleDelivery::run() {
  while (go_on_(0ms)) {
    try {
      return attempt();
    } catch (const LineBroke&) {
      line_.drop();
      line_.renew();
    }
  }
}

void ModuleDelivery::attempt() {
  for (int round = 0; round < kRounds; ++round) {
    const std::vector<std::uint32_t> lacking = missing();
    if (lacking.empty()) return;
    for (const std::uint32_t index : lacking) {
      if (index >= files_->files().size()) refuse("it lacks a file that it was not asked for");
      DeliveryTurn turn(engine_.hostname, files_->files()[index].hash, go_on_);
      if (turn.waited() && !std::ranges::count(missing(), index)) continue;
      send(index, turn);
    }
  }
  refuse("what is brought is gone from its module cache at once; is ENGINERY_CACHE_LIMIT too small for it?");
}

std::vector<std::uint32_t> ModuleDelivery::missing() {
  const auto files = files_->files();
  std::vector<std::uint32_t> lacking;
  ask(
      1,
      [&](std::size_t) {
        return wire::encode(wire::ModuleQuery{engine_.uuid, {files.begin(), files.end()}});
      },
      [&](wire::ModuleAnswer answer) { lacking = std::move(answer.missing); });
  return lacking;
}

void ModuleDelivery::send(std::uint32_t index, DeliveryTurn& turn) {
  constexpr std::uint64_t kChunk = wire::ModuleChunk::kSize;
  const modules::ModuleFile& file = files_->files()[index];
  ask((file.size + kChunk - 1) / kChunk,
      [&](std::size_t chunk) {
        const std::uint64_t offset = chunk * kChunk;
        return wire::encode(wire::ModuleChunk{engine_.uuid, file, offset,
                                              files_->read(index, offset, std::min(kChunk, file.size - offset))});
      },
      [&](const wire::ModuleAnswer&) { turn.moved(); });
}

void ModuleDelivery::refuse(const std::string& why) const {
  throw ConnectionError(
      fmt::format("engine {} does not take the module '{}': {}", engine_.id, files_->module().path, why));
}

void ModuleDelivery::ask(std::size_t count, const std::function<messages::Message(std::size_t)>& request,
                         const std::function<void(wire::ModuleAnswer)>& on_answer) {
  const auto inbox = std::make_shared<Inbox>();
  std::deque<std::size_t> waiting(count);
  std::iota(waiting.begin(), waiting.end(), std::size_t{0});
  std::size_t open = 0;
  auto heard = Clock::now();
  while (open > 0 || !waiting.empty()) {
    for (; open < kOpen && !waiting.empty(); ++open) {
      const std::size_t which = waiting.front();
      waiting.pop_front();
      line_.send(request(which), [inbox, which](messages::Message answer, const char* failure) {
        inbox->put({which, std::move(answer), failure != nullptr});
      });
    }
    std::optional<Inbox::Answer> answer = inbox->take(kAnswerLook);
    if (!answer) {
      line_.look();
      if (const auto words = line_.take_lack())
        throw ConnectionError(
            fmt::format("this process cannot reach engine {} to bring code: {}. What waits for that is given up",
                        engine_.id, *words));
      if (!go_on_(0ms) || Clock::now() - heard > kDeliverySilence) throw LineBroke();
      continue;
    }
    --open;
    heard = Clock::now();
    if (answer->failed) throw LineBroke();
    wire::ModuleAnswer decoded;
    try {
      decoded = wire::decode_module_answer(wire::open_frame(std::move(answer->message).share()));
    } catch (const ProtocolError& error) {
      refuse(error.what());
    }
    switch (decoded.status) {
      case wire::ModuleStatus::ok:
        on_answer(std::move(decoded));
        break;
      case wire::ModuleStatus::busy:
        waiting.push_back(answer->request);
        if (!go_on_(kBusy)) throw LineBroke();
        break;
      case wire::ModuleStatus::wrong_engine:
        throw LineBroke();  // the engine's link learns of that, too
      case wire::ModuleStatus::refused:
        refuse(decoded.words);
    }
  }
}

}  // namespace enginery
