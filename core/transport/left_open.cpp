// core/transport/left_open.cpp: sockets that are closed when that is safe.
#include "core/transport/left_open.hpp"

#include <iterator>
#include <list>
#include <mutex>
#include <utility>

namespace enginery::transport {
namespace {

using Closes = std::list<std::function<bool()>>;

/// Never destroyed: NNG's threads may outlive static objects.
struct LeftOpen {
  std::mutex mutex;
  Closes closes;

  static LeftOpen& all() {
    static auto* const all = new LeftOpen;
    return *all;
  }
  void add(Closes& more) {
    const std::lock_guard lock(mutex);
    closes.splice(closes.end(), more);
  }
};

}  // namespace

void leave_open(std::function<bool()> try_close) {
  Closes one;
  one.push_back(std::move(try_close));
  LeftOpen::all().add(one);
}

std::size_t close_left_open() {
  Closes some;  // a close may take a while, and nobody is held up by it
  {
    const std::lock_guard lock(LeftOpen::all().mutex);
    some.swap(LeftOpen::all().closes);
  }
  some.remove_if([](const auto& try_close) { return try_close(); });
  const std::size_t left = some.size();
  LeftOpen::all().add(some);
  return left;
}

}  // namespace enginery::transport
