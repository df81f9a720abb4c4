// tests/unit/hub/connection_test.cpp: the connection file, names and addresses, and the words when they do not serve.
#include <enginery/connection.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/cluster/runtime_directory.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

template <class Error, class Call>
std::string words_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class ConnectionTest : public ::testing::Test {
 protected:
  ConnectionTest() {
    char path[] = "/tmp/connection-test-XXXXXX";
    base_ = ::mkdtemp(path);
    ::setenv("XDG_RUNTIME_DIR", base_.c_str(), 1);
    ::unsetenv("ENGINERY_CLUSTER");
    char hostname[256] = {};
    ::gethostname(hostname, sizeof hostname - 1);
    connection_ = {
        "default", {"ipc:///a", "ipc:///b", Uuid::random(), ProcessId::self()}, ProcessId::self(), base_, hostname};
  }
  ~ConnectionTest() override { fs::remove_all(base_); }

  /// What load() says of the saved file once `from` in it reads `to`.
  std::string words_after(const std::string& from, const std::string& to) {
    connection_.save(file_());
    std::ifstream in(file_());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.replace(text.find(from), from.size(), to);
    std::ofstream(file_()) << text;
    return words_of<ConnectionError>([&] { Connection::load(file_()); });
  }
  fs::path file_() const { return base_ / "connection.json"; }

  fs::path base_;
  Connection connection_;
};

TEST_F(ConnectionTest, WhatIsSavedIsLoaded) {
  connection_.save(file_());
  connection_.hub.uuid = Uuid::random();
  connection_.save(file_());
  EXPECT_EQ(Connection::load(file_()), connection_);
  struct stat status;
  ASSERT_EQ(::stat(file_().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  EXPECT_EQ(std::distance(fs::directory_iterator(base_), {}), 1) << "temporary files are left";
}

TEST_F(ConnectionTest, AMalformedFileIsNamedWithItsField) {
  const std::string file = file_().string();
  EXPECT_THAT(words_after("\"requests\"", "\"request\""), HasSubstr(file + ": field 'hub.requests' is missing"));
  EXPECT_THAT(words_after("\"cluster\": \"default\"", "\"cluster\": 7"), HasSubstr("field 'cluster' is not a string"));
  EXPECT_THAT(words_after("\"pid\": ", "\"pid\": -"), HasSubstr("field 'hub.pid' is not a number in range"));
  EXPECT_THAT(words_after(connection_.hub.uuid.text(), "xyz"), HasSubstr("field 'hub.uuid' is no uuid ('xyz'"));
  EXPECT_THAT(words_after("\"version\": 1", "\"version\": 2"),
              HasSubstr("field 'version' is 2, and this program reads"));
  EXPECT_THAT(words_after("{", "["), HasSubstr(file + ": is not a connection file"));
}

TEST_F(ConnectionTest, AFileThatIsNotThereIsNamed) {
  EXPECT_THAT(words_of<ConnectionError>([] { Connection::load("/no/such/file"); }), HasSubstr("/no/such/file"));
}

TEST_F(ConnectionTest, FindSaysHowToStartWhatDoesNotRun) {
  EXPECT_THAT(words_of<ConnectionError>([] { Connection::find("lab"); }),
              AllOf(HasSubstr("there is no cluster 'lab'"), HasSubstr("`enginery start --name lab`")));
}

TEST_F(ConnectionTest, FindReadsTheRunningClusterAndSaysWhenOneIsStale) {
  const cluster::RuntimeDirectory directory("lab");
  connection_.cluster = "lab";
  EXPECT_THAT(words_of<ConnectionError>([] { Connection::find("lab"); }), HasSubstr("is starting or stopping"));
  connection_.save(directory.path() / cluster::kConnectionFile);
  ::setenv("ENGINERY_CLUSTER", "lab", 1);
  EXPECT_EQ(Connection::find(), connection_);
  connection_.launcher.start += 1;
  connection_.save(directory.path() / cluster::kConnectionFile);
  EXPECT_THAT(words_of<ConnectionError>([] { Connection::find("lab"); }), HasSubstr("cluster 'lab' is gone"));
}

TEST_F(ConnectionTest, AProcessIsToldApartFromALaterOneOfItsPid) {
  EXPECT_TRUE(ProcessId::self().alive());
  ProcessId later = ProcessId::self();
  later.start += 1;
  EXPECT_FALSE(later.alive());
  EXPECT_FALSE(ProcessId::of(0));
  EXPECT_FALSE(ProcessId::of(1 << 30));
}

TEST_F(ConnectionTest, ARuntimeFolderIsPrivateHeldAndGoneAtTheEnd) {
  fs::path path;
  {
    const cluster::RuntimeDirectory directory("lab");
    path = directory.path();
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
    EXPECT_EQ(cluster::holder(path), ProcessId::self());
    fs::create_directories(path / "deep" / "deeper");
    std::ofstream(path / "deep" / "file") << "text";
    EXPECT_FALSE(cluster::remove_runtime_directory(path)) << "a folder that is held was removed";
    EXPECT_TRUE(fs::exists(path / "deep" / "file"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ConnectionTest, OnlyARuntimeFolderIsEverRemovedAndNoLinkIsFollowed) {
  const fs::path precious = base_ / "precious", folder = base_ / "folder";
  for (const fs::path& each : {precious, folder}) {
    fs::create_directory(each);
    fs::permissions(each, fs::perms::owner_all);
    std::ofstream(each / "file") << "text";
  }
  EXPECT_FALSE(cluster::remove_runtime_directory(folder)) << "a folder without a lock file was removed";
  std::ofstream(folder / "lock");
  fs::create_directory_symlink(precious, folder / "link");
  fs::create_directory_symlink(folder, base_ / "link");
  EXPECT_FALSE(cluster::remove_runtime_directory(base_ / "link"));
  fs::permissions(folder, fs::perms::all);
  EXPECT_FALSE(cluster::remove_runtime_directory(folder)) << "a folder open to others was removed";
  fs::permissions(folder, fs::perms::owner_all);
  EXPECT_TRUE(cluster::remove_runtime_directory(folder));
  EXPECT_FALSE(fs::exists(folder));
  EXPECT_TRUE(fs::exists(precious / "file"));
}

TEST_F(ConnectionTest, NamesAreCheckedWithWords) {
  EXPECT_EQ(cluster::cluster_name(), "default");
  EXPECT_EQ(cluster::cluster_name("a.B_c-9"), "a.B_c-9");
  for (const std::string name : {"a/b", "..", ".", "ü", "a b", "123456789012345678901234567890123"})
    EXPECT_THAT(words_of<ValueError>([&] { cluster::cluster_name(name); }), HasSubstr("'" + name + "' cannot be"));
}

TEST_F(ConnectionTest, AnAddressThatTheKernelDoesNotTakeIsRefusedWithWords) {
  EXPECT_EQ(cluster::ipc_address("/tmp/x", "hub"), "ipc:///tmp/x/hub");
  const fs::path deep = "/" + std::string(100, 'd');
  EXPECT_EQ(cluster::ipc_address(deep, "12345"), "ipc://" + deep.string() + "/12345");
  EXPECT_THAT(words_of<ValueError>([&] { cluster::ipc_address(deep, "123456"); }),
              AllOf(HasSubstr("108 bytes, and the kernel takes 107"), HasSubstr("XDG_RUNTIME_DIR")));
}

}  // namespace
}  // namespace enginery
