// tests/process/hub_test.cpp: the true hub and a true engine, with this test as their launcher.
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/client.hpp>
#include <enginery/errors.hpp>

#include "core/clusters/launcher_link.hpp"
#include "core/processes/host.hpp"
#include "core/processes/spawn.hpp"
#include "core/transport/requester.hpp"
#include "core/wire/hub_wire.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

using ::testing::HasSubstr;

class HubTest : public LauncherTest {
 protected:
  HubTest() : directory_("hubs") {
    connection_ = {"hubs", {}, ProcessId::self(), directory_.path(), cluster::Host::self().name};
    connection_.boot = cluster::Host::self().boot;
    connection_.pid_namespace = cluster::Host::self().pids;
    hub_ = cluster::spawn(
        {ENGINERY_COMMAND,
         {"hub", "--fd", "3", "--cluster", "hubs", "--directory", directory_.path().string(), "--dead-after", "1.5"}});
    link_.emplace(hub_->link.release());
    connection_.hub = next<cluster::Listening>().hub;
    connection_.save(file());
  }
  ~HubTest() override {
    link_.reset();
    if (engine_) engine_->link = Descriptor();
    for (const auto* process : {&hub_, &engine_})
      if (*process) ::waitpid((*process)->pid.number(), nullptr, 0);
  }
  fs::path file() const { return directory_.path() / cluster::kConnectionFile; }

  void spawn_engine() {
    engine_ = cluster::spawn({ENGINERY_COMMAND, {"engine", "--fd", "3", "--id", "0", "--connection", file().string()}});
  }
  int engine_pid() const { return engine_.value().pid.number(); }
  wire::HubReply ask(wire::HubOp op, const wire::EngineEntry& engine = {}) {
    if (!line_) line_ = transport::connect(connection_.hub.requests, 30);
    messages::Message answer = transport::request(*line_, wire::encode(wire::HubRequest{op, engine}), 30);
    return wire::decode_hub_reply(wire::open_frame(std::move(answer).share()));
  }
  /// An engine of another host, of which only messages come.
  wire::EngineEntry far_engine() const {
    const Uuid uuid = Uuid::random();
    const auto [tasks, bulk, output] = cluster::engine_addresses(directory_.path(), uuid);
    return {-1, uuid, 1, 1, tasks, bulk, "elsewhere", output};
  }
  /// One of this host; true of this process is only that it could be.
  wire::EngineEntry near_engine() const {
    wire::EngineEntry engine = far_engine();
    const cluster::Host& host = cluster::Host::self();
    std::tie(engine.hostname, engine.boot, engine.pid_namespace) = std::tie(host.name, host.boot, host.pids);
    engine.pid = static_cast<std::uint64_t>(ProcessId::self().pid);
    engine.start = ProcessId::self().start;
    return engine;
  }
  /// The next thing that the hub says.
  template <class Message>
  Message next() {
    while (said_.empty() && !link_->closed() && readable(link_->fd())) said_ = link_->receive();
    if (said_.empty()) throw Error("Silence", "the hub says nothing");
    const cluster::LauncherMessage first = said_.front();
    said_.erase(said_.begin());
    return std::get<Message>(first);
  }

  cluster::RuntimeDirectory directory_;
  std::unique_ptr<transport::Requester> line_;
  Connection connection_;
  std::optional<cluster::Started> hub_, engine_;
  std::optional<cluster::LauncherLink> link_;
  std::vector<cluster::LauncherMessage> said_;
};

TEST_F(HubTest, AnEngineThatIsFasterThanTheWordAboutItIsReportedAllTheSame) {
  spawn_engine();
  Client rc{{.file = file()}};
  rc.wait_for_engines(1, Seconds(30));
  link_->send(cluster::Spawned{0, engine_pid()});
  EXPECT_EQ(next<cluster::Registered>().id, 0);
}

TEST_F(HubTest, AnEngineIsReportedWhenItTakesTasks) {
  spawn_engine();
  link_->send(cluster::Spawned{0, engine_pid()});
  EXPECT_EQ(next<cluster::Registered>().id, 0);
  EXPECT_EQ(Client({.file = file()}).size(), 1u);
}

