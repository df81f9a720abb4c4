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

}  // namespace enginery::cluster
