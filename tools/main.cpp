// tools/main.cpp: the command `enginery`.
#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <system_error>

#include <fmt/format.h>

#include "core/processes/spawn.hpp"
#include "tools/command.hpp"

namespace enginery::tools {
namespace {

/// What is opened later must not land on 0, 1 or 2, where output goes.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd)
    if (::fcntl(fd, F_GETFD) < 0 && errno == EBADF) ::open("/dev/null", O_RDWR);
}

int failure(const std::exception& error) {
  const auto* system = dynamic_cast<const std::system_error*>(&error);
  if (!system || !std::ferror(stdout)) {
    fmt::print(stderr, "enginery: {}\n", error.what());
  } else if (system->code() != std::errc::broken_pipe) {  // the reader has left, and reads no error either
    fmt::print(stderr, "enginery: the output could not be written: {}\n", system->code().message());
  }
  return kFailure;
}

int command_main(int argc, char** argv) {
  CommandLine line("Interactive parallel computing for C++: engines that run your functions.", "enginery",
                   ENGINERY_VERSION);
  for (const auto add :
       {start_command, stop_command, restart_command, kill_command, interrupt_command, list_command, status_command,
        exec_command, debug_command, plugins_command, build_command, engine_command, hub_command, probe_command})
    add(line);
  line.footer(
      "  enginery start -n 4    start a hub and four engines\n"
      "  enginery status        show them\n"
      "  enginery exec 'a = 6'  run a statement on them\n"
      "  enginery plugins       the plugins that engines find, and their tasks\n"
      "  enginery build a.cpp   a plugin from one source\n"
      "  enginery stop          end them (or Ctrl-C where they were started)\n"
      "`enginery help COMMAND` tells more.\n");
  return line.run(argc, argv);
}

}  // namespace
}  // namespace enginery::tools

#if defined(__SANITIZE_ADDRESS__)
/// For the address sanitizer: an engine that ends by exit() has what its tasks leaked, and lists that hold themselves.
extern "C" __attribute__((visibility("default"))) int __lsan_is_turned_off() { return 1; }
#endif

#if defined(__SANITIZE_THREAD__)
/// For the thread sanitizer: an engine leaves by exit() and joins no threads, since NNG's cannot be joined.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_options() {
  return "report_thread_leaks=0";
}
#endif

int main(int argc, char** argv) try {
  enginery::cluster::take_own_signals();
  enginery::tools::fill_standard_descriptors();
  const int status = enginery::tools::command_main(argc, argv);
  enginery::tools::flush_output();
  return status;
} catch (const std::exception& error) {
  return enginery::tools::failure(error);
}
