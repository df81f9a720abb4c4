// client/links/future.cpp: what stands behind every result: the tasks of one call, one for each of its targets.
#include "client/links/future.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <vector>

#include <enginery/errors.hpp>

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
  // Behind the last then() the work may have run, and with it this may be gone.
  for (std::size_t i = 0, size = size_; i < size; ++i)
    (*this)[i].then([open] {
      if (open->tasks.fetch_sub(1) == 1) open->work();
    });
}

void throw_failures(std::span<const std::shared_ptr<Future>> calls) {
  std::vector<CompositeError::Failure> failures;
  std::size_t targets = 0;
  for (const auto& call : calls) {
    targets = std::max(targets, call->size());
    for (std::size_t i = 0; i < call->size(); ++i) {
      const Pending& task = (*call)[i];
      const std::exception_ptr error = task.error();
      if (!error) continue;
      if (call->size() == 1) std::rethrow_exception(error);
      try {
        std::rethrow_exception(error);
      } catch (const std::exception& thrown) {
        failures.push_back({task.engine_id(), thrown.what(), error});
      }
    }
  }
  if (!failures.empty()) throw CompositeError(std::move(failures), targets);
}

}  // namespace enginery
