// tests/process/crashing_program.cpp: a program whose globals cannot be constructed where an engine loads it.
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string_view>

#include <enginery/client.hpp>

namespace {

[[maybe_unused]] void aborts() {
  std::fputs("the program's global gives up\n", stderr);
  std::abort();
}
[[maybe_unused]] void segfaults() { std::raise(SIGSEGV); }
[[maybe_unused]] void exits() { std::exit(0); }
[[maybe_unused]] void throws() { throw std::runtime_error("thrown by the program's global"); }

/// What a program's author did not think of: that its globals are constructed elsewhere, too.
struct Global {
  Global() {
    if (std::filesystem::read_symlink("/proc/self/exe").filename() != PROGRAM) CONSTRUCTOR();
  }
} const global;

int answer() { return 42; }

}  // namespace

/// Calls its own function on engine 0, as often as it is told, and prints what comes of it, a line for each.
int main(int, char** argv) {
  enginery::Client rc;
  for (int i = 0; i < std::atoi(argv[1]); ++i) try {
      std::cout << rc[0].apply_sync(answer) << '\n';
    } catch (const enginery::Error& error) {
      std::cout << error.what() << '\n';
    }
}
