// core/clusters/launcher_link.cpp: lines of JSON over a socketpair, without blocking.
//
// Neither side may wait for the other: the launcher must see deaths and signals while its hub is slow, and the hub must
// answer while its launcher is stopped. So what the socket does not take stays in a buffer until the next flush().
#include "core/clusters/launcher_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <climits>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/clusters/json.hpp"

namespace enginery::cluster {
namespace {

using nlohmann::json;

/// By AfterDeath; `nothing` is not written.
constexpr const char* kNext[] = {"", "starts anew", "gives up"};

json object_of(const Spawned& spawned) { return {{"event", "spawned"}, {"id", spawned.id}, {"pid", spawned.pid}}; }

json object_of(const Died& died) {
  json object = {{"event", "died"}, {"id", died.id}, {"pid", died.pid}, {"how", died.how}};
  if (died.uuid) object["uuid"] = died.uuid->text();
  if (died.next != AfterDeath::nothing) object["next"] = kNext[static_cast<std::size_t>(died.next)];
  return object;
}

json object_of(const Listening& listening) {
  json object = {{"event", "listening"}, {"connection", to_json(listening.hub)}};
  if (listening.remote) object["remote"] = to_json(*listening.remote);
  return object;
}

json object_of(const Registered& registered) {
  return {{"event", "registered"},
          {"id", registered.id},
          {"uuid", registered.uuid.text()},
          {"pid", registered.process.pid},
          {"start", registered.process.start},
          {"local", registered.local}};
}

json object_of(const Resumed& resumed) { return {{"event", "resumed"}, {"next_id", resumed.next_id}}; }

json object_of(const Restart& restart) { return {{"event", "restart"}, {"id", restart.id}, {"kill", restart.kill}}; }

AfterDeath next_of(const json& died) {
  if (!died.contains("next")) return AfterDeath::nothing;
  for (const AfterDeath next : {AfterDeath::starts_anew, AfterDeath::gives_up})
    if (died.at("next") == kNext[static_cast<std::size_t>(next)]) return next;
  throw ValueError("after a death there is no " + json_line(died.at("next")));
}

int number(const json& from, const char* field) {
  const json& value = from.at(field);
  const bool fits = value.is_number_unsigned() ? value.get<std::uint64_t>() <= INT_MAX
                                               : value.is_number_integer() && value.get<std::int64_t>() >= INT_MIN;
  if (fits) return value.get<int>();
  throw ValueError(fmt::format("'{}' is no number in range: {}", field, json_line(value)));
}

ProcessId process_of(const json& from) {
  const json& start = from.at("start");
  if (!start.is_number_unsigned()) throw ValueError("'start' is no number in range: " + json_line(start));
  return {number(from, "pid"), start.get<std::uint64_t>()};
}

LauncherMessage message_of(const json& object) {
  const std::string event = object.at("event").get<std::string>();
  const auto uuid_of = [](const json& from) { return Uuid::parse(from.at("uuid").get<std::string>()); };
  if (event == "spawned") return Spawned{number(object, "id"), number(object, "pid")};
  if (event == "registered")
    return Registered{number(object, "id"), uuid_of(object), process_of(object), object.at("local").get<bool>()};
  if (event == "resumed") return Resumed{number(object, "next_id")};
  if (event == "restart") return Restart{number(object, "id"), object.at("kill").get<bool>()};
  if (event == "died") {
    Died died{number(object, "id"), number(object, "pid"), std::nullopt, object.at("how").get<std::string>(),
              next_of(object)};
    if (object.contains("uuid")) died.uuid = uuid_of(object);
    return died;
  }
  if (event == "listening") {
    const json& hub = object.at("connection");
    Listening listening{{hub.at("requests").get<std::string>(), hub.at("notifications").get<std::string>(),
                         uuid_of(hub), process_of(hub)}};
    if (object.contains("remote")) listening.remote = remote_from(object.at("remote"));
    return listening;
  }
  throw ValueError("the event '" + event + "' is unknown");
}

}  // namespace

std::string to_line(const LauncherMessage& message) {
  const json object = std::visit([](const auto& each) { return object_of(each); }, message);
  // The words of a dying process need not be UTF-8.
  return json_line(object);
}

LauncherMessage parse_line(std::string_view line) try {
  return message_of(parse_json(line));
} catch (const std::exception& error) {
  throw ProtocolError(fmt::format("'{}' is not a message between launcher and hub ({}); are both of one version?",
                                  line.substr(0, 200), error.what()));
}

constexpr std::size_t kLongestLine = 1 << 20;

LauncherLink::LauncherLink(int fd) : fd_(fd) { ::fcntl(fd, F_SETFD, FD_CLOEXEC); }

void LauncherLink::send(const LauncherMessage& message) {
  if (closed_) return;
  unsent_ += to_line(message) + "\n";
  flush();
}

void LauncherLink::flush() {
  while (wants_write()) {
    const ssize_t sent = ::send(fd(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      unsent_.erase(0, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR) {
      // The other end is gone. What it sent before can still be received; then receive() notices the end.
      unsent_.clear();
    }
  }
}

std::vector<LauncherMessage> LauncherLink::receive() {
  char buffer[4096];
  while (!closed_) {
    const ssize_t got = ::recv(fd(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      partial_.append(buffer, static_cast<std::size_t>(got));
      if (partial_.size() > kLongestLine && partial_.find('\n') == std::string::npos)
        throw ProtocolError("a line between launcher and hub exceeds 1 MiB; are both of one version?");
    } else if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      break;
    } else if (got == 0 || errno != EINTR) {
      closed_ = true;
    }
  }
  std::vector<LauncherMessage> messages;
  std::size_t begin = 0;
  for (std::size_t end; (end = partial_.find('\n', begin)) != std::string::npos; begin = end + 1)
    messages.push_back(parse_line(std::string_view(partial_).substr(begin, end - begin)));
  partial_.erase(0, begin);
  return messages;
}

}  // namespace enginery::cluster
