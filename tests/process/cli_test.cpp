// tests/process/cli_test.cpp: what the commands print, for people and for programs.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/process/cli_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

TEST_F(CliTest, ListShowsEveryClusterOfTheUser) {
  const Ran none = enginery("list");
  EXPECT_EQ(none.out, "no cluster runs; `enginery start` starts one\n");
  EXPECT_THAT(enginery_json("list").at("clusters"), IsEmpty());
  const auto first = start_ready({"-n", "2"}), second = start_ready({"-n", "1", "--name", "mine"});
  const Ran both = enginery("list");
  EXPECT_THAT(both.out, StartsWith("name     state    engines"));
  EXPECT_THAT(both.out, ContainsRegex("default  running        2  +" + std::to_string(first->pid()) + "  20.*Z  " +
                                      folder().string()));
  EXPECT_THAT(both.out, ContainsRegex("mine     running        1  +" + std::to_string(second->pid())));
  fs::create_directory(folder().parent_path() / "cache");
  const json clusters = enginery_json("list").at("clusters");
  ASSERT_EQ(clusters.size(), 2u) << "no launcher has made the cache";
  EXPECT_EQ(clusters[0].at("name"), "default");
  EXPECT_EQ(clusters[0].at("state"), "running");
  EXPECT_EQ(clusters[0].at("engines"), 2);
  EXPECT_EQ(clusters[0].at("pid"), first->pid());
  EXPECT_EQ(clusters[0].at("directory"), folder().string());
  EXPECT_THAT(clusters[0].at("since").get<std::string>(), ContainsRegex("^20..-..-..T..:..:..\\....Z$"));
  EXPECT_EQ(clusters[1].at("name"), "mine");
}

TEST_F(CliTest, ListTellsADeadClusterFromOneThatRuns) {
  {
    const auto command = start_ready({"-n", "0"});
    const Watched hub(Connection::find().hub.process.pid);
    send_signal(hub.pid(), SIGSTOP);
    const json silent = enginery_json("list --timeout 0.2").at("clusters").at(0);
    EXPECT_EQ(silent.at("state"), "silent");
    EXPECT_TRUE(silent.at("engines").is_null());
    command->signal(SIGKILL);
    command->finish();
    send_signal(hub.pid(), SIGKILL);
    EXPECT_TRUE(hub.ends());
  }
  EXPECT_THAT(enginery("list").out, HasSubstr("`enginery stop` removes what it left"));
  const json dead = enginery_json("list").at("clusters").at(0);
  EXPECT_EQ(dead.at("state"), "dead");
  EXPECT_TRUE(dead.at("pid").is_null());
  enginery("stop --name default");
  EXPECT_THAT(enginery_json("list").at("clusters"), IsEmpty());
}

TEST_F(CliTest, AClusterWhoseFilesSomebodyRemovedIsNeitherDeadNorMissed) {
  const auto command = start_ready({"-n", "1"});
  command->signal(SIGSTOP);  // it would put them back
  fs::remove(folder() / "lock");
  EXPECT_EQ(enginery_json("list").at("clusters").at(0).at("state"), "running");
  EXPECT_EQ(enginery("status").status, 0);
  fs::remove(folder() / "connection.json");
  EXPECT_EQ(enginery_json("list").at("clusters").at(0).at("state"), "starting");
  for (const char* words : {"status", "stop"}) {
    const Ran ran = enginery(words);
    EXPECT_EQ(ran.status, 1) << words;
    EXPECT_THAT(ran.err, HasSubstr("somebody removed its files and its launcher puts them back")) << words;
  }
  command->signal(SIGCONT);
  EXPECT_TRUE(command->writes("they are back"));
  EXPECT_EQ(enginery("stop").status, 0);
  EXPECT_EQ(command->finish(), 0);
}

TEST_F(CliTest, ListAndDebugAskTheHubAloneSoThatStoppedEnginesDoNotHoldThemUp) {
  const auto command = start_ready({"-n", "6"});
  std::vector<int> pids;
  const json status = enginery_json("status");
  for (const json& engine : status.at("engines")) pids.push_back(engine.at("pid"));
  ASSERT_EQ(pids.size(), 6u);
  for (const int pid : pids) send_signal(cluster::Pid(pid), SIGSTOP);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(enginery_json("list --timeout 30").at("clusters").at(0).at("engines"), 6);
  EXPECT_EQ(enginery("debug 3").out, "gdb -p " + std::to_string(pids[3]) + "\n");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20))
      << "who waits for answers takes 30 s each";
  for (const int pid : pids) send_signal(cluster::Pid(pid), SIGCONT);
}

