// tests/process/hub_test.cpp: the true hub and a true engine, with this test as their launcher.
#include <optional>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/client.hpp>
#include <enginery/errors.hpp>

#include "core/cluster/launcher_link.hpp"
#include "core/cluster/spawn.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery::testing_processes {
namespace {

class HubTest : public LauncherTest {
 protected:
  HubTest() : directory_("hubs") {
    connection_ = {"hubs", {}, ProcessId::self(), directory_.path(), own_hostname()};
    hub_ = cluster::spawn(
        {ENGINERY_COMMAND, {"hub", "--fd", "3", "--cluster", "hubs", "--directory", directory_.path().string()}});
    link_.emplace(hub_.link.release());
    connection_.hub = next<cluster::Listening>().hub;
    connection_.save(file());
  }
  ~HubTest() override {
    link_.reset();
    engine_.link = Descriptor();
    for (const cluster::Started* process : {&hub_, &engine_})
      if (process->pid) ::waitpid(process->pid, nullptr, 0);
  }
  static std::string own_hostname() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
  }
  fs::path file() const { return directory_.path() / cluster::kConnectionFile; }

  void spawn_engine() {
    engine_ = cluster::spawn({ENGINERY_COMMAND, {"engine", "--fd", "3", "--id", "0", "--connection", file().string()}});
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
  Connection connection_;
  cluster::Started hub_, engine_;
  std::optional<cluster::LauncherLink> link_;
  std::vector<cluster::LauncherMessage> said_;
};

TEST_F(HubTest, AnEngineThatIsFasterThanTheWordAboutItIsReportedAllTheSame) {
  spawn_engine();
  Client rc{{.file = file()}};
  rc.wait_for_engines(1, Seconds(30));
  link_->send(cluster::Spawned{0, engine_.pid});
  EXPECT_EQ(next<cluster::Registered>().id, 0);
}

TEST_F(HubTest, AnEngineIsReportedWhenItTakesTasks) {
  spawn_engine();
  link_->send(cluster::Spawned{0, engine_.pid});
  EXPECT_EQ(next<cluster::Registered>().id, 0);
  EXPECT_EQ(Client({.file = file()}).size(), 1u);
}

}  // namespace
}  // namespace enginery::testing_processes
