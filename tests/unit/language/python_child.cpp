// tests/unit/language/python_child.cpp: one Python, asked what it does with statements.
#include "tests/unit/language/python_child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>

extern char** environ;

namespace enginery::evaluator {

PythonChild::PythonChild(const std::string& script) {
  std::signal(SIGPIPE, SIG_IGN);  // a Python that ends is an answer that does not come
  int in[2], out[2];
  if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("no pipes");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  const std::string name = "python3";
  const char* const arguments[] = {name.c_str(), "-W", "ignore", script.c_str(), nullptr};
  const int failed =
      posix_spawnp(&child_, name.c_str(), &actions, nullptr, const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (failed) {
    close(in[1]);
    close(out[0]);
    throw std::runtime_error("there is no python3 to compare with; install it: tools/setup.sh");
  }
  to_ = fdopen(in[1], "w");
  from_ = fdopen(out[0], "r");
}

PythonChild::~PythonChild() {
  if (to_) std::fclose(to_);  // its input ends, so it does
  if (from_) std::fclose(from_);
  if (child_ > 0) waitpid(child_, nullptr, 0);
}

std::string PythonChild::answer(const std::vector<std::string>& statements) {
  std::fprintf(to_, "%zu\n", statements.size());
  for (const std::string& statement : statements) std::fprintf(to_, "%s\n", statement.c_str());
  std::fflush(to_);
  char* line = nullptr;
  std::size_t capacity = 0;
  const ssize_t length = getline(&line, &capacity, from_);
  std::string text = length > 0 ? std::string(line, static_cast<std::size_t>(length - 1)) : std::string();
  std::free(line);
  if (length <= 0) throw std::runtime_error("python3 has ended; run it with tests/unit/language/reference.py by hand");
  return text;
}

}  // namespace enginery::evaluator
