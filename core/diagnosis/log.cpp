// core/diagnosis/log.cpp: what a process of a cluster says of itself.
#include "core/diagnosis/log.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <enginery/errors.hpp>

namespace enginery::cluster {

constexpr std::size_t kLongestEntry = 3900;

// Both by LogLevel.
constexpr std::string_view kNames[] = {"debug", "info", "warning", "error", "off"};
constexpr spdlog::level::level_enum kOfSpdlog[] = {spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                                   spdlog::level::err, spdlog::level::off};

LogLevel log_level(std::string_view name) {
  const auto* const found = std::ranges::find(kNames, name);
  if (found != std::end(kNames)) return static_cast<LogLevel>(found - kNames);
  throw ValueError(fmt::format("there is no log level '{}'; it is one of {}", name, fmt::join(kNames, ", ")));
}

LogLevel log_level_of_environment() try {
  const char* const name = std::getenv("ENGINERY_LOG");
  return name && *name ? log_level(name) : LogLevel::warning;
} catch (const ValueError& error) {
  throw ValueError(fmt::format("$ENGINERY_LOG: {}", error.what()));
}

/// Keeps the file: an engine's descriptor 2 is soon its tasks'.
struct Log::Writer {
  explicit Writer(const std::string& process)
      : file(::fdopen(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3), "w"), &std::fclose),
        logger(process, std::make_shared<Sink>(file ? file.get() : stderr)) {
    logger.set_pattern("%Y-%m-%d %H:%M:%S.%e %n %l: %v");
    logger.set_level(spdlog::level::trace);  // the Log has chosen
    logger.flush_on(spdlog::level::trace);
  }

  using Sink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file;
  spdlog::logger logger;
};

Log::Log(const std::string& process, LogLevel level) : level_(level), writer_(std::make_unique<Writer>(process)) {}
Log::~Log() = default;

void Log::say(LogLevel level, fmt::string_view text, fmt::format_args values) {
  if (level < level_) return;
  // A full pipe that is not read must not stop this process. A pipe that is ready takes 4096 bytes at once.
  pollfd ready{writer_->file ? ::fileno(writer_->file.get()) : STDERR_FILENO, POLLOUT, 0};
  if (::poll(&ready, 1, 0) <= 0) return;
  const std::string words = fmt::vformat(text, values);
  writer_->logger.log(kOfSpdlog[static_cast<std::size_t>(level)],
                      spdlog::string_view_t(words.data(), std::min(words.size(), kLongestEntry)));
}

}  // namespace enginery::cluster
