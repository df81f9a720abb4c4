// tests/process/two_users_test.cpp: two users of one host, neither with XDG_RUNTIME_DIR.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/process/launcher_fixture.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_processes::Command;

class TwoUsersTest : public testing::Test {
 protected:
  /// A user of the kernel's; nobody has an account for it.
  struct User {
    ::uid_t id;
    fs::path base() const { return "/tmp/enginery-" + std::to_string(id); }
    std::pair<int, std::string> runs(std::vector<std::string> words) const {
      const std::string number = std::to_string(id);
      words.insert(words.begin(), {"--reuid", number, "--regid", number, "--clear-groups", ENGINERY_COMMAND});
      Command command(std::move(words), -1, "/usr/bin/setpriv");
      const int status = command.finish();
      return {status, command.text()};
    }
  };

  void SetUp() override {
    for (const char* each : {"XDG_RUNTIME_DIR", "XDG_CACHE_HOME", "HOME", "ENGINERY_CLUSTER"}) ::unsetenv(each);
    if (::geteuid() != 0) GTEST_SKIP() << "only root can be two users";
    if (const auto [status, text] = anna_.runs({"list"}); status != 0)
      GTEST_SKIP() << "no other user can run the command: " << text;
  }
  void TearDown() override {
    for (const User& user : {anna_, boris_}) {
      if (::geteuid() == 0) user.runs({"stop", "--all"});
      fs::remove_all(user.base());
    }
  }
  static void start(const User& user, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"start", "-n", "1", "--daemon"});
    const auto [status, text] = user.runs(more);
    ASSERT_EQ(status, 0) << text;
  }

  const User anna_{1'000'000'000u + 2 * static_cast<::uid_t>(::getpid())}, boris_{anna_.id + 1};
};

TEST_F(TwoUsersTest, EachHasAClusterInWhateverOrderTheyStartAndReachesNoOther) {
  for (const auto& [first, second] : {std::pair(anna_, boris_), std::pair(boris_, anna_)}) {
    start(first);
    EXPECT_THAT(second.runs({"exec", "x = 1"}).second, HasSubstr("there is no cluster 'default'"));
    EXPECT_THAT(second.runs({"list"}).second, HasSubstr("no cluster runs"));
    EXPECT_EQ(second.runs({"stop"}).first, 1);
    start(second);
    EXPECT_EQ(first.runs({"exec", "x = 'of the first'"}).first, 0);
    EXPECT_THAT(second.runs({"exec", "x"}).second, HasSubstr("NameError"));
    EXPECT_THAT(first.runs({"list"}).second, AllOf(HasSubstr(first.base()), Not(HasSubstr(second.base()))));
    EXPECT_EQ(second.runs({"stop", "--all"}).first, 0);
    EXPECT_THAT(first.runs({"exec", "x"}).second, HasSubstr("of the first"));
    EXPECT_EQ(first.runs({"stop"}).first, 0);
  }
}

TEST_F(TwoUsersTest, AFolderThatAnotherUserMadeFirstMisleadsNobody) {
  start(anna_, {"--listen", "127.0.0.1", "--insecure"});
  const fs::path planted = boris_.base() / "default" / "connection.json";
  fs::create_directories(planted.parent_path());
  fs::copy_file(anna_.base() / "default" / "connection.json", planted);
  for (const fs::path& each : {boris_.base(), planted.parent_path(), planted}) {
    ASSERT_EQ(::chown(each.c_str(), anna_.id, anna_.id), 0);
    ASSERT_EQ(::chmod(each.c_str(), each == planted ? 0644 : 0755), 0);
  }
  const std::string why = boris_.base().string() + " cannot be a cluster's folder: it belongs to user " +
                          std::to_string(anna_.id) + ", not to " + std::to_string(boris_.id) +
                          ". Set XDG_RUNTIME_DIR to a folder of yours";
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"exec", "secret = 42"},
                                             {"status"},
                                             {"list"},
                                             {"stop"},
                                             {"stop", "--all"},
                                             {"engine"},
                                             {"start", "-n", "1", "--daemon"}}) {
    const auto [status, text] = boris_.runs(words);
    EXPECT_EQ(status, 1) << words[0];
    EXPECT_THAT(text, HasSubstr(why)) << words[0];
  }
  EXPECT_THAT(anna_.runs({"exec", "secret"}).second, HasSubstr("NameError"));
  EXPECT_THAT(anna_.runs({"status"}).second, HasSubstr(", 1 engine\n"));
  // The remedy serves.
  const fs::path own = fs::temp_directory_path() / ("two-users-test-" + std::to_string(::getpid()));
  fs::create_directory(own);
  ASSERT_EQ(::chown(own.c_str(), boris_.id, boris_.id), 0);
  ::setenv("XDG_RUNTIME_DIR", own.c_str(), 1);
  ::setenv("ENGINERY_CACHE", (own / "cache").c_str(), 1);
  start(boris_);
  EXPECT_EQ(boris_.runs({"exec", "secret = 42"}).first, 0);
  EXPECT_EQ(boris_.runs({"stop"}).first, 0);
  ::unsetenv("XDG_RUNTIME_DIR");
  ::unsetenv("ENGINERY_CACHE");
  fs::remove_all(own);
}

}  // namespace
}  // namespace enginery
