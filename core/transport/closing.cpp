// core/transport/closing.cpp: sockets that are closed without waiting for it.
#include "core/transport/closing.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include <nng/nng.h>

namespace enginery::transport {
namespace {

class Closer {
 public:
  Closer() {
    std::thread([this] { run(); }).detach();
  }
  void add(std::uint32_t socket) {
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    changed_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return !sockets_.empty(); });
      const nng_socket socket{sockets_.front()};
      sockets_.pop_front();
      lock.unlock();
      nng_close(socket);
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::uint32_t> sockets_;
};

}  // namespace

void close_later(std::uint32_t socket) {
  static auto* const closer = new Closer;  // never destroyed: its thread runs as long as the process
  closer->add(socket);
}

}  // namespace enginery::transport
