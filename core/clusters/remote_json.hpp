// core/clusters/remote_json.hpp: a cluster's remote addresses and credentials as JSON, in the connection file and on
// the launcher's link.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include <enginery/connection.hpp>

namespace enginery::cluster {

inline nlohmann::json to_json(const Connection::Remote& remote) {
  nlohmann::json object = {{"requests", remote.requests}, {"notifications", remote.notifications}};
  if (remote.credentials) {
    object["authority"] = remote.credentials->authority;
    object["certificate"] = remote.credentials->certificate;
    object["key"] = remote.credentials->key;
  }
  return object;
}

/// Throws nlohmann's exceptions unless it is what to_json() made.
inline Connection::Remote remote_from(const nlohmann::json& object) {
  const auto text = [&](const char* field) { return object.at(field).get<std::string>(); };
  Connection::Remote remote{text("requests"), text("notifications")};
  if (object.contains("key")) remote.credentials = Credentials{text("authority"), text("certificate"), text("key")};
  return remote;
}

}  // namespace enginery::cluster
