// tests/docs/error_page.hpp: docs/errors.md as it comes about: errors that are provoked, and what they said.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <enginery/client.hpp>
#include <enginery/eigen.hpp>

namespace enginery::documents {

namespace fs = std::filesystem;

/// Code as the page shows it and as it is run.
struct Provocation {
  std::string code;
  std::function<void()> run;
};
#define ENGINERY_PROVOKE(...)          \
  ::enginery::documents::Provocation { \
#__VA_ARGS__, [&] { __VA_ARGS__; } \
  }

/// A cluster of two engines called "default", and the page that its errors make. What differs from run to run (process
/// ids, folders, ids of builds) is written as one fixed text.
class ErrorPage {
 public:
  ErrorPage();
  ~ErrorPage();

  void section(const std::string& title, const std::string& text);
  /// An error of the API: runs the code, which must throw, and checks that every engine serves the next call.
  void error(const std::string& heading, const Provocation& provocation, const std::string& cause_and_remedy);
  /// An error of the command line: what `command` writes to stderr, with `exit_code`.
  void command(const std::string& heading, const std::string& command, int exit_code,
               const std::string& cause_and_remedy);
  /// A sentence of the compiler's, for code inside of a function. All are compiled at once, by compile().
  void compiler(const std::string& heading, const std::string& code, const std::string& cause_and_remedy);
  void compile();
  void text(const std::string& text) { text_ += text + "\n"; }

  const std::string& markdown() const { return text_; }

  Client& rc() { return *client_; }
  DirectView e0() { return (*client_)[0]; }
  MultiView all() { return client_->all(); }
  /// Starts `count` more engines, in a cluster of that name.
  Client start(const std::string& name, int count);
  static int run(const std::string& arguments, std::string* errors = nullptr);
  /// A file of the page's own folder, with that content.
  std::string write(const std::string& name, const std::string& content) const;
  std::string plugin(const std::string& name) const { return (folder_ / "plugins" / (name + ".so")).string(); }
  std::string bad(const std::string& name) const { return (folder_ / "plugins/bad" / (name + ".so")).string(); }

 private:
  struct AtCompileTime {
    std::string heading, code, cause_and_remedy;
  };
  void entry(const std::string& heading, const std::string& language, const std::string& code, const std::string& said,
             const std::string& cause_and_remedy);
  void check_engines();
  std::string normal(std::string text) const;

  fs::path folder_;
  std::optional<Client> client_;
  std::vector<AtCompileTime> at_compile_time_;
  std::string text_;
};

// The sections of the page, each in a file of its own.
void errors_of_calls(ErrorPage& page);
void errors_of_code(ErrorPage& page);
void errors_of_namespaces(ErrorPage& page);
void errors_of_execute(ErrorPage& page);
void errors_of_results(ErrorPage& page);
void errors_of_balancing(ErrorPage& page);
void errors_of_values(ErrorPage& page);
void errors_of_plugins(ErrorPage& page);
void errors_of_scripts(ErrorPage& page);
void errors_of_clusters(ErrorPage& page);
void errors_at_compile_time(ErrorPage& page);

}  // namespace enginery::documents
