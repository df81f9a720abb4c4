// tests/docs/errors_of_results.cpp: errors of waiting, of aborting, of engines that die, and of values that do not fit.
#include <signal.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include "core/processes/pid.hpp"
#include "tests/docs/error_page.hpp"
#include "tests/stop_process.hpp"

namespace enginery::documents {

using namespace literals;
using namespace std::chrono_literals;

void errors_of_results(ErrorPage& page) {
  page.section("Results", "Waiting for results, aborting, and what becomes of tasks when an engine dies.");
  Client sleepy = page.start("sleepy", 1);
  auto nap = sleepy[0].apply_async<double>("system.sleep", 60);
  page.error("The result is not there in time", ENGINERY_PROVOKE(nap.get(10ms)),
             "The task goes on. Wait longer, or `abort()` it.");
  page.error("Asking too early", ENGINERY_PROVOKE(nap.successful()),
             "`successful()`, `wall_time()` and `serial_time()` know it only when the result is there.");
  auto behind = sleepy[0].apply_async("testing.add", 1);
  DirectView hurried = sleepy[0];
  hurried.timeout = 50ms;
  page.error("The task's time was over before it started", ENGINERY_PROVOKE(hurried.apply_sync("testing.add", 1)),
             "The view has a `timeout`, and the engine was busy with other tasks for so long.");
  page.error("A timeout that is no time", ENGINERY_PROVOKE(hurried.timeout = -1s; hurried.apply_sync("testing.add", 1)),
             "Nothing was sent.");
  behind.abort();
  nap.abort();
  page.error(
      "The task was aborted", ENGINERY_PROVOKE(behind.get()),
      "Somebody called `abort()` while it was queued. A task that runs is only asked to stop, and its outcome stands.");
  nap.wait();
  hurried.timeout = 1s;
  page.error("The task's time was over while it ran", ENGINERY_PROVOKE(hurried.apply_sync("system.sleep", 60)),
             "The result does not wait for a task that never looks; the engine does. What the task gives later is "
             "dropped. A task that looks at `stop_requested()` returns soon, and its engine is free.");
  const auto process = static_cast<pid_t>(sleepy[0].apply_sync<std::int64_t>("system.getpid"));
  stop_process(process);
  page.error("An engine does not answer an interrupt", ENGINERY_PROVOKE(sleepy.interrupt(0, 100ms)),
             "Its process is stopped, by a debugger perhaps, or its host is overloaded.");
  cluster::send_signal(process, SIGCONT);
  ErrorPage::run("stop --name sleepy");
  page.error("The result is of another type", ENGINERY_PROVOKE(page.e0().apply_sync<std::string>("testing.add", 1)),
             "The task succeeded, and its result cannot become the type that was asked for.");
  page.error("Several engines failed", ENGINERY_PROVOKE(page.all().apply_sync("testing.raise", "value")),
             "`failures()` holds each; `get_each()` gives the values of those that did not fail. Equal ones are said "
             "once, and "
             "of those that differ the first five.");
  Client mortal = page.start("mortal", 2);
  const MultiView frozen = mortal[{0, 1}];
  page.error(
      "The engine crashed", ENGINERY_PROVOKE(mortal[0].apply_sync("testing.crash", "abort")),
      "The task, or another of that engine, ended its process by a signal. What was queued there is not run.\n"
      "The last lines that its tasks wrote to stderr follow, if there are some. With `--daemon`, `engine-K.log` in "
      "the cluster's folder holds what it wrote outside of tasks.");
  page.error("Calling an engine that is dead", ENGINERY_PROVOKE(frozen.apply_sync("testing.add", 1)),
             "`ids()` lists those that live.");
  page.error("Interrupting an engine that is dead", ENGINERY_PROVOKE(mortal.interrupt(0)), "Nothing runs there.");
  page.error("The engine ended itself", ENGINERY_PROVOKE(mortal[1].apply_sync("testing.crash", "exit")),
             "A task called `exit`. Tasks return; they do not end their process.");
  page.error("No engine is left", ENGINERY_PROVOKE(mortal.all().apply("testing.add", 1)),
             "Add an engine, or start the cluster again.");
  ErrorPage::run("stop --name mortal");
  std::optional<Client> short_lived(std::in_place);
  auto orphan = (*short_lived)[0].apply_async<double>("system.sleep", 60);
  short_lived.reset();
  page.error("The client is gone", ENGINERY_PROVOKE(orphan.get()),
             "A result outlived its `Client`, and the views and copies of it. Keep one of them.");
}

void errors_of_balancing(ErrorPage& page) {
  page.section("Load-balanced views",
               "Work that waits for other work, or for an engine ([Work that finds its engine](balancing.md)).");
  page.error("What a task waits for failed",
             ENGINERY_PROVOKE(const auto failed = page.e0().apply_async("testing.raise", "value");
                              const auto lv = page.rc().load_balanced().with({.after = {failed}});
                              lv.apply_sync("testing.add", 1, 2)),
             "The task was not run. The same is said of a result that is an argument.");
  page.error("What a task follows is on several engines",
             ENGINERY_PROVOKE(const auto both = page.all().apply_async("testing.add", 1, 2);
                              const auto lv = page.rc().load_balanced().with({.follow = {both}});
                              lv.apply_sync("testing.add", 1, 2)),
             "`.after` waits for results on any engines.");
  Client doomed = page.start("doomed", 3);
  page.error("A task that ends each engine that runs it",
             ENGINERY_PROVOKE(const auto lv = doomed.load_balanced().with({.retries = 5});
                              lv.apply_sync("testing.crash", "exit")),
             "Three deaths are enough, however many retries are left. Without retries it is an `EngineDied`, which "
             "says more.");
  page.error("No engine comes in time",
             ENGINERY_PROVOKE(const auto lv = doomed.load_balanced().with({.queue_timeout = 0s});
                              lv.apply_sync("testing.add", 1, 2)),
             "Work waits while there is no engine, as long as its view says.");
  ErrorPage::run("stop --name doomed");
}

void errors_of_values(ErrorPage& page) {
  page.section("Values", "Arguments, results and variables that cannot be what they should be.");
  page.error("A long double that is no double", ENGINERY_PROVOKE(page.e0()["l"] = 0.1L),
             "Nothing was sent. One that is exactly a `double` travels.");
  page.error("A float that would be infinite", ENGINERY_PROVOKE(page.e0()["d"] = 1e300; page.e0().pull<float>("d")),
             "A `double` is rounded to the nearest `float`, but not to infinity.");
  page.error("A value that contains itself",
             ENGINERY_PROVOKE(Value list = Value::list(); list.append(list); page.e0()["l"] = list),
             "It was refused here; nothing was sent. Lists that contain themselves can live on an engine, not travel.");
  page.error(
      "An array of other dimensions",
      ENGINERY_PROVOKE(page.e0().apply_sync("norms.get_norms", Eigen::MatrixXd(Eigen::MatrixXd::Identity(2, 3)))),
      "The task takes a vector.");
  page.error("Lists that make no array",
             ENGINERY_PROVOKE(page.e0().apply_sync("boxes.negate", std::vector<std::vector<int>>{{1, 2}, {3}})),
             "For a task that writes to the array, there must be an array: pass a Reference to one.");
  page.error("A view of another dtype",
             ENGINERY_PROVOKE(page.e0()["i"] = std::vector<int>{1, 2};
                              page.e0().apply_sync("boxes.scale", Reference("i"), 2.0)),
             "A `span<double>` writes to the array itself, so nothing is converted.");
  page.error("A number that would lose something",
             ENGINERY_PROVOKE(page.e0()["h"] = std::vector<double>{1.5, 2}; page.e0().pull<std::vector<int>>("h")),
             "Round first, or take `double`.");
  page.error(
      "A duration that would be rounded",
      ENGINERY_PROVOKE(page.e0()["d"] = std::chrono::milliseconds(1500); page.e0().pull<std::chrono::seconds>("d")),
      "Nothing rounds a duration but you.");
  page.error("Keys that would become one",
             ENGINERY_PROVOKE(page.e0()["k"] = std::map<double, int>{{0.1, 1}, {0.10000000000000002, 2}};
                              page.e0().pull<std::map<float, int>>("k")),
             "As a `float` both keys are the same, and an entry would be lost. Take `double`.");
  page.error("A value that several alternatives take",
             ENGINERY_PROVOKE(page.e0()["n"] = 0.5; page.e0().pull<std::variant<float, double>>("n")),
             "What C++ sends as such a variant has the index with it. Assign `(1, 0.5)` in `execute`.");
  page.error("A struct's field is missing",
             ENGINERY_PROVOKE(page.e0().apply_sync("boxes.area", std::map<std::string, double>{{"a", 2}})),
             "A plain struct is a dict of all its fields.");
  page.error(
      "A struct has no such field",
      ENGINERY_PROVOKE(page.e0().apply_sync("boxes.area", std::map<std::string, double>{{"a", 2}, {"c", 3}, {"b", 1}})),
      "Correct the name.");
  page.error("An object itself is wanted",
             ENGINERY_PROVOKE(page.e0().apply_sync("boxes.add", 5, std::map<std::string, double>{{"a", 1}, {"b", 1}})),
             "A `T&` parameter sees an object that lives on the engine.");
}

void errors_at_compile_time(ErrorPage& page) {
  page.section("At compile time", "What the compiler says. The sentence stands behind `static assertion failed`.");
  page.compiler("An argument without a codec", "e0.apply_sync(\"testing.identity\", std::thread());",
                "What is no number, text, container, Eigen type or plain struct needs a codec of its own.");
  page.compiler("A result without a codec", "e0.apply_sync<std::string_view>(\"testing.add\", 1);",
                "Ask for a type that owns what it holds.");
  page.compiler("A struct whose member has no codec", "struct Node { int number; Node* next; };\ne0[\"x\"] = Node();",
                "The lines before it in the compiler's output say `kMember = …{\"next\"}`.");
  page.compiler("A parameter that is a pointer", "m.def(\"first\", [](double* x) { return *x; });",
                "Addresses mean nothing in another process. Take a `std::span<double>`, or `T&`.");
  page.compiler("A function's result as another type", "e0.apply_async<int>([](double x) { return x; }, 1);",
                "`<R>` says what a task gives that is called by name.");
  page.compiler("A positional argument after a keyword", "e0.apply_sync(\"testing.add\", \"a\"_a = 1, 2);",
                "Positional arguments come first.");
  page.compiler("A task that returns a view", "m.def(\"name\", [](int) -> const char* { return \"x\"; });",
                "Return a `std::string`, a vector or a matrix.");
  page.compiler("A task that is overloaded or generic", "m.def(\"twice\", [](auto x) { return 2 * x; });",
                "Give parameters their types; choose an overload with a cast.");
  page.compiler("Names that are not as many as the parameters",
                "m.def(\"add\", [](int a, int b) { return a + b; }, \"a\"_a);", "Name all or none.");
  page.compiler("A default before a parameter without one",
                "m.def(\"add\", [](int a, int b) { return a + b; }, \"a\"_a = 1, \"b\"_a);", "Defaults come last.");
  page.compile();
}

}  // namespace enginery::documents
