// client/links/hub_line.cpp: a question to the hub, whichever process that is now.
#include "client/links/hub_line.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/own_lack.hpp"
#include "core/clusters/hub_addresses.hpp"
#include "core/transport/check.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// A listener that a stranger's probe has just ended lets us in and stays silent until its guard notices, so a short
/// silence is answered by a new connection.
constexpr Seconds kAttempt = 1s;
/// Between attempts to reach a hub that is being started anew.
constexpr auto kHubRedial = 50ms;

}  // namespace

HubAnswer ask_hub(const Connection& connection, const wire::HubRequest& request, Seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const cluster::Address hub = cluster::hub_addresses(connection).requests;
  // What changes something is sent once: the first may have come, though its answer did not.
  const bool once = request.op != wire::HubOp::snapshot;
  std::exception_ptr refusal;
  OwnLack lack;
  for (;;) {
    const Seconds left = deadline - Clock::now();
    const Seconds attempt = std::max(std::min(kAttempt, left), Seconds(0.01));
    std::unique_ptr<transport::Requester> line;
    try {
      line = transport::connect(hub, attempt.count());
      messages::Message answer =
          transport::request(*line, wire::encode(request), (once ? std::max(left, attempt) : attempt).count());
      return {wire::decode_hub_reply(wire::open_frame(std::move(answer).share())), std::move(line)};
    } catch (const transport::NotOfThisCluster&) {
      throw;
    } catch (const TimeoutError&) {
      if (left <= kAttempt && refusal) std::rethrow_exception(refusal);
      if (left <= kAttempt || (once && line))
        throw TimeoutError(
            fmt::format("the hub of cluster '{}' did not answer within {} s; its process may be stopped, or have no "
                        "descriptors left (ulimit -n). `enginery stop --name {}` ends it",
                        connection.cluster, timeout.count(), connection.cluster));
    } catch (const ConnectionError& error) {
      const session::Time now = Clock::now().time_since_epoch();
      lack.note(error, now);
      if (lack.is_long(now) || left <= kHubRedial || (once && line) ||
          !cluster::launcher_lives(connection).value_or(false))
        throw;
      refusal = std::current_exception();
      std::this_thread::sleep_for(kHubRedial);
    }
  }
}

}  // namespace enginery
