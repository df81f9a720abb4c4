// core/clusters/json.hpp: JSON from text and back, compiled once.
//
// nlohmann's parser and writer take four seconds to compile in each source that uses them. These functions hide them.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <enginery/connection.hpp>

namespace enginery::cluster {

/// Throws nlohmann's parse_error for what is no JSON.
nlohmann::json parse_json(std::string_view text);
/// Discarded (`is_discarded`) for what is no JSON.
nlohmann::json parse_json_or_discard(std::string_view text);
/// In one line; what is not UTF-8 becomes U+FFFD.
std::string json_line(const nlohmann::json& value);
/// True if `text` can be in JSON as it is.
bool is_utf8(const std::string& text);
/// In lines, indented by two. Throws nlohmann's type_error for what is not UTF-8.
std::string json_exactly(const nlohmann::json& value);
/// As json_exactly(), but what is not UTF-8 becomes U+FFFD.
std::string json_text(const nlohmann::json& value);

/// The hub, and the remote addresses of a cluster with their credentials, as in the connection file and on the
/// launcher's link.
nlohmann::json to_json(const Connection::Hub& hub);
nlohmann::json to_json(const Connection::Remote& remote);
/// The inverse of the latter. Throws nlohmann's exceptions.
Connection::Remote remote_from(const nlohmann::json& object);

}  // namespace enginery::cluster
