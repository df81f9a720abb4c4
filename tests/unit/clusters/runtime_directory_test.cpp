// tests/unit/clusters/runtime_directory_test.cpp: where runtime folders lie, whom they trust, and what survives a
// cleaner.
#include "core/clusters/runtime_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/processes/host.hpp"

namespace enginery::cluster {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr ::uid_t kSomebody = 12345;

class RuntimeDirectoryTest : public ::testing::Test {
 protected:
  RuntimeDirectoryTest() {
    char path[] = "/tmp/runtime-directory-test-XXXXXX";
    top_ = ::mkdtemp(path);
    ::setenv("XDG_RUNTIME_DIR", top_.c_str(), 1);
    ::unsetenv("ENGINERY_CLUSTER");
    ::unsetenv("ENGINERY_CONNECTION_FILE");
  }
  ~RuntimeDirectoryTest() override { fs::remove_all(top_); }

  template <class Call>
  static std::string refusal(Call call) {
    try {
      call();
    } catch (const ConnectionError& error) {
      return error.what();
    }
    return "nothing was thrown";
  }
  static std::string finding() {
    return refusal([] { Connection::find("lab"); });
  }
  static std::string starting() {
    return refusal([] { RuntimeDirectory("lab"); });
  }
  /// What a launcher writes into its folder.
  void write_connection(const ProcessId& launcher = ProcessId::self()) const {
    const Host& host = Host::self();
    const Connection::Hub hub{"ipc:///a", "ipc:///b", Uuid::random(), ProcessId::self()};
    Connection{"lab", hub, launcher, folder(), host.name, host.boot, host.pids}.save(file());
  }
  fs::path base() const { return top_ / "enginery"; }
  fs::path folder() const { return base() / "lab"; }
  fs::path file() const { return folder() / kConnectionFile; }

  fs::path top_;
};

TEST_F(RuntimeDirectoryTest, WhatOthersCouldHaveMadeIsNeitherFoundNorUsed) {
  {
    const RuntimeDirectory directory("lab");
    write_connection();
    EXPECT_EQ(finding(), "nothing was thrown");
    ASSERT_EQ(::chmod(file().c_str(), 0644), 0);
    EXPECT_THAT(finding(), AllOf(HasSubstr("its mode is 0644"), HasSubstr("chmod 600 " + file().string())));
    ASSERT_EQ(::chmod(file().c_str(), 0600), 0);
    for (const fs::path& each : {base(), folder()}) {
      for (const ::mode_t mode : {0755, 0770, 0701}) {
        ASSERT_EQ(::chmod(each.c_str(), mode), 0);
        EXPECT_THAT(finding(), AllOf(HasSubstr(each.string() + " cannot be a cluster's folder: its mode is 0"),
                                     HasSubstr("chmod 700 " + each.string())));
        EXPECT_THAT(starting(), HasSubstr("so that others could reach in"));
      }
      ASSERT_EQ(::chmod(each.c_str(), 0700), 0);
    }
  }
  fs::create_directories(top_ / "theirs");
  fs::create_directory_symlink(top_ / "theirs", folder());
  EXPECT_THAT(finding(), HasSubstr("it is a symbolic link"));
  EXPECT_THAT(starting(), AllOf(HasSubstr("it is a symbolic link"), Not(HasSubstr("Remove it"))));
}

TEST_F(RuntimeDirectoryTest, WhatBelongsToAnotherUserIsNeitherFoundNorUsed) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const RuntimeDirectory directory("lab");
  write_connection();
  for (const fs::path& each : {base(), folder()}) {
    ASSERT_EQ(::chown(each.c_str(), kSomebody, 0), 0);
    EXPECT_THAT(finding(), AllOf(HasSubstr(each.string() + " cannot be a cluster's folder: it belongs to user 12345"),
                                 HasSubstr("Set XDG_RUNTIME_DIR to a folder of yours")));
    EXPECT_THAT(starting(), HasSubstr("it belongs to user 12345, not to 0"));
    ASSERT_EQ(::chown(each.c_str(), 0, 0), 0);
  }
  ASSERT_EQ(::chown(file().c_str(), kSomebody, 0), 0);
  EXPECT_THAT(finding(), AllOf(HasSubstr(file().string()), HasSubstr("belongs to user 12345, not to 0")));
  ASSERT_EQ(::chown(file().c_str(), 0, 0), 0);
  EXPECT_EQ(finding(), "nothing was thrown");
}

