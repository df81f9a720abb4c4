// tests/unit/modules/plugin_fixture.hpp: a private folder and cache, and ways to ask for plugins.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/loading/loader.hpp"

namespace enginery::modules {

/// Each test has an empty folder, an empty module cache in it, and no ENGINERY_PLUGIN_PATH.
class PluginTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "enginery-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    setenv("ENGINERY_CACHE", (folder_ / "cache").c_str(), 1);
    unsetenv("ENGINERY_PLUGIN_PATH");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string good(const std::string& name) { return FIXTURE_PLUGINS "/" + name + ".so"; }
  static std::string bad(const std::string& name) { return FIXTURE_PLUGINS "/bad/" + name + ".so"; }
  static Probe probe() { return {.command = {FIXTURE_PROBE}}; }

  static std::vector<char> bytes_of(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  /// A file of the test's own folder.
  std::string write(const std::string& name, std::span<const char> bytes) const {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return file;
  }

  /// What refuses `action`; the test fails if nothing does.
  template <class F>
  static PluginLoadError refusal(F action) {
    try {
      action();
    } catch (const PluginLoadError& error) {
      return error;
    }
    ADD_FAILURE() << "was not refused";
    return PluginLoadError(LoadStage::find, "", "", "");
  }

  std::filesystem::path folder_;
};

inline Value call(const ModuleNamespace& module, std::string_view function, const List& arguments = {}) {
  return module.attributes.get(function).as_function()->call(arguments);
}

}  // namespace enginery::modules
