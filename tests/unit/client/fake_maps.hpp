// tests/unit/client/fake_maps.hpp: maps that run in this process, in place of the client's library.
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <enginery/client.hpp>

namespace enginery {

/// One map: its items are called at once, by the true code that a call names.
class MapFuture {
 public:
  std::function<Value(std::vector<Value>)> call;
  std::vector<Value> results;
  std::vector<std::exception_ptr> errors;
  /// What was sent: how often, and the columns of the last time.
  std::size_t sent = 0;
  std::vector<Value> columns;
  bool open = false, closed = false, abandoned = false, aborted = false;

  void run(const std::vector<Value>& given, std::size_t count);
};

namespace fake_maps {

/// The map that was made last.
extern std::shared_ptr<MapFuture> last;
/// How many items that have not ended an open map wants.
extern std::size_t window;
/// What tasks that are called by name do.
extern std::function<Value(const std::string& name, std::vector<Value> arguments)> by_name;

}  // namespace fake_maps
}  // namespace enginery