TEST_F(CliTest, StatusIsATableForPeopleAndAnObjectForPrograms) {
  const auto command = start_ready({"-n", "2"});
  const Ran table = enginery("status");
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.out, StartsWith("cluster 'default': hub pid "));
  EXPECT_THAT(table.out, HasSubstr(", 2 engines\nid  "));
  const json status = enginery_json("status");
  EXPECT_EQ(status.at("cluster"), "default");
  ASSERT_EQ(status.at("engines").size(), 2u);
  EXPECT_EQ(status.at("engines")[1].at("state"), "idle");
  EXPECT_TRUE(status.at("engines")[1].at("task").is_null());
}

TEST_F(CliTest, AnUnknownClusterIsAFailureThatSaysWhatThereIs) {
  const auto command = start_ready({"-n", "0", "--name", "mine"});
  for (const char* words : {"status --name other", "exec 1 --name other", "engine --name other"}) {
    const Ran ran = enginery(words);
    EXPECT_EQ(ran.status, 1) << words;
    EXPECT_EQ(ran.out, "") << words;
    EXPECT_THAT(ran.err, HasSubstr("enginery: there is no cluster 'other'")) << words;
    EXPECT_THAT(ran.err, HasSubstr("Running: mine. Start it with `enginery start --name other`")) << words;
  }
}

TEST_F(CliTest, PluginsListsWhatIsFoundWithALineOnEach) {
  const Ran table = enginery("plugins");
  EXPECT_EQ(table.status, 0);
  EXPECT_THAT(table.out, ContainsRegex("\nnorms +" FIXTURE_PLUGINS "/norms.so +Vector norms.\n"));
  std::vector<std::string> names;
  const json all = enginery_json("plugins");
  for (const json& plugin : all.at("plugins")) names.push_back(plugin.at("name"));
  EXPECT_THAT(names, IsSupersetOf({"linalg", "norms", "system"}));
  fs::create_directory(base_ / "bad");
  fs::create_symlink(FIXTURE_PLUGINS "/bad/other_abi.so", base_ / "bad" / "other_abi.so");
  ::setenv("ENGINERY_PLUGIN_PATH", (base_ / "bad").c_str(), 1);
  const Ran with_bad = enginery("plugins");
  EXPECT_EQ(with_bad.status, 0);
  EXPECT_THAT(with_bad.out, ContainsRegex("\nother_abi +.*refused at abi; `enginery plugins other_abi` says why\n"));
  EXPECT_THAT(with_bad.out, HasSubstr("\nlinalg "));
}

TEST_F(CliTest, PluginsShowsTheTasksOfAFileOrAName) {
  const std::string signature = "get_norms(A: array[f64], levels: array[f64] = [2.0]) -> dict[float, float]";
  for (const char* word : {"norms", FIXTURE_PLUGINS "/norms.so"}) {
    const Ran ran = enginery(std::string("plugins ") + word);
    EXPECT_EQ(ran.status, 0) << ran.err;
    EXPECT_THAT(ran.out, StartsWith("norms 3.1: Vector norms.\n  file      " FIXTURE_PLUGINS "/norms.so\n"));
    EXPECT_THAT(ran.out, ContainsRegex("\n  build-id  [0-9a-f]{40}\n"));
    EXPECT_THAT(ran.out, HasSubstr("\n  " + signature +
                                   "\n      All the requested norms of a vector (n), as a dict: level → norm.\n"));
  }
  const json plugin = enginery_json("plugins norms").at("plugins").at(0);
  EXPECT_EQ(plugin.at("doc"), "Vector norms.");
  EXPECT_EQ(plugin.at("tasks").at(0).at("name"), "get_norms");
  EXPECT_EQ(plugin.at("tasks").at(0).at("signature"), signature);
  EXPECT_EQ(plugin.at("build_id").get<std::string>().size(), 40u);
  EXPECT_EQ(plugin.at("version"), "3.1");
  EXPECT_TRUE(plugin.at("error").is_null());
}

TEST_F(CliTest, APluginThatIsRefusedIsAFailureWithStageAndRemedy) {
  const Ran ran = enginery("plugins nroms norms " FIXTURE_PLUGINS "/bad/aborts.so");
  EXPECT_EQ(ran.status, 1);
  EXPECT_THAT(ran.err, HasSubstr("stage find: no plugin named 'nroms'"));
  EXPECT_THAT(ran.err, HasSubstr("Did you mean 'norms'?"));
  EXPECT_THAT(ran.err, HasSubstr("bad/aborts.so: stage dlopen: "));
  EXPECT_THAT(ran.out, HasSubstr("Vector norms."));
  const json plugins = enginery_json("plugins nroms norms", 1).at("plugins");
  EXPECT_EQ(plugins.at(0).at("error").at("stage"), "find");
  EXPECT_TRUE(plugins.at(1).at("error").is_null());
}

