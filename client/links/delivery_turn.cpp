// client/links/delivery_turn.cpp: one delivery of a file to a host at a time.
#include "client/links/delivery_turn.hpp"

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

namespace enginery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kHangs = 2s;
constexpr auto kTurnLook = 5ms;

}  // namespace

struct DeliveryTurn::Turns {
  struct Holder {
    std::uint64_t number;
    Clock::time_point moved;
  };
  std::mutex mutex;
  std::uint64_t last = 0;
  std::map<Key, Holder> holders;
};

DeliveryTurn::Turns& DeliveryTurn::turns() {
  static Turns* const turns = new Turns;  // threads that deliver may outlive destructors
  return *turns;
}

DeliveryTurn::DeliveryTurn(const std::string& host, const modules::ContentHash& hash, const GoOn& go_on)
    : key_(host, hash) {
  do {
    const std::lock_guard lock(turns().mutex);
    const auto now = Clock::now();
    const auto holder = turns().holders.find(key_);
    if (holder == turns().holders.end() || now - holder->second.moved > kHangs) {
      number_ = ++turns().last;
      turns().holders.insert_or_assign(key_, Turns::Holder{number_, now});
      return;
    }
    waited_ = true;
  } while (go_on(kTurnLook));
}

DeliveryTurn::~DeliveryTurn() {
  const std::lock_guard lock(turns().mutex);
  const auto holder = turns().holders.find(key_);
  if (holder != turns().holders.end() && holder->second.number == number_) turns().holders.erase(holder);
}

void DeliveryTurn::moved() {
  const std::lock_guard lock(turns().mutex);
  const auto holder = turns().holders.find(key_);
  if (holder != turns().holders.end() && holder->second.number == number_) holder->second.moved = Clock::now();
}

}  // namespace enginery
