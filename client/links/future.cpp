// client/links/future.cpp: what stands behind every result: the tasks of one call, one for each of its targets.
#include "client/links/future.hpp"

#include <atomic>

namespace enginery {

bool Future::ready() const noexcept {
  for (std::size_t i = 0; i < size_; ++i)
    if (!(*this)[i].ready()) return false;
  return true;
}

bool Future::wait_until(std::optional<std::chrono::steady_clock::time_point> deadline) const {
  for (std::size_t i = 0; i < size_; ++i)
    if (!(*this)[i].wait_until(deadline)) return false;
  return true;
}

void Future::then(Continuation work) {
  if (size_ == 1) return first_.then(std::move(work));
  struct Open {
    std::atomic<std::size_t> tasks;
    Continuation work;
  };
  const auto open = std::make_shared<Open>(size_, std::move(work));
  for (std::size_t i = 0; i < size_; ++i)
    (*this)[i].then([open] {
      if (open->tasks.fetch_sub(1) == 1) open->work();
    });
}

}  // namespace enginery
