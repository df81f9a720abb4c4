// core/clusters/json.cpp: JSON from text and back, compiled once.
#include "core/clusters/json.hpp"

namespace enginery::cluster {

using nlohmann::json;

json parse_json(std::string_view text) { return json::parse(text); }
json parse_json_or_discard(std::string_view text) { return json::parse(text, nullptr, false); }
std::string json_line(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }
bool is_utf8(const std::string& text) try {
  json(text).dump();
  return true;
} catch (const json::type_error&) {
  return false;
}
std::string json_exactly(const json& value) { return value.dump(2); }
std::string json_text(const json& value) { return value.dump(2, ' ', false, json::error_handler_t::replace); }

json to_json(const Connection::Hub& hub) {
  return {{"requests", hub.requests},
          {"notifications", hub.notifications},
          {"uuid", hub.uuid.text()},
          {"pid", hub.process.pid},
          {"start", hub.process.start}};
}

json to_json(const Connection::Remote& remote) {
  json object = {{"requests", remote.requests}, {"notifications", remote.notifications}};
  if (remote.credentials) {
    object["authority"] = remote.credentials->authority;
    object["certificate"] = remote.credentials->certificate;
    object["key"] = remote.credentials->key;
  }
  return object;
}

Connection::Remote remote_from(const json& object) {
  const auto text = [&](const char* field) { return object.at(field).get<std::string>(); };
  Connection::Remote remote{text("requests"), text("notifications")};
  if (object.contains("key")) remote.credentials = Credentials{text("authority"), text("certificate"), text("key")};
  return remote;
}

}  // namespace enginery::cluster
