// tests/process/strangers_test.cpp: clients and engines of other hosts, and those who do not belong.
#include <sys/stat.h>

#include <atomic>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <Eigen/Core>

#include "tests/process/remote_fixture.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing_processes::Command;

class StrangersTest : public RemoteClusterTest {
 protected:
  static std::string refusal(const fs::path& file) {
    try {
      Client client(ClientOptions{.file = file, .timeout = std::chrono::seconds(3)});
    } catch (const Error& error) {
      return error.what();
    }
    return "let in";
  }
  /// `file` with the addresses of the cluster of `other`.
  fs::path pointed_at(const fs::path& file, const fs::path& other, const std::string& name) const {
    Connection connection = Connection::load(file);
    const Connection target = Connection::load(other);
    connection.remote->requests = target.remote->requests;
    connection.remote->notifications = target.remote->notifications;
    connection.save(folder_ / name);
    return folder_ / name;
  }
  void expect_sound(const fs::path& file, std::size_t engines) {
    Client rc{{.file = file}};
    rc.wait_for_engines(engines, Seconds(30));
    EXPECT_THAT(rc.all().apply_sync<int>("testing.add", 40, 2), AllOf(testing::SizeIs(engines), Each(42)));
  }
};

TEST_F(StrangersTest, AClientOfAnotherHostHasAllThatALocalOneHas) {
  const fs::path file = start_elsewhere(2);
  EXPECT_THAT(said_, HasSubstr("other hosts join at tls+tcp://127.0.0.1:"));
  Client rc{{.file = file}};
  rc.wait_for_engines(2, Seconds(30));
  std::ostringstream out, err;
  {
    const OutputStream stream = rc.stream_output(out, err);
    EXPECT_THAT(rc.all().apply_sync<int>("testing.add", 40, 2), Each(42));
    rc.all().execute("print('hello')").get();
  }
  EXPECT_THAT(out.str(), HasSubstr("hello")) << "what is published comes, too";
  const Eigen::MatrixXd sent = Eigen::MatrixXd::Random(1000, 1000);
  rc[0]["a"] = sent;
  EXPECT_EQ(rc[0].pull<Eigen::MatrixXd>("a"), sent) << "so do large arrays";
  for (const wire::EngineEntry& engine : engines_of(file))
    EXPECT_TRUE(connected_to(port_of(engine.remote_endpoint))) << "it went over TCP";
}

TEST_F(StrangersTest, AnEngineOfAnotherHostJoinsWithACopyOfTheFile) {
  const fs::path file = start_elsewhere(1);
  Client rc{{.file = file}};
  {
    Command engine({"engine", "--connection", file, "--load", "testing,system"});
    rc.wait_for_engines(2, Seconds(30));
    EXPECT_THAT(rc.all().apply_sync<std::int64_t>("system.getpid"), testing::Contains(engine.pid()));
    EXPECT_EQ(engines_of(file)[1].endpoint, "") << "it has no folder in common with the hub";
    EXPECT_EQ(rc[1].apply_sync<std::int64_t>("system.getpid"), engine.pid());
    EXPECT_TRUE(connected_to(port_of(engines_of(file)[1].remote_endpoint)));
  }
  // The cluster's own clients reach it, too.
  Command again({"engine", "--connection", file, "--listen", "127.0.0.1", "--load", "system"});
  rc.wait_for_engines(2, Seconds(30));
  EXPECT_EQ(run("exec 'system.getpid()'"), 0);
}

