// core/transport/doorkeeper.cpp: who may come in at a listening socket, who has, and who was refused.
#include "core/transport/doorkeeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/transport/nng.hpp"

namespace enginery::transport {

constexpr std::int64_t kSecondsBetween = 60;

static int log_of_process() {
  static const int log = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  return log;
}

Refusals::Refusals(std::string url) : url_(std::move(url)), log_(log_of_process()) {}

void Refusals::note(const std::string& who, std::uint64_t count) {
  untold_ += count;
  const auto time = std::chrono::steady_clock::now().time_since_epoch();
  const std::int64_t now = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  std::int64_t due = next_.load();
  if (now < due || !next_.compare_exchange_strong(due, now + kSecondsBetween)) return;
  const std::uint64_t told = untold_.exchange(0);
  const std::string line = fmt::format("enginery: {} refused {}{}\n", url_, who,
                                       told > 1 ? fmt::format(" ({} since the last word)", told) : "");
  pollfd log{log_, POLLOUT, 0};  // so short a line is written whole, or not at all
  if (::poll(&log, 1, 0) == 1) [[maybe_unused]]
    const ssize_t written = ::write(log_, line.data(), line.size());
}

struct Doorkeeper::Callbacks {
  static void on_coming(nng_pipe pipe, nng_pipe_ev, void* argument) {
    auto& self = *static_cast<Doorkeeper*>(argument);
    std::uint64_t user = 0;
    if (nng_pipe_get_uint64(pipe, NNG_OPT_IPC_PEER_UID, &user) == 0) {
      if (user == ::geteuid() || user == 0) return;
      self.refusals_.note("user " + std::to_string(user));
      nng_pipe_close(pipe);
    } else if (const auto peer = peer_of(pipe)) {
      const std::lock_guard lock(self.mutex_);
      self.inside_.insert(*peer);
    }
  }

  static void on_gone(nng_pipe pipe, nng_pipe_ev, void* argument) {
    auto& self = *static_cast<Doorkeeper*>(argument);
    const auto peer = peer_of(pipe);
    if (!peer) return;
    const std::lock_guard lock(self.mutex_);
    self.inside_.erase(*peer);
  }

  /// Nothing unless it is a TCP connection.
  static std::optional<Peer> peer_of(nng_pipe pipe) {
    nng_sockaddr address{};
    if (nng_pipe_get_addr(pipe, NNG_OPT_REMADDR, &address) != 0) return std::nullopt;
    if (address.s_family == NNG_AF_INET) return Peer(address.s_in.sa_addr, address.s_in.sa_port);
    if (address.s_family == NNG_AF_INET6) return Peer(address.s_in6.sa_addr, address.s_in6.sa_port);
    return std::nullopt;
  }
};

Doorkeeper::Doorkeeper(std::uint32_t socket, const std::string& url) : refusals_(url) {
  check(nng_pipe_notify(nng_socket{socket}, NNG_PIPE_EV_ADD_PRE, &Callbacks::on_coming, this), "nng_pipe_notify");
  check(nng_pipe_notify(nng_socket{socket}, NNG_PIPE_EV_REM_POST, &Callbacks::on_gone, this), "nng_pipe_notify");
}

bool Doorkeeper::has_let_in(const Peer& peer) const {
  const std::lock_guard lock(mutex_);
  return inside_.contains(peer);
}

}  // namespace enginery::transport
