// core/transport/close_in_time.cpp: sockets are closed, but nobody waits for that for ever.
#include "core/transport/close_in_time.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include <nng/nng.h>

namespace enginery::transport {
namespace {

constexpr std::chrono::seconds kLongestClose(1);

/// One thread that closes one socket at a time.
class Closer {
 public:
  Closer() {
    std::thread([this] { run(); }).detach();
  }

  void close(std::uint32_t socket) {
    std::unique_lock lock(mutex_);
    const auto limit = std::chrono::steady_clock::now() + kLongestClose;
    const auto idle = [this] { return !socket_ || hangs_; };
    if (!changed_.wait_until(lock, limit, idle) || hangs_) return;
    socket_ = socket;
    const std::uint64_t mine = ++number_;
    changed_.notify_all();
    if (!changed_.wait_until(lock, limit, [&] { return closed_ >= mine || hangs_; })) {
      hangs_ = true;
      changed_.notify_all();
    }
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return socket_.has_value(); });
      const nng_socket socket{*socket_};
      lock.unlock();
      nng_close(socket);
      lock.lock();
      socket_.reset();
      closed_ = number_;
      changed_.notify_all();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::uint32_t> socket_;  // that is being closed
  std::uint64_t number_ = 0, closed_ = 0;
  bool hangs_ = false;
};

}  // namespace

void close_in_time(std::uint32_t socket) {
  static auto* const closer = new Closer;  // never destroyed: its thread runs as long as the process
  closer->close(socket);
}

}  // namespace enginery::transport
