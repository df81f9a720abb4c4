// core/diagnosis/log.hpp: what a process of a cluster says of itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <enginery/export.hpp>
#include <enginery/uuid.hpp>

/// So that a uuid that is logged is put into words only when the line is written.
template <>
struct fmt::formatter<enginery::Uuid> : fmt::formatter<std::string_view> {
  template <class Context>
  auto format(const enginery::Uuid& uuid, Context& context) const {
    return fmt::formatter<std::string_view>::format(uuid.text(), context);
  }
};

namespace enginery::cluster {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };
/// Of its name. Throws ValueError, with all names.
ENGINERY_API LogLevel log_level(std::string_view name);
/// That of $ENGINERY_LOG; `warning` without it. Throws ValueError when it names none.
ENGINERY_API LogLevel log_level_of_environment();

/// Lines on the stderr that the process had when this was made, one for each event:
/// "2026-11-23 09:46:05.123 engine 0 info: it takes tasks". Times are local.
///
/// Threads: all functions from any.
class ENGINERY_API Log {
 public:
  /// `process`: its name, "engine 0".
  explicit Log(const std::string& process, LogLevel level = log_level_of_environment());
  ~Log();

  template <class... A>
  void debug(fmt::format_string<A...> text, A&&... args) {
    say(LogLevel::debug, text, fmt::make_format_args(args...));
  }
  template <class... A>
  void info(fmt::format_string<A...> text, A&&... args) {
    say(LogLevel::info, text, fmt::make_format_args(args...));
  }
  template <class... A>
  void warn(fmt::format_string<A...> text, A&&... args) {
    say(LogLevel::warning, text, fmt::make_format_args(args...));
  }
  template <class... A>
  void error(fmt::format_string<A...> text, A&&... args) {
    say(LogLevel::error, text, fmt::make_format_args(args...));
  }

 private:
  struct Writer;
  void say(LogLevel level, fmt::string_view text, fmt::format_args values);

  const LogLevel level_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace enginery::cluster
