// core/transport/refusals.cpp: strangers that were refused, said in few words.
#include "core/transport/refusals.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace enginery::transport {
namespace {

constexpr std::int64_t kSecondsBetween = 60;

int log_of_process() {
  static const int log = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  return log;
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Refusals::Refusals(std::string url) : url_(std::move(url)), log_(log_of_process()) {}

void Refusals::note(const std::string& who, std::uint64_t count) {
  untold_ += count;
  const std::int64_t now = seconds_now();
  std::int64_t due = next_.load();
  if (now < due || !next_.compare_exchange_strong(due, now + kSecondsBetween)) return;
  const std::uint64_t told = untold_.exchange(0);
  const std::string line = fmt::format("enginery: {} refused {}{}\n", url_, who,
                                       told > 1 ? fmt::format(" ({} since the last word)", told) : "");
  pollfd log{log_, POLLOUT, 0};  // so short a line is written whole, or not at all
  if (::poll(&log, 1, 0) == 1) [[maybe_unused]]
    const ssize_t written = ::write(log_, line.data(), line.size());
}

}  // namespace enginery::transport
