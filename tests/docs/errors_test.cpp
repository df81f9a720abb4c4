// tests/docs/errors_test.cpp: provokes every error for real, and holds docs/errors.md against what came.
//
// ENGINERY_UPDATE_DOCS=1 build/release/bin/errors_test writes the page anew.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/docs/error_page.hpp"

namespace enginery::documents {
namespace {

TEST(ErrorsTest, ThePageSaysWhatIsThrown) {
  ErrorPage page;
  page.text(
      "# Errors\n\n"
      "<!-- printed by tests/docs/errors_test.cpp -->\n\n"
      "Every error: what provokes it, what it says, its cause, and what to do. A test provokes all of them on real "
      "engines, sees\n"
      "that the engines serve the next call, and holds this page against what came. (Process ids, folders and the like "
      "are made up here.)\n\n"
      "All classes derive from `enginery::Error`. What a task throws on its engine is a `RemoteError` at the client: "
      "`ename()` is Python's\n"
      "word for it, `evalue()` the text, `traceback()` the place of the throw, `engine_id()`, `msg_id()` and `task()` "
      "say whose it was;\n"
      "`what()`, shown here, is \"ename: evalue\". `rc` is a client of two engines, `e0` a view of the first, `all` of "
      "both.");
  errors_of_calls(page);
  errors_of_code(page);
  errors_of_namespaces(page);
  errors_of_execute(page);
  errors_of_plugins(page);
  errors_of_scripts(page);
  errors_of_results(page);
  errors_of_balancing(page);
  errors_of_values(page);
  errors_of_clusters(page);
  errors_at_compile_time(page);
  page.section(
      "Those that the test does not provoke",
      "* `TaskTimeout`: the view's `timeout` is over, and the engine, which would keep it, does not answer: it is "
      "stopped, "
      "by a signal or a debugger, or its\n"
      "  host cannot be reached. If it goes on, the task may run.\n"
      "* `SessionLost`: the engine has forgotten this client, after ten minutes without a sign of life, as "
      "when a computer slept,\n"
      "  or gave its place to another, as all 256 were taken; the message says which. What was outstanding is not run "
      "again; submit it anew.\n"
      "* `DeadlockError`, in a task that is a client: it would wait for its own engine, or for one that waits for "
      "it, which the\n  message names. Call the function itself, or submit the call and return.\n"
      "* `ProtocolError`: a message that cannot be understood. Use one version of enginery on both sides.\n"
      "* `dlopen` and a static constructor that never ends: after ten seconds the probe process is ended, and "
      "the message says so.\n"
      "* `MemoryError` (`std::bad_alloc`) and `OSError`, with the system's own words, when memory, "
      "descriptors or processes run out. A task\n  for whose arguments its engine has no memory "
      "(`--memory-limit`) does not run, and is the only one that fails.");

  const std::string file = ENGINERY_SOURCE "/docs/errors.md";
  if (std::getenv("ENGINERY_UPDATE_DOCS")) std::ofstream(file) << page.markdown();
  std::ifstream in(file);
  std::istringstream came(page.markdown());
  std::string written, printed;
  for (int line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(came, printed)), written_more = bool(std::getline(in, written));
    if (!more && !written_more) break;
    ASSERT_TRUE(more == written_more && written == printed)
        << file << ':' << line << ": the page says\n  " << (written_more ? written : "(its end)")
        << "\nand what came is\n  " << (more ? printed : "(the end)")
        << "\nENGINERY_UPDATE_DOCS=1 writes the page anew; look at the difference first";
  }
}

}  // namespace
}  // namespace enginery::documents