TEST_F(StrangersTest, AnEngineThatCannotSeeTheLauncherEndsWhenItsHubIsSilentAndNotBefore) {
  const fs::path file = start_elsewhere(0);
  Connection connection = Connection::load(file);
  connection.boot = "another";  // pids mean nothing, then
  connection.save(file);
  Command engine({"engine", "--connection", file, "--load", "testing", "--without-hub", "3"});
  expect_sound(file, 1);
  EXPECT_FALSE(testing_processes::Watched(engine.pid()).ends_within(6'000)) << "the hub is not silent";
  expect_sound(file, 1);
  const int hub = connection.hub.process.pid;
  send_signal(hub, SIGSTOP);
  EXPECT_TRUE(testing_processes::Watched(engine.pid()).ends());
  send_signal(hub, SIGCONT);
  EXPECT_EQ(engine.finish(), 1);
  EXPECT_THAT(engine.text(), HasSubstr("nothing was heard of its hub for 3 s"));
  // The same when its connections break.
  Command another({"engine", "--connection", file, "--load", "testing", "--without-hub", "1"});
  expect_sound(file, 1);
  send_signal(connection.launcher.pid, SIGSTOP);
  send_signal(hub, SIGKILL);
  EXPECT_TRUE(testing_processes::Watched(another.pid()).ends());
  send_signal(connection.launcher.pid, SIGCONT);
  EXPECT_EQ(another.finish(), 1);
  EXPECT_THAT(another.text(), HasSubstr("nothing was heard of its hub for 1 s"));
}

TEST_F(StrangersTest, AnEngineThatCannotSeeTheLauncherIsToldOfTheClustersEnd) {
  const fs::path file = start_elsewhere(0);
  Connection connection = Connection::load(file);
  connection.boot = "another";
  connection.save(file);
  Command engine({"engine", "--connection", file, "--load", "testing"});
  EXPECT_TRUE(engine.writes("engine 0 of cluster '" + name_ + "' takes tasks; Ctrl-C ends it"));
  expect_sound(file, 1);
  EXPECT_EQ(run("stop"), 0);
  EXPECT_TRUE(testing_processes::Watched(engine.pid()).ends_within(2'000)) << "it would wait for a minute";
  EXPECT_EQ(engine.finish(), 0);
  EXPECT_THAT(engine.text(), HasSubstr("enginery: cluster '" + name_ + "' has ended"));
}

TEST_F(StrangersTest, AHubThatDiesIsFollowedAtTheSameAddressesWithTheSameCredentials) {
  const fs::path file = start_elsewhere(1);
  const Command engine({"engine", "--connection", file, "--load", "testing,system"});
  expect_sound(file, 2);
  const Client old({.file = file});
  send_signal(Connection::load(file).hub.process.pid, SIGKILL);
  EXPECT_TRUE(comes([&] { return Client({.file = file}).ids() == old.ids(); })) << "with the copy that was made before";
  expect_sound(file, 2);
  EXPECT_EQ(old[0].apply_sync<int>("testing.add", 1, 2), 3);
}

TEST_F(StrangersTest, AnotherClustersFileIsRefusedAndLoggedOnce) {
  const fs::path file = start_elsewhere(1), other = start_elsewhere(0, {}, name_ + "-o");
  const fs::path wrong = pointed_at(other, file, "wrong.json");
  for (int i = 0; i < 20; ++i) EXPECT_THAT(refusal(wrong), HasSubstr("copy the file anew"));
  Command engine({"engine", "--connection", wrong});
  EXPECT_EQ(engine.finish(), 1);
  EXPECT_THAT(engine.text(), HasSubstr("copy the file anew"));
  expect_sound(file, 1);
  // The log is written once a second.
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  const std::string line = Connection::load(file).remote->requests + " refused ";
  while (lines_with(line, "hub.log", name_) == 0 && std::chrono::steady_clock::now() < give_up)
    std::this_thread::yield();
  EXPECT_NE(refusal(wrong), "let in");
  EXPECT_EQ(lines_with(line, "hub.log", name_), 1);
}

TEST_F(StrangersTest, WhoHasNoCertificateLearnsNothing) {
  const fs::path file = start_elsewhere(1);
  Connection plain = Connection::load(file);
  const auto in_the_clear = [](const std::string& url) { return "tcp" + url.substr(url.find(':')); };
  plain.remote = {in_the_clear(plain.remote->requests), in_the_clear(plain.remote->notifications)};
  plain.save(folder_ / "plain.json");
  EXPECT_NE(refusal(folder_ / "plain.json"), "let in");
  for (const int port : ports_of(file)) {
    const cluster::Descriptor fd = stranger_at(port);
    // NNG's greeting as a requester: an NNG without TLS would answer with its own.
    ASSERT_EQ(::send(fd.get(), "\0SP\0\0\x30\0\0", 8, MSG_NOSIGNAL), 8);
    ASSERT_TRUE(testing_processes::readable(fd.get()));
    char answer[64];
    const ssize_t got = ::recv(fd.get(), answer, sizeof answer, 0);
    EXPECT_TRUE(got <= 0 || answer[0] == 0x15) << "only the end, or a TLS alert";
  }
  expect_sound(file, 1);
}

TEST_F(StrangersTest, TheCertificateThatStrangersAreShownTellsNothingOfTheCluster) {
  const fs::path file = start_elsewhere(0);
  std::string bits, text;
  std::istringstream lines(Connection::load(file).remote->credentials->certificate);
  for (std::string line; std::getline(lines, line);) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (const char digit : line[0] == '-' ? std::string() : line)
      if (const auto value = kDigits.find(digit); value != kDigits.npos) bits += std::bitset<6>(value).to_string();
  }
  for (std::size_t at = 0; at + 8 <= bits.size(); at += 8)
    text += static_cast<char>(std::bitset<8>(bits, at, 8).to_ulong());
  EXPECT_THAT(text, HasSubstr("enginery"));
  EXPECT_THAT(text, testing::Not(HasSubstr(name_)));
}

TEST_F(StrangersTest, TwoHundredProbesOfEveryListenerHarmNobody) {
  const fs::path file = start_elsewhere(2);
  std::atomic<bool> done = false;
  std::atomic<int> right = 0;
  std::thread working([&] {
    Client rc{{.file = file}};
    rc.wait_for_engines(2, Seconds(30));
    for (int i = 0; !done || i < 10; ++i)
      for (const int sum : rc.all().apply_sync<int>("testing.add", i, 1)) right += sum == i + 1 ? 1 : -1'000'000;
  });
  const std::set<int> ports = ports_of(file);
  EXPECT_EQ(ports.size(), 8u);
  for (int i = 0; i < 200; ++i)
    for (const int port : ports) {
      const cluster::Descriptor probe = stranger_at(port);
      if (i % 4 == 1) ::send(probe.get(), "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL);
      if (i % 4 == 2) ::send(probe.get(), "\x16\x03\x01\x02\x00\x01", 6, MSG_NOSIGNAL);
    }
  const Command engine({"engine", "--connection", file, "--load", "testing,system"});
  expect_sound(file, 3);
  done = true;
  working.join();
  EXPECT_GE(right, 20);
  for (const int id : {0, 1}) EXPECT_LE(lines_with(" refused ", "engine-" + std::to_string(id) + ".log", name_), 3);
}

TEST_F(StrangersTest, AnEngineThatClaimsAnothersIdOrUuidIsRefused) {
  const fs::path file = start_elsewhere(2);
  const wire::EngineEntry victim = engines_of(file).at(0);
  wire::EngineEntry claimed = victim;
  claimed.uuid = Uuid::random();
  const auto claim = [&](wire::HubOp op) { return ask_hub(file, {op, claimed}); };
  EXPECT_THAT(claim(wire::HubOp::register_engine).words, HasSubstr("is no address of this engine"));
  claimed.endpoint = claimed.bulk_endpoint = claimed.output_endpoint = "";
  EXPECT_THAT(claim(wire::HubOp::register_engine).words, HasSubstr("is the address of engine 0"));
  claimed.remote_endpoint = Connection::load(file).remote->requests;
  EXPECT_THAT(claim(wire::HubOp::register_engine).words, HasSubstr("is the address of the hub"));
  claimed.remote_endpoint = claimed.remote_bulk_endpoint = claimed.remote_output_endpoint = "tls+tcp://10.0.0.1:1";
  EXPECT_THAT(claim(wire::HubOp::register_engine).words, HasSubstr("is engine 0 already"));
  claimed.boot = "another";  // its process is elsewhere
  EXPECT_THAT(claim(wire::HubOp::register_engine).words, HasSubstr("id 0 is taken"));
  claimed = victim;
  claimed.remote_endpoint = "tls+tcp://10.0.0.1:1";
  EXPECT_THAT(claim(wire::HubOp::register_engine).words, HasSubstr("is registered already"));
  claim(wire::HubOp::goodbye);
  claimed = victim;
  claimed.id = 1;
  EXPECT_FALSE(claim(wire::HubOp::register_engine).ok);
  EXPECT_EQ(engines_of(file).at(0), victim);
  EXPECT_EQ(engines_of(file).size(), 2u);
  expect_sound(file, 2);
}

TEST_F(StrangersTest, AnEngineSaysOnlyAddressesThatEnginesListenAt) {
  const fs::path file = start_elsewhere(0);
  wire::EngineEntry engine;
  engine.uuid = Uuid::random();
  for (const std::string url : {"tcp://127.0.0.1:1", "ws://127.0.0.1:1", "inproc://x", "ipc:///x", "tls+tcp://x:1/y"}) {
    engine.remote_endpoint = engine.remote_bulk_endpoint = engine.remote_output_endpoint = url;
    EXPECT_THAT(ask_hub(file, {wire::HubOp::register_engine, engine}).words, HasSubstr("is no address of an engine"));
  }
  EXPECT_TRUE(engines_of(file).empty());
}

TEST_F(StrangersTest, InsecureIsInTheClearAndSaysSo) {
  const fs::path file = start_elsewhere(1, {"--insecure"});
  EXPECT_THAT(said_, HasSubstr("can run anything as this user"));
  const Connection connection = Connection::load(file);
  EXPECT_THAT(connection.remote->requests, testing::StartsWith("tcp://127.0.0.1:"));
  EXPECT_FALSE(connection.remote->credentials);
  testing::internal::CaptureStderr();
  expect_sound(file, 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "enginery: " + cluster::remark_on_clear_text(connection) + "\n");
  Command engine({"engine", "--connection", file, "--load", "testing,system"});
  EXPECT_TRUE(engine.writes("anyone on the network path can read and change the traffic"));
  expect_sound(file, 2);
}

TEST_F(StrangersTest, WhoDoesNotListenIsNotReachedFromElsewhereAndTheRemedyIsSaid) {
  const fs::path file = start_elsewhere(0);
  Connection local = Connection::load(file);
  local.remote.reset();
  local.hub.requests = "ipc:///no/such/socket";
  local.save(file);
  EXPECT_THAT(refusal(file), HasSubstr("enginery start --listen"));
}

TEST_F(StrangersTest, WithoutListenNothingIsReachedOverTcp) {
  start_engines(1);
  const Connection connection = Connection::find();
  EXPECT_FALSE(connection.remote);
  const wire::HubReply reply = ask_hub(cluster::runtime_path(name_) / cluster::kConnectionFile, {});
  EXPECT_EQ(reply.engines.at(0).remote_endpoint, "");
}

}  // namespace
}  // namespace enginery
