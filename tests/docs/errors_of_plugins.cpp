// tests/docs/errors_of_plugins.cpp: errors of loading plugins, by stage, and of clusters and connections.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>

#include <enginery/cluster.hpp>
#include <enginery/connection.hpp>

#include "core/processes/pid.hpp"
#include "tests/docs/error_page.hpp"

namespace enginery::documents {

using namespace std::chrono_literals;

void errors_of_plugins(ErrorPage& page) {
  page.section(
      "Loading plugins",
      "`sync_imports` loads plugins here and on the engines, `run` on the engines. A refused one is a "
      "`PluginLoadError` here, and a\n"
      "`RemoteError` of that name from an engine. It names the file, the stage, what was wrong, and what to do.\n"
      "Up to the stage `dependency` nothing has been mapped; up to `dlopen`, only in a process of its own.");
  page.error("find: no such plugin", ENGINERY_PROVOKE(page.all().sync_imports({"geometry"})),
             "`enginery plugins` lists what is found.");
  page.error("find: a similar one", ENGINERY_PROVOKE(page.all().sync_imports({"norm"})), "Correct the name.");
  page.error("find: not a name", ENGINERY_PROVOKE(page.all().sync_imports({"./norms.so"})),
             "`import` takes names, `run` paths.");
  page.error("read: no such file", ENGINERY_PROVOKE(page.e0().run("/nowhere/script.so")),
             "The path is one of the client's host.");
  const std::string text = page.write("notes.so", "not a shared object");
  page.error("elf: not a shared object", {"e0.run(\"" + text + "\").get()", [&] { page.e0().run(text).get(); }},
             "The file is something else, or damaged.");
  const auto refused = [&](const std::string& heading, const std::string& name, const std::string& remedy) {
    page.error(heading, {"e0.run(\"" + page.bad(name) + "\").get()", [&] { page.e0().run(page.bad(name)).get(); }},
               remedy);
  };
  refused("abi: not a plugin", "no_note", "It is a shared object, but no plugin of enginery.");
  refused("abi: built otherwise", "other_abi",
          "C++ library, sanitizers and enginery must be the engine's; the compiler need not.");
  refused("processor: other instructions", "other_processor",
          "It would end the engine by SIGILL. What a compiler sees as `-march=native` is another thing on each host.");
  refused("dependency: a library is missing", "missing_dependency",
          "The engine's host lacks a library that the plugin links.");
  refused("dlopen: a static constructor aborts", "aborts", "It happened in the probe process; the engine is unharmed.");
  refused("dlopen: a static constructor throws", "throws", "As above.");
  refused("dlopen: a static constructor exits", "exits", "As above.");
  const std::string row = page.plugin("registering/registers_row"), too = page.plugin("registering/registers_row_too");
  page.error("dlopen: code that registers itself, for the second time",
             {"e0.run(\"" + row + "\").get(); e0.run(\"" + too + "\").get()",
              [&] {
                page.e0().run(row).get();
                page.e0().run(too).get();
              }},
             "It would have ended the engine. docs/libraries.md has more on such code.");
  refused("symbol: undefined", "undefined_symbol", "A function is declared and used, and defined nowhere.");
  refused("symbol: no descriptor", "note_only", "The macro `ENGINERY_PLUGIN` is missing, or its symbol hidden.");
  fs::copy_file(page.plugin("myscript"), page.plugin("other"));
  page.error("symbol: another name", ENGINERY_PROVOKE(page.all().sync_imports({"other"})),
             "File and macro must agree.");
  fs::remove(page.plugin("other"));
  refused("init: the plugin's body throws", "init_throws", "Names that it had defined before are not kept.");
  refused("init: a declaration is wrong", "wrong_declaration", "What `m.def` was told does not fit the function.");
  refused("init: a task is defined twice", "defined_twice", "There are no overloads: callers choose by the name.");
  page.command("A plugin that is loaded at the start", "start -n 1 --name other --daemon --load geometry", 1,
               "No engine could start, so the cluster did not.");
}

void errors_of_scripts(ErrorPage& page) {
  page.section("Scripts",
               "`run` compiles a `.cpp`, `execute_cpp` statements, on the client's host. A `CompileError` names the "
               "file and the first error;\n"
               "`diagnostics()` is all that the compiler said.");
  ::setenv("LC_ALL", "C", 1);
  ::setenv("ENGINERY_CACHE", SCRIPT_CACHE, 1);
  ::setenv("ENGINERY_CXX", COUNTING_COMPILER, 1);
  const std::string script = page.write("script.cpp",
                                        "#include <enginery/plugin.hpp>\nENGINERY_PLUGIN(script, m) {\n"
                                        "  m.set(\"a\", 5)\n}\n");
  page.error("A script that does not compile", {"e0.run(\"" + script + "\")", [&] { page.e0().run(script); }},
             "Correct the line that it names.");
  page.error("Statements that do not compile",
             ENGINERY_PROVOKE(page.e0().execute_cpp("globals()[\"a\"] = 5;\nglobals()[\"b\"] = a;")),
             "The engine's variables are `globals()`; lines are those of the statements.");
  const std::string library = page.write("library.cpp", "int twice(int x) { return 2 * x; }\n");
  page.error("A source that is no plugin", {"e0.run(\"" + library + "\")", [&] { page.e0().run(library); }},
             "`enginery build` says the same. A library is linked to a plugin; it is none.");
  ::setenv("ENGINERY_CXX", "g++-99", 1);
  page.error("No compiler", {"e0.run(\"" + script + "\")", [&] { page.e0().run(script); }},
             "Scripts are compiled on the client's host.");
  ::unsetenv("ENGINERY_CXX");
  page.error("No such script", ENGINERY_PROVOKE(page.e0().run("script.cpp")), "The path is one of the client's host.");
}

void errors_of_clusters(ErrorPage& page) {
  page.section("Clusters and connections", "Starting, finding and ending clusters; engines by their ids.");
  page.error("No such cluster", ENGINERY_PROVOKE(Client rc({.name = "lab"})), "Start it, or give the right name.");
  page.error("Not a cluster's name", ENGINERY_PROVOKE(Client rc({.name = "my lab"})),
             "It becomes the name of a folder.");
  page.error("No such connection file", ENGINERY_PROVOKE(Client rc({.file = "/nowhere/connection.json"})),
             "A cluster's is `connection.json` in its runtime folder.");
  const std::string broken = page.write("broken.json", "{\"version\": 1}");
  page.error("A broken connection file",
             {"Client rc({.file = \"" + broken + "\"})", [&] { Client rc({.file = broken}); }},
             "Something else wrote it, or another version of enginery.");
  Connection stale = Connection::find();
  stale.launcher.start += 1;
  const std::string file = page.write("stale.json", "");
  stale.save(file);
  page.error("A cluster that was killed", {"Client rc({.file = \"" + file + "\"})", [&] { Client rc({.file = file}); }},
             "Its launcher ended without tidying up; hub and engines have ended with it.");
  page.error("No such engine", ENGINERY_PROVOKE(page.rc()[7]), "Ids are never used again.");
  page.error("Counting beyond the first", ENGINERY_PROVOKE(page.rc()[-3]),
             "Negative ids count from the end of `ids()`.");
  page.error("A view of no engine", ENGINERY_PROVOKE(page.rc().view({}).apply("testing.add", 1)),
             "The program chose no id. The engines live.");
  page.error("Engines that do not come", ENGINERY_PROVOKE(page.rc().wait_for_engines(9, Seconds(0.05))),
             "Fewer engines were started, or they are still starting.");
  page.error("Restarting what there never was", ENGINERY_PROVOKE(page.rc().restart(7)), "`ids()` lists the engines.");
  Client stuck = page.start("stuck", 1);
  const int launcher = Connection::find("stuck").launcher.pid;
  cluster::send_signal(launcher, SIGSTOP);
  page.error("An engine that does not come back", ENGINERY_PROVOKE(stuck.restart(0, Seconds(0.1))),
             "Its launcher is stopped, or it dies again at once: its log says why.");
  cluster::send_signal(launcher, SIGCONT);
  ErrorPage::run("stop --name stuck");
  Client empty = page.start("empty", 0);
  page.error("A cluster without engines", ENGINERY_PROVOKE(empty[-1]),
             "Start engines, or wait for those that are starting.");
  page.error("Calling all of none", ENGINERY_PROVOKE(empty.all().apply("testing.add", 1)), "As above.");
  ErrorPage::run("stop --name empty");
  Client halted = page.start("halted", 1);
  const int hub = Connection::find("halted").hub.process.pid;
  cluster::send_signal(hub, SIGSTOP);
  page.error("The hub does not answer", ENGINERY_PROVOKE(Client rc({.name = "halted", .timeout = 200ms})),
             "The hub's process is stopped or has no time to run.");
  cluster::send_signal(hub, SIGCONT);
  ErrorPage::run("stop --name halted");
  page.error("The command is not where it should be",
             ENGINERY_PROVOKE(Cluster cluster({.n = 1, .command = "/nowhere/enginery"})),
             "A `Cluster` starts engines by the command `enginery`.");
  page.error("A Cluster's plugin is not found",
             ENGINERY_PROVOKE(Cluster cluster({.n = 1, .name = "own", .load = {"geometry"}})),
             "The launcher's own words are part of the text.");
  page.error("A Cluster that was stopped",
             ENGINERY_PROVOKE(Cluster cluster({.n = 1, .name = "own"}); cluster.stop(); cluster.client()),
             "Make a new one.");
  page.command("A cluster that runs already", "start -n 1 --daemon", 1, "Two clusters need two names.");
  page.command("Stopping what is not there", "stop --name lab", 1, "`enginery list` shows what runs.");
  page.command("Killing what there never was", "kill 7", 1, "`enginery status` lists the engines.");
  page.command("An engine for no cluster", "engine --name lab", 1, "Engines join a cluster that runs.");
  page.command("Not a command", "begin", 2, "`enginery --help` lists them.");
  page.command("Not an option", "start --engine 4", 2, "`enginery start --help` lists them.");
}

}  // namespace enginery::documents