TEST_F(CliTest, SourceCodeIsNoPluginAndIsToldHowItBecomesOne) {
  for (const char* word : {"quad.cpp", "code/quad.cc"}) {
    const Ran ran = enginery(std::string("plugins ") + word);
    EXPECT_EQ(ran.status, 1) << word;
    EXPECT_THAT(ran.err, StartsWith(std::string("enginery: ") + word + ": stage elf: this is source code")) << word;
    EXPECT_THAT(ran.err, HasSubstr("Build it with enginery_add_plugin")) << word;
  }
  EXPECT_THAT(enginery("plugins no-name").err, HasSubstr("A file is given by its path"));
}

TEST_F(CliTest, StoppingWhatDoesNotRunDoesNotAdviseToStartIt) {
  const Ran none = enginery("stop");
  EXPECT_EQ(none.status, 1);
  EXPECT_EQ(none.err, "enginery: there is no cluster 'default' to stop. No cluster runs\n");
  const auto all = enginery("stop --all");
  EXPECT_EQ(std::pair(all.status, all.err), std::pair(0, std::string("enginery: there is no cluster to stop\n")));
  const auto command = start_ready({"-n", "0", "--name", "mine"});
  EXPECT_EQ(enginery("stop").err, "enginery: there is no cluster 'default' to stop. Running: mine\n");
}

TEST_F(CliTest, BuildMakesAPluginOfASource) {
  ::setenv("ENGINERY_CACHE", SCRIPT_CACHE, 1);
  ::setenv("ENGINERY_CXX", COUNTING_COMPILER, 1);
  ::setenv("LC_ALL", "C", 1);  // the compiler's words
  const std::string source = (base_ / "script.cpp").string();
  std::ofstream(source) << "#include <enginery/plugin.hpp>\n"
                           "static int twice(int x) { return 2 * x; }\n"
                           "ENGINERY_PLUGIN(script, m) { m.doc(\"Built.\").def(\"twice\", twice, \"x\"_a); }\n";
  const Ran ran = shell("cd " + base_.string() + " && " ENGINERY_COMMAND " build script.cpp");
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.out + ran.err, "");
  EXPECT_THAT(enginery("plugins " + (base_ / "libscript.so").string()).out, HasSubstr("twice(x: int) -> int"));
  const Ran again = enginery("build --verbose " + source + " -o " + (base_ / "other.so").string());
  EXPECT_THAT(again.err, StartsWith("enginery: unchanged, so it is " SCRIPT_CACHE "/scripts/"));
  EXPECT_EQ(read(base_ / "other.so"), read(base_ / "libscript.so"));
  const Ran nowhere = enginery("build " + source + " -o /nowhere/script.so");
  EXPECT_EQ(nowhere.status, 1);
  EXPECT_THAT(nowhere.err, StartsWith("enginery: cannot write /nowhere/script.so"));
  std::ofstream(source) << "\nint x = y;\n";
  const Ran wrong = enginery("build " + source + " -o " + (base_ / "wrong.so").string());
  EXPECT_EQ(wrong.status, 1);
  EXPECT_THAT(wrong.err, StartsWith(source + ":2:9: error: 'y' was not declared"));
  EXPECT_FALSE(fs::exists(base_ / "wrong.so"));
  ::unsetenv("ENGINERY_CXX");
}

TEST_F(CliTest, WhatCouldNotBeWrittenIsAFailureWithItsReason) {
  const auto command = start_ready({"-n", "1"});
  for (const char* words : {"list", "status --json", "exec '1 + 1'", "exec '1 + 1' --json", "plugins", "plugins norms",
                            "--help", "start --help", "--version", "start -n 0 --name b --daemon", "stop"}) {
    const Ran ran = shell(std::string("(" ENGINERY_COMMAND " ") + words + " >/dev/full)");
    EXPECT_EQ(ran.status, 1) << words;
    EXPECT_EQ(ran.err, "enginery: the output could not be written: No space left on device\n") << words;
  }
}

TEST_F(CliTest, AReaderThatLeavesEndsACommandWithoutAWord) {
  const std::string pipe = (base_ / "pipe").string();
  // Descriptor 4 is a pipe whose only reader, 3, has gone.
  const std::string to_nobody =
      "mkfifo " + pipe + "; exec 3<>" + pipe + " 4>" + pipe + " 3<&-; " ENGINERY_COMMAND " plugins norms >&4 4>&-";
  for (const auto& [before, status] : {std::pair("(", 128 + SIGPIPE), std::pair("(trap '' PIPE; ", 1)}) {
    const Ran ran = shell(before + to_nobody + ")");
    EXPECT_EQ(ran.status, status) << before;
    EXPECT_EQ(ran.err, "") << before;
    fs::remove(pipe);
  }
}

