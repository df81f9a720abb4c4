// tests/unit/plugins/bundled_plugin.hpp: a bundled plugin, loaded from where it was built, and ways to call its tasks.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/eigen.hpp>
#include <enginery/errors.hpp>
#include <enginery/value.hpp>

#include "core/loading/loader.hpp"

namespace enginery {

using Keywords = std::vector<std::pair<std::string, Value>>;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// A folder that is gone when this is.
class OwnFolder {
 public:
  OwnFolder() : path_((std::filesystem::temp_directory_path() / "enginery-test-XXXXXX").string()) {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }
  ~OwnFolder() { std::filesystem::remove_all(path_); }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The plugin at that path, loaded once for all tests of a suite.
class BundledPlugin {
 public:
  explicit BundledPlugin(const char* file) {
    setenv("ENGINERY_CACHE", cache_.path().c_str(), 1);
    module_ = modules::Loader().import_file(file);
  }
  const ModuleNamespace& operator*() const { return *module_; }

  Value call(const char* task, const List& positional = {}, const Keywords& keyword = {}) const {
    return module_->attributes.get(task).as_function()->call(positional, keyword);
  }
  /// "ename: text" of what the call throws.
  std::string refusal(const char* task, const List& positional = {}, const Keywords& keyword = {}) const {
    try {
      return "was not refused, but gave " + call(task, positional, keyword).repr();
    } catch (const Error& error) {
      return error.ename() + ": " + error.what();
    }
  }
  /// The call's result for A in column-major order, which must be that of A in row-major order and of A as a list.
  Value in_every_order(const char* task, const Eigen::MatrixXd& A, List rest = {}, const Keywords& keyword = {}) const {
    const auto with = [&](Value first) {
      List positional = rest;
      positional.insert(positional.begin(), std::move(first));
      return call(task, positional, keyword);
    };
    Value result = with(A);
    EXPECT_TRUE(result == with(RowMajor(A))) << task << " of another order";
    // An empty list does not say its second extent.
    if (A.size() > 0) {
      List rows;
      for (const Value& row : Value(RowMajor(A)).elements()) rows.push_back(Value::list(row.elements()));
      EXPECT_TRUE(result == with(Value::list(rows))) << task << " of a list";
    }
    return result;
  }

 private:
  OwnFolder cache_;
  std::shared_ptr<ModuleNamespace> module_;
};

/// Every task has names for its parameters, and a doc.
inline void expect_documented(const ModuleNamespace& module) {
  EXPECT_FALSE(module.doc.empty());
  for (const std::string& name : module.attributes.keys()) {
    const Function& task = *module.attributes.get(name).as_function();
    EXPECT_GT(task.doc().size(), 10u) << name;
    for (const Function::Formal& formal : task.formals()) EXPECT_NE(formal.name, "arg0") << name;
  }
}

}  // namespace enginery
