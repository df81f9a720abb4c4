// tests/unit/clusters/connection_test.cpp: the connection file, names and addresses, and the words when they do not
// serve.
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

#include "core/clusters/address.hpp"
#include "core/clusters/certificates.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/host.hpp"

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
    const cluster::Host& host = cluster::Host::self();
    connection_ = {"default",         {"ipc:///a", "ipc:///b", Uuid::random(), ProcessId::self()},
                   ProcessId::self(), base_,
                   host.name,         host.boot,
                   host.pids};
  }
  ~ConnectionTest() override { fs::remove_all(base_); }

  /// The cluster listens for other hosts.
  void listen() {
    connection_.remote = {"tls+tcp://10.0.0.1:7001", "tls+tcp://10.0.0.1:7002", cluster::make_credentials()};
  }
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

TEST_F(ConnectionTest, EveryFieldIsCheckedBeforeItIsUsed) {
  EXPECT_THAT(words_after("ipc:///a", "tcp://10.0.0.1:1"), HasSubstr("field 'hub.requests' is no address that begins"));
  EXPECT_THAT(words_after("ipc:///b", "ipc://" + std::string(108, '/')), HasSubstr("field 'hub.notifications' is no"));
  EXPECT_THAT(words_after("\"default\"", "\"../x\""), HasSubstr("field 'cluster' is no cluster's name"));
  EXPECT_THAT(words_after(base_.string(), "here"), HasSubstr("field 'directory' is no absolute path"));
  EXPECT_THAT(words_after("\"hostname\": \"", "\"hostname\": \"a\\nb"), HasSubstr("field 'hostname' is not a line"));
  EXPECT_THAT(words_after("\"pid_namespace\": ", "\"pid_namespace\": -"), HasSubstr("not a number in range"));
  EXPECT_THAT(words_after("{", std::string(70'000, ' ') + "{"), HasSubstr("more than 65536 bytes"));
  EXPECT_THAT(words_of<ConnectionError>([&] { Connection::load(base_); }), HasSubstr("no regular file"));
  ASSERT_EQ(::mkfifo((base_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(words_of<ConnectionError>([&] { Connection::load(base_ / "pipe"); }), HasSubstr("no regular file"));
}

TEST_F(ConnectionTest, RemoteAddressesAndCredentialsAreSavedAndLoaded) {
  listen();
  connection_.save(file_());
  EXPECT_EQ(Connection::load(file_()), connection_);
  connection_.remote = {"tcp://host:7001", "tcp://[fe80::1]:7002"};
  connection_.save(file_());
  EXPECT_EQ(Connection::load(file_()), connection_);
}

TEST_F(ConnectionTest, CredentialsThatDoNotBelongTogetherAreRefused) {
  listen();
  const Credentials own = *connection_.remote->credentials, other = cluster::make_credentials();
  const auto refusal = [&](const Credentials& credentials) {
    connection_.remote->credentials = credentials;
    connection_.save(file_());
    return words_of<ConnectionError>([&] { Connection::load(file_()); });
  };
  EXPECT_THAT(refusal({own.authority, own.certificate, other.key}), HasSubstr("the key is not the certificate's"));
  EXPECT_THAT(refusal({other.authority, own.certificate, own.key}), HasSubstr("has not signed the certificate"));
  EXPECT_THAT(refusal({own.authority, "no certificate", own.key}), HasSubstr("the certificate is none in PEM"));
  EXPECT_THAT(refusal({"", own.certificate, own.key}), HasSubstr("the authority is no certificate in PEM"));
  EXPECT_THAT(refusal({own.authority, own.certificate, own.key.substr(0, 60)}), HasSubstr("the key is none in PEM"));
  EXPECT_EQ(refusal(own), "nothing was thrown");
}

TEST_F(ConnectionTest, NothingInAFileTurnsEncryptionOffForAPart) {
  listen();
  EXPECT_THAT(words_after("tls+tcp://10.0.0.1:7002", "tcp://10.0.0.1:7002"), HasSubstr("is not as safe as requests"));
  EXPECT_THAT(words_after("tls+tcp://10.0.0.1:7001", "tls+tcp://10.0.0.1"),
              HasSubstr("'remote.requests' is no address"));
  EXPECT_THAT(words_after("tls+tcp://10.0.0.1:7001", "ipc:///a"), HasSubstr("'remote.requests' is no address"));
}

TEST_F(ConnectionTest, WhatGoesToAnotherHostInTheClearIsRemarkedOn) {
  connection_.hostname = "far";
  connection_.boot = "another";
  EXPECT_THAT(words_of<ConnectionError>([&] { cluster::remark_on_clear_text(connection_); }), HasSubstr("on host far"));
  listen();
  EXPECT_EQ(cluster::remark_on_clear_text(connection_), "");
  connection_.remote = {"tcp://10.0.0.1:7001", "tcp://10.0.0.1:7002"};
  EXPECT_THAT(cluster::remark_on_clear_text(connection_),
              HasSubstr("cluster 'default' on host far was started with --insecure"));
}

TEST_F(ConnectionTest, AKeyThatOthersCanReachIsRefusedWithTheRemedy) {
  listen();
  connection_.save(file_());
  for (const mode_t mode : {0640, 0604, 0620, 0666}) {
    ASSERT_EQ(::chmod(file_().c_str(), mode), 0);
    EXPECT_THAT(words_of<ConnectionError>([&] { Connection::load(file_()); }),
                HasSubstr("chmod 600 " + file_().string()));
  }
  ASSERT_EQ(::chmod(file_().c_str(), 0400), 0);
  EXPECT_EQ(Connection::load(file_()), connection_);
  connection_.remote.reset();
  connection_.save(file_());
  ASSERT_EQ(::chmod(file_().c_str(), 0644), 0);
  EXPECT_EQ(Connection::load(file_()), connection_) << "there is no key in it";
}

TEST_F(ConnectionTest, AProcessOfAnotherPidNamespaceIsNotLookedForHere) {
  connection_.launcher.start += 1;
  EXPECT_THAT(words_of<ConnectionError>([&] { connection_.check_alive(); }), HasSubstr("is gone"));
  connection_.pid_namespace += 1;
  EXPECT_EQ(words_of<ConnectionError>([&] { connection_.check_alive(); }), "nothing was thrown");
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

TEST_F(ConnectionTest, AnEnginesOwnClusterIsFoundByItsNameOrElseByItsFile) {
  const cluster::RuntimeDirectory directory("lab");
  connection_.cluster = "lab";
  const auto in_folder = directory.path() / cluster::kConnectionFile;
  connection_.save(in_folder);
  ::setenv("ENGINERY_CLUSTER", "another", 1);
  connection_.make_own(in_folder);
  EXPECT_STREQ(std::getenv("ENGINERY_CLUSTER"), "lab");
  EXPECT_EQ(std::getenv("ENGINERY_CONNECTION_FILE"), nullptr);
  EXPECT_EQ(Connection::find(), connection_);

  // Of another host, or another runtime folder: the name leads to something else.
  Connection elsewhere = connection_;
  elsewhere.hub.requests += "x";
  elsewhere.save(file_());
  elsewhere.make_own(file_());
  EXPECT_EQ(std::getenv("ENGINERY_CONNECTION_FILE"), std::filesystem::absolute(file_()).string());
  EXPECT_EQ(Connection::find(), elsewhere);
  EXPECT_EQ(Connection::find("lab"), connection_) << "who says a name means that name";
  ::setenv("ENGINERY_CLUSTER", "another", 1);
  EXPECT_THAT(words_of<ConnectionError>([] { Connection::find(); }), HasSubstr("no cluster 'another'"));
  connection_.make_own(in_folder);
  EXPECT_EQ(Connection::find(), connection_) << "the file is forgotten";
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
