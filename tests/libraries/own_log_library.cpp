// tests/libraries/own_log_library.cpp: a user's library with a spdlog in it, all of whose names it shows.
#include <sstream>
#include <string>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#pragma GCC visibility push(default)
std::string logged_by_own_spdlog(const std::string& words);
std::string logged_by_own_spdlog(const std::string& words) {
  std::ostringstream text;
  spdlog::drop_all();
  const auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("own", sink));
  spdlog::set_pattern("%n %l: %v");
  spdlog::warn("{}", words);
  spdlog::default_logger()->flush();
  spdlog::drop_all();
  return text.str();
}
#pragma GCC visibility pop