TEST_F(RuntimeDirectoryTest, AParentThatGivesItsGroupOnIsNoObjection) {
  ASSERT_EQ(::chmod(top_.c_str(), 02775), 0);
  const RuntimeDirectory directory("lab");
  write_connection();
  struct stat status;
  ASSERT_EQ(::stat(directory.path().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 02700u) << "this file system gives no group on";
  EXPECT_EQ(finding(), "nothing was thrown");
  EXPECT_EQ(holder(directory.path()), ProcessId::self());
}

TEST_F(RuntimeDirectoryTest, AnXdgRuntimeDirThatDoesNotServeIsNotUsedAndThatIsSaid) {
  EXPECT_EQ(runtime_base_remark(), "");
  const auto expect_fallback = [](const fs::path& given, const std::string& why) {
    ::setenv("XDG_RUNTIME_DIR", given.c_str(), 1);
    EXPECT_EQ(runtime_base(), fallback_base());
    EXPECT_EQ(runtime_base_remark(), "XDG_RUNTIME_DIR is " + given.string() + ", which cannot be used (" + why +
                                         "); clusters are in " + fallback_base().string());
  };
  expect_fallback(top_ / "gone", "there is no such folder");
  EXPECT_THAT(refusal([] { Connection::find("no-such"); }), HasSubstr("there is no such folder"));
  std::ofstream(top_ / "file") << "text";
  expect_fallback(top_ / "file", "it is no folder");
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chown(top_.c_str(), kSomebody, 0), 0);
  expect_fallback(top_, "it belongs to user 12345, not to 0");
}

TEST_F(RuntimeDirectoryTest, AFolderThatTheConnectionFileCannotNameIsRefused) {
  const fs::path odd = top_ / "\xff";
  fs::create_directory(odd);
  ::setenv("XDG_RUNTIME_DIR", odd.c_str(), 1);
  EXPECT_THAT(starting(), AllOf(HasSubstr("its path is not UTF-8"), HasSubstr("Set XDG_RUNTIME_DIR")));
  EXPECT_TRUE(fs::is_empty(odd));
}

TEST_F(RuntimeDirectoryTest, ACleanerThatAsksForALockLeavesAHeldFolderAlone) {
  const auto cleaner_may = [this] {
    const Descriptor folder(::open(this->folder().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return ::flock(folder.get(), LOCK_EX | LOCK_NB) == 0;
  };
  {
    const RuntimeDirectory directory("lab");
    EXPECT_FALSE(cleaner_may());
    EXPECT_TRUE(is_held(folder()));
  }
  fs::create_directory(folder());
  EXPECT_TRUE(cleaner_may());
  EXPECT_FALSE(is_held(folder()));
}

TEST_F(RuntimeDirectoryTest, WithoutItsLockFileAHeldFolderIsStillHeldAndFound) {
  RuntimeDirectory directory("lab");
  write_connection();
  fs::remove(folder() / kLockFile);
  EXPECT_EQ(holder(folder()), ProcessId::self());
  EXPECT_THAT(running_clusters(), ::testing::ElementsAre("lab"));
  EXPECT_THAT(starting(), HasSubstr("cluster 'lab' is running already (launcher pid "));
  fs::remove(file());
  EXPECT_EQ(holder(folder()), std::nullopt);
  EXPECT_TRUE(is_held(folder()));
  EXPECT_THAT(finding(), HasSubstr("somebody removed its files and its launcher puts them back"));
  EXPECT_THAT(starting(), HasSubstr("cluster 'lab': another process holds " + folder().string()));
  EXPECT_TRUE(directory.restore());
  EXPECT_FALSE(directory.restore());
  EXPECT_EQ(holder(folder()), ProcessId::self());
}

TEST_F(RuntimeDirectoryTest, ACopyOfAConnectionFileNamesNoLauncherToStop) {
  const RuntimeDirectory directory("lab");
  write_connection();
  const fs::path other = base() / "other";
  fs::create_directory(other);
  fs::permissions(other, fs::perms::owner_all);
  fs::copy_file(file(), other / kConnectionFile);
  EXPECT_EQ(holder(other), std::nullopt);
}

TEST_F(RuntimeDirectoryTest, AFolderThatWasRemovedIsRestoredAndHeldAndGoneAtTheEnd) {
  {
    RuntimeDirectory directory("lab");
    EXPECT_FALSE(directory.restore());
    for (const fs::path& each : {folder(), base()}) {
      fs::remove_all(each);
      EXPECT_TRUE(directory.restore());
      EXPECT_EQ(holder(folder()), ProcessId::self());
      EXPECT_THAT(starting(), HasSubstr("is running already"));
    }
  }
  EXPECT_FALSE(fs::exists(folder()));
}

TEST_F(RuntimeDirectoryTest, AFolderThatCannotBeHadAgainIsAnErrorAndAnothersIsLeftAlone) {
  RuntimeDirectory directory("lab");
  fs::remove_all(folder());
  {
    const RuntimeDirectory second("lab");
    EXPECT_THAT(refusal([&] { directory.restore(); }), HasSubstr("cluster 'lab' is running already"));
    EXPECT_TRUE(fs::exists(folder() / kLockFile));
  }
  fs::remove_all(top_);  // as a logout does
  EXPECT_THAT(refusal([&] { directory.restore(); }), HasSubstr(base().string() + " cannot be a cluster's folder"));
}

TEST_F(RuntimeDirectoryTest, WhatALauncherInTheFallbackSaidLastIsFoundElsewhereToo) {
  const std::string name = "kept-" + std::to_string(::getpid());
  EXPECT_EQ(kept_log(name), std::nullopt);
  open_private(fallback_base());
  const fs::path log = fallback_base() / last_log(name).filename();
  std::ofstream(log) << "why";
  EXPECT_EQ(kept_log(name), log);
  fs::remove(log);
}

}  // namespace
}  // namespace enginery::cluster