TEST_F(HubTest, AnEngineThatWasDeclaredDeadEndsItselfWithWords) {
  const fs::path log = base_ / "engine.log";
  const Descriptor output(::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  engine_ = cluster::spawn({ENGINERY_COMMAND,
                            {"engine", "--fd", "3", "--id", "0", "--connection", file().string()},
                            output.get(),
                            output.get()});
  link_->send(cluster::Spawned{0, engine_pid()});
  const auto registered = next<cluster::Registered>();
  EXPECT_EQ(registered.process.pid, engine_pid());
  link_->send(cluster::Died{0, engine_pid(), registered.uuid, "silent for 15 s"});
  ASSERT_TRUE(readable(engine_->pidfd.get())) << "it goes on";
  std::ifstream stream(log);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_THAT(text, HasSubstr("was declared dead (silent for 15 s) and cannot come back; start a new one; this engine "
                              "ends"));
}

TEST_F(HubTest, AnEngineOfAnotherHostIsDeadWhenItIsSilentForTooLong) {
  const wire::EngineEntry engine = far_engine();
  EXPECT_EQ(ask(wire::HubOp::register_engine, engine).id, 0);
  EXPECT_EQ(ask(wire::HubOp::snapshot).engines.size(), 1u) << "its process id means nothing here";
  const auto begin = std::chrono::steady_clock::now();
  const Client rc{{.file = file()}};
  next<cluster::Registered>();
  const auto died = next<cluster::Died>();
  EXPECT_EQ(died.uuid, engine.uuid);
  EXPECT_THAT(died.how, HasSubstr("silent for too long"));
  EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(1400));
  EXPECT_TRUE(ask(wire::HubOp::snapshot).engines.empty());
  EXPECT_THAT(ask(wire::HubOp::register_engine, engine).words, HasSubstr("was declared dead"));
}

TEST_F(HubTest, AnEngineOfAnotherHostThatIsHeardLives) {
  const wire::EngineEntry engine = far_engine();
  ask(wire::HubOp::register_engine, engine);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(3);
  while (std::chrono::steady_clock::now() < end) EXPECT_TRUE(ask(wire::HubOp::presence, engine).ok);
  EXPECT_EQ(ask(wire::HubOp::snapshot).engines.size(), 1u);
}

TEST_F(HubTest, APresenceIsHeldForAMomentAndThatOfAStrangerRefused) {
  const wire::EngineEntry engine = far_engine();
  EXPECT_FALSE(ask(wire::HubOp::presence, engine).ok);
  ask(wire::HubOp::register_engine, engine);
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(ask(wire::HubOp::presence, engine).ok);
  EXPECT_GT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(450));
}

TEST_F(HubTest, AnEngineClaimsNothingThatIsNotItsOwn) {
  spawn_engine();
  link_->send(cluster::Spawned{0, engine_pid()});
  next<cluster::Registered>();
  const wire::EngineEntry victim = ask(wire::HubOp::snapshot).engines.at(0);
  const auto refusal = [this](const wire::EngineEntry& engine) {
    return ask(wire::HubOp::register_engine, engine).words;
  };
  for (const std::string& url : {victim.endpoint, connection_.hub.requests, std::string("ipc:///etc/passwd"),
                                 "ipc://" + (directory_.path() / "connection.json").string(), std::string()}) {
    wire::EngineEntry engine = near_engine();
    engine.bulk_endpoint = url;
    EXPECT_THAT(refusal(engine), HasSubstr("is no address of this engine in the folder of its cluster")) << url;
  }
  for (const std::uint64_t pid : {0ull, 1ull << 40}) {
    wire::EngineEntry engine = near_engine();
    engine.pid = pid;
    EXPECT_THAT(refusal(engine), HasSubstr("is no id of a process"));
  }
  for (const ProcessId& process : {ProcessId{engine_pid(), victim.start}, connection_.hub.process}) {
    wire::EngineEntry engine = near_engine();
    engine.pid = static_cast<std::uint64_t>(process.pid);
    engine.start = process.start;
    EXPECT_THAT(refusal(engine), HasSubstr("an engine registers itself"));
  }
  ask(wire::HubOp::goodbye, victim);
  EXPECT_EQ(ask(wire::HubOp::snapshot).engines.size(), 1u) << "nobody says goodbye for it";
  // What dies loses its own sockets, and no one else's.
  wire::EngineEntry own = near_engine();
  EXPECT_EQ(ask(wire::HubOp::register_engine, own).words, "");
  ask(wire::HubOp::goodbye, own);
  EXPECT_EQ(ask(wire::HubOp::snapshot).engines.size(), 1u);
  const Client rc{{.file = file()}};
  rc[0]["a"] = 25;
  EXPECT_EQ(rc[0].pull<int>("a"), 25) << "its sockets are there";
}

TEST_F(HubTest, AClientThatHearsNothingSubscribesAnewAndAsksForWhatItMissed) {
  // A publisher that greets and is silent, as a connection is that nothing comes through any more.
  const fs::path path = directory_.path() / "silent";
  sockaddr_un address{AF_UNIX, {}};
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  Connection silent = connection_;
  silent.hub.notifications = "ipc://" + path.string();
  silent.save(directory_.path() / "silent.json");

  const Client rc{{.file = directory_.path() / "silent.json"}};
  ASSERT_TRUE(readable(listener.get()));
  const Descriptor first(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  constexpr char kGreeting[] = {0, 'S', 'P', 0, 0, 0x20, 0, 0};
  ASSERT_EQ(::send(first.get(), kGreeting, sizeof kGreeting, MSG_NOSIGNAL), 8);
  spawn_engine();
  link_->send(cluster::Spawned{0, engine_pid()});
  rc.wait_for_engines(1, Seconds(30));
  EXPECT_TRUE(readable(listener.get())) << "it did not dial again";
}

}  // namespace
}  // namespace enginery::testing_processes
