// tests/unit/client/reach_test.cpp: by which way a client reaches an engine.
#include "client/links/reach.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "core/processes/host.hpp"

namespace enginery {
namespace {

class ReachTest : public testing::Test {
 protected:
  ReachTest() {
    char path[] = "/tmp/reach-test-XXXXXX";
    folder_ = ::mkdtemp(path);
    const cluster::Host& host = cluster::Host::self();
    engine_.hostname = host.name;
    engine_.boot = host.boot;
    engine_.pid_namespace = host.pids;
    engine_.endpoint = "ipc://" + (folder_ / "e").string();
    engine_.bulk_endpoint = "ipc://" + (folder_ / "b").string();
    engine_.output_endpoint = "ipc://" + (folder_ / "o").string();
    engine_.remote_endpoint = "tls+tcp://a:1";
    engine_.remote_bulk_endpoint = "tls+tcp://a:2";
    engine_.remote_output_endpoint = "tls+tcp://a:3";
    connection_.remote = {"tls+tcp://a:4", "tls+tcp://a:5", Credentials{"a", "c", "k"}};
  }
  ~ReachTest() override { std::filesystem::remove_all(folder_); }

  /// The engine's socket is there.
  void bind() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, (folder_ / "e").c_str());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::close(fd);
  }
  Reach reach() const { return reach_of(engine_, connection_); }

  std::filesystem::path folder_;
  wire::EngineEntry engine_;
  Connection connection_;
};

TEST_F(ReachTest, OnOneHostByIpcWithoutCredentials) {
  bind();
  EXPECT_EQ(reach().tasks.url, engine_.endpoint);
  EXPECT_EQ(reach().bulk.url, engine_.bulk_endpoint);
  EXPECT_EQ(reach().output.url, engine_.output_endpoint);
  EXPECT_EQ(reach().tasks.credentials, nullptr);
  EXPECT_TRUE(reach().same_pids);
}

TEST_F(ReachTest, AnEngineWhoseSocketIsNotHereIsReachedRemotely) {
  EXPECT_EQ(reach().tasks.url, "tls+tcp://a:1");
  EXPECT_EQ(reach().bulk.url, "tls+tcp://a:2");
  EXPECT_EQ(reach().output.url, "tls+tcp://a:3");
  EXPECT_EQ(reach().output.credentials->key, "k");
}

TEST_F(ReachTest, AnotherBootIsAnotherHostThoughItsNameAndPathsAreOurs) {
  bind();
  engine_.boot = "another";
  EXPECT_EQ(reach().tasks.url, "tls+tcp://a:1");
  EXPECT_FALSE(reach().same_pids);
}

TEST_F(ReachTest, AContainersPidsAreNotOurs) {
  bind();
  engine_.pid_namespace += 1;
  EXPECT_EQ(reach().tasks.url, engine_.endpoint);
  EXPECT_FALSE(reach().same_pids);
}

}  // namespace
}  // namespace enginery