TEST_F(CliTest, ColoursAreForTerminalsAndNotForWhoWantsNone) {
  const auto command = start_ready({"-n", "1"});
  for (const char* words : {"list", "status", "plugins"}) {
    EXPECT_THAT(enginery(words).out, Not(HasSubstr("\033"))) << words;
    EXPECT_THAT(on_terminal(words).out, HasSubstr("\033[")) << words;
    ::setenv("NO_COLOR", "1", 1);
    EXPECT_THAT(on_terminal(words).out, Not(HasSubstr("\033"))) << words;
    ::unsetenv("NO_COLOR");
  }
}

TEST_F(CliTest, WrongUseIsStatusTwoAndSaysWhereHelpIs) {
  const std::pair<const char*, const char*> uses[]{
      {"", "A subcommand is required\n`enginery --help`"},
      {"frobnicate", "there is no command 'frobnicate'\n`enginery --help` shows"},
      {"statsu", "there is no command 'statsu'. Did you mean 'status'?\n`enginery --help` shows"},
      {"help statsu", "there is no command 'statsu'. Did you mean 'status'?\n`enginery --help` shows"},
      {"list now", "`enginery list --help` shows"},
      {"list --timeout soon", "--timeout: 'soon' is not a number from 0.001 to 1000000\n"},
      {"plugins --jason", "--jason"},
      {"status --timeout 0", "`enginery status --help` shows"},
      {"start -n two", "--engines: 'two' is not a whole number from 0 to 4096\n`enginery start --help` shows"},
      {"start -n 2.5", "--engines: '2.5' is not a whole number from 0 to 4096\n"},
      {"start -n 5000", "--engines: '5000' is not a whole number from 0 to 4096\n"},
      {"start --daemon --fd 1", "--fd"},
      {"start --name a/b", "--name: 'a/b' cannot be a cluster's name"},
      {"start --log-level loud", "there is no log level 'loud'; it is one of debug, info"},
      {"stop --all --name mine", "--name excludes --all"},
      {"exec", "statement is required\n`enginery exec --help`"},
      {"exec 1 --engines 0,x", "'0,x' is neither \"all\" nor ids such as 0,2"},
      {"build", "source is required\n`enginery build --help`"},
      {"build script.so", "'script.so' is not called .cpp"},
      {"hub", "--cluster is required\n`enginery hub --help` shows"},
  };
  for (const auto& [words, remedy] : uses) {
    const Ran ran = enginery(words);
    EXPECT_EQ(ran.status, 2) << words;
    EXPECT_EQ(ran.out, "") << words;
    EXPECT_THAT(ran.err, HasSubstr(remedy)) << words;
  }
}

TEST_F(CliTest, EveryHelpHasExamplesAndExitCodes) {
  std::vector<std::string> all = commands();
  EXPECT_THAT(all, IsSupersetOf({"start", "stop", "restart", "kill", "interrupt", "list", "status", "exec", "debug",
                                 "plugins", "build", "engine", "hub"}));
  all.emplace_back("");
  for (const std::string& command : all) {
    const Ran ran = enginery(command + " --help");
    EXPECT_EQ(ran.status, 0) << command;
    EXPECT_THAT(ran.out, HasSubstr("\nExamples:\n  enginery " + command)) << command;
    EXPECT_THAT(ran.out, HasSubstr("\nExit codes: 0 done")) << command;
    EXPECT_THAT(ran.out, Not(HasSubstr("Excludes:  "))) << command;
    EXPECT_THAT(ran.out, Not(ContainsRegex("\n  enginery [^\n]*--daemon [^-#\n ]"))) << command;
  }
}

TEST_F(CliTest, HelpTellsHowACommandEndsByCtrlC) {
  for (const std::string& command : commands()) {
    if (command == "start") continue;  // it says more, below
    const bool serves = command == "engine" || command == "hub";
    EXPECT_THAT(enginery(command + " --help").out,
                HasSubstr(serves ? "0 done, or ended by a signal" : "130 ended by Ctrl-C"))
        << command;
  }
  const std::string start = enginery("start --help").out;
  EXPECT_THAT(start, HasSubstr("0 done: Ctrl-C, SIGTERM or `enginery stop` has ended the cluster"));
  EXPECT_THAT(start, HasSubstr("128 + the signal that came before all engines were ready"));
}

TEST_F(CliTest, HelpAndVersionAreCommandsToo) {
  EXPECT_EQ(enginery("help").out, enginery("--help").out);
  EXPECT_EQ(enginery("help exec").out, enginery("exec --help").out);
  EXPECT_THAT(enginery("--version").out, ContainsRegex("^enginery [0-9.]+\n$"));
  EXPECT_EQ(enginery("version").out, enginery("--version").out);
  for (const char* words : {"help", "help exec", "version"}) EXPECT_EQ(enginery(words).status, 0) << words;
}

}  // namespace
}  // namespace enginery::testing_processes
