// client/links/hub_line.cpp: what a client asks the hub and hears of it, and whether it is worth waiting for more.
#include "client/links/hub_line.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/clusters/address.hpp"
#include "core/clusters/runtime_directory.hpp"

namespace enginery {

/// How long look() waits for the hub: meanwhile its caller notices neither news nor that its own task is to stop.
constexpr Seconds kLook(2);

HubLine::HubLine(const Connection& connection)
    : connection_(connection), line_(cluster::hub_addresses(connection).requests) {}

wire::HubReply HubLine::ask(const wire::HubRequest& request, Seconds timeout) try {
  const auto launcher_lives = [this] { return cluster::launcher_lives(connection_).value_or(false); };
  const auto deadline = deadline_of(timeout);
  // If no answer comes, the hub may still have done what was asked. So only a harmless request is repeated.
  const auto repeat = request.op == wire::HubOp::snapshot ? transport::Line::Repeat::yes : transport::Line::Repeat::no;
  messages::Message answer = line_.ask(wire::encode(request), deadline, repeat, launcher_lives);
  return wire::decode_hub_reply(wire::open_frame(std::move(answer).share()));
} catch (const TimeoutError&) {
  throw TimeoutError(
      fmt::format("the hub of cluster '{}' did not answer within {} s; its process may be stopped, or have no "
                  "descriptors left (ulimit -n). `enginery stop --name {}` ends it",
                  connection_.cluster, timeout.count(), connection_.cluster));
}

std::optional<wire::HubReply> HubLine::look(std::optional<std::chrono::steady_clock::time_point> deadline) try {
  return ask({}, deadline ? std::min<Seconds>(kLook, *deadline - std::chrono::steady_clock::now()) : kLook);
} catch (const Error&) {
  return std::nullopt;
}

bool HubSilence::is_long(session::Time now, session::Time heard) {
  since_ = std::max(standstill_.since_last_look(now) > session::Time::zero() ? now : since_, heard);
  return now - since_ >= kDeadAfter;
}

ClusterWatch::ClusterWatch(const Connection& connection, session::Time now) : connection_(connection), silence_(now) {}

std::optional<std::string> ClusterWatch::ended(session::Time now, session::Time heard) {
  if (!cluster::launcher_lives(connection_).value_or(true))
    return fmt::format(
        "cluster '{}' has ended: its launcher (pid {}) is gone. `enginery start{}` starts it anew, and then a new "
        "Client finds it",
        connection_.cluster, connection_.launcher.pid, cluster::name_option(connection_.cluster));
  if (silence_.is_long(now, heard))
    return fmt::format(
        "nothing was heard of the hub of cluster '{}' for {} s: its process is stopped, or its host is down or cannot "
        "be reached. `enginery status{}` on that host shows it",
        connection_.cluster, std::chrono::duration_cast<std::chrono::seconds>(HubSilence::kDeadAfter).count(),
        cluster::name_option(connection_.cluster));
  return std::nullopt;
}

}  // namespace enginery
