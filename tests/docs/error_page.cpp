// tests/docs/error_page.cpp: provokes errors, and writes down what they say.
#include "tests/docs/error_page.hpp"

#include <cxxabi.h>
#include <stdlib.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <regex>
#include <sstream>
#include <typeinfo>

#include <gtest/gtest.h>

namespace enginery::documents {
namespace {

std::string class_of(const std::exception& error) {
  const std::unique_ptr<char, decltype(&std::free)> name(
      abi::__cxa_demangle(typeid(error).name(), nullptr, nullptr, nullptr), &std::free);
  return std::regex_replace(std::string(name.get()), std::regex("^enginery::"), "");
}

std::string content_of(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

ErrorPage::ErrorPage() {
  char path[] = "/tmp/errors-XXXXXX";
  folder_ = ::mkdtemp(path);
  fs::copy(FIXTURE_PLUGINS, folder_ / "plugins", fs::copy_options::recursive);
  fs::create_directory_symlink(fs::path(ENGINERY_COMMAND).parent_path(), folder_ / "bin");
  ::setenv("XDG_RUNTIME_DIR", folder_.c_str(), 1);
  ::setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
  ::setenv("ENGINERY_PLUGIN_PATH", (folder_ / "plugins").c_str(), 1);
  ::setenv("PATH", (fs::path(ENGINERY_COMMAND).parent_path().string() + ":" + ::getenv("PATH")).c_str(), 1);
  ::unsetenv("ENGINERY_CLUSTER");
  client_ = start("default", 2);
}

ErrorPage::~ErrorPage() {
  client_.reset();
  run("stop --all");
  fs::remove_all(folder_);
}

Client ErrorPage::start(const std::string& name, int count) {
  EXPECT_EQ(run("start --daemon --load testing,system,boxes,norms -n " + std::to_string(count) + " --name " + name), 0);
  Client client{{.name = name}};
  client.wait_for_engines(static_cast<std::size_t>(count), Seconds(30));
  return client;
}

int ErrorPage::run(const std::string& arguments, std::string* errors) {
  char path[] = "/tmp/errors-said-XXXXXX";
  const int file = ::mkstemp(path);
  const int status = std::system(("enginery " + arguments + " >/dev/null 2>" + path).c_str());
  if (errors) *errors = content_of(path);
  ::close(file);
  ::unlink(path);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

std::string ErrorPage::write(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ / name) << content;
  return (folder_ / name).string();
}

std::string ErrorPage::normal(std::string text) const {
  const std::pair<std::string, std::string> rules[] = {
      {R"(\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)", "…"},
      {R"(\b[0-9a-f]{40}\b)", "…"},
      {fs::path(BUNDLED_PLUGINS).string(), "/usr/lib/enginery/plugins"},
      {fs::read_symlink("/proc/self/exe").string(), "/home/you/program"},
      {"enginery::documents::", ""},
      {folder_.string() + "/plugins", "/home/you/plugins"},
      {folder_.string() + "/enginery", "/run/user/1000/enginery"},
      {folder_.string(), "/home/you"},
      {R"(pid \d+)", "pid 4711"},
      {R"(kill -9 \d+)", "kill -9 4711"},
      {R"(this process by \w+\+\+ [0-9.]+)", "this process by g++ 12.2.0"},
      {R"(sanitizer=(address|thread))", "sanitizer=none"},
      {R"((which this host's processor), .*?, (does not have))", "$1, AMD EPYC 7B13, $2"},
      {R"((errors|program)-[A-Za-z0-9]{6})", "…"},
      {R"(( in \S+\.so(\.\d+)?)(\+0x[0-9a-f]+| \(\S+:\d+\)))", "$1+0x1f40"},
  };
  for (const auto& [pattern, fixed] : rules) text = std::regex_replace(text, std::regex(pattern), fixed);
  return text;
}

void ErrorPage::section(const std::string& title, const std::string& text) {
  text_ += "\n## " + title + "\n\n" + text + "\n";
}

void ErrorPage::entry(const std::string& heading, const std::string& language, const std::string& code,
                      const std::string& said, const std::string& cause_and_remedy) {
  text_ += "\n### " + heading + "\n\n```" + language + "\n" + normal(code) + "\n```\n```text\n" + normal(said) +
           "\n```\n" + cause_and_remedy + "\n";
}

void ErrorPage::check_engines() {
  for (const std::int64_t sum : all().apply_sync<std::int64_t>("testing.add", 40, 2)) ASSERT_EQ(sum, 42);
}

void ErrorPage::error(const std::string& heading, const Provocation& provocation, const std::string& cause_and_remedy) {
  SCOPED_TRACE(heading);
  std::string said, kind;
  testing::internal::CaptureStdout();  // sync_imports says what it does
  try {
    provocation.run();
    ADD_FAILURE() << provocation.code << "\nthrows nothing";
  } catch (const std::exception& error) {
    kind = class_of(error);
    said = error.what();
  }
  testing::internal::GetCapturedStdout();
  const std::string code = std::regex_replace(
      std::regex_replace(provocation.code, std::regex("page\\.(e0|all|rc)\\(\\)"), "$1"), std::regex("page\\."), "");
  entry(heading, "cpp", std::regex_replace(code, std::regex("; (?=[a-z{])"), ";\n") + ";", said,
        "`" + kind + "`. " + cause_and_remedy);
  check_engines();
}

void ErrorPage::command(const std::string& heading, const std::string& command, int exit_code,
                        const std::string& cause_and_remedy) {
  SCOPED_TRACE(heading);
  std::string said;
  EXPECT_EQ(run(command, &said), exit_code) << said;
  EXPECT_FALSE(said.empty());
  if (!said.empty()) said.pop_back();
  entry(heading, "sh", "enginery " + command, said, "Exit code " + std::to_string(exit_code) + ". " + cause_and_remedy);
  check_engines();
}

void ErrorPage::compiler(const std::string& heading, const std::string& code, const std::string& cause_and_remedy) {
  at_compile_time_.push_back({heading, code, cause_and_remedy});
}

void ErrorPage::compile() {
  std::string source =
      "#include <functional>\n#include <thread>\n#include <enginery/client.hpp>\n#include <enginery/plugin.hpp>\n"
      "using namespace enginery;\nusing namespace enginery::literals;\n";
  for (std::size_t i = 0; i < at_compile_time_.size(); ++i)
    source += "void case_" + std::to_string(i) + "([[maybe_unused]] DirectView& e0, [[maybe_unused]] Module& m) {\n" +
              "#line 1 \"case-" + std::to_string(i) + "\"\n" + at_compile_time_[i].code + "\n}\n";
  const std::string file = write("cases.cpp", source), said = (folder_ / "cases.txt").string();
  EXPECT_NE(std::system((ENGINERY_COMPILER " -std=c++20 -fsyntax-only -fmax-errors=0 -I " ENGINERY_SOURCE
                                           "/core -I " ENGINERY_SOURCE "/client " +
                         file + " 2>" + said)
                            .c_str()),
            0);
  std::istringstream lines(content_of(said));
  std::vector<std::string> sentences(at_compile_time_.size());
  const std::regex required("^case-(\\d+):.* required from here"), failed(".*static assertion failed: (.*)");
  std::smatch match;
  std::size_t current = 0;
  for (std::string line; std::getline(lines, line);) {
    if (std::regex_search(line, match, required)) current = std::stoul(match[1]);
    if (std::regex_search(line, match, failed) && sentences.at(current).empty()) sentences[current] = match[1];
  }
  for (std::size_t i = 0; i < at_compile_time_.size(); ++i) {
    const AtCompileTime& one = at_compile_time_[i];
    EXPECT_FALSE(sentences[i].empty()) << one.code << "\nis not refused:\n" << content_of(said);
    entry(one.heading, "cpp", one.code, "error: static assertion failed: " + sentences[i], one.cause_and_remedy);
  }
}

}  // namespace enginery::documents
