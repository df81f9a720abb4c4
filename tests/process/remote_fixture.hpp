// tests/process/remote_fixture.hpp: a cluster on what it takes for another host, which listens for this one.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/clusters/address.hpp"
#include "core/processes/descriptor.hpp"
#include "core/transport/requester.hpp"
#include "core/wire/hub_wire.hpp"
#include "tests/process/cluster_fixture.hpp"
#include "tests/process/launcher_fixture.hpp"

namespace enginery {

/// Hub and engines see another host's name than this process, so that all between them and it goes over TCP.
class RemoteClusterTest : public ClusterTest {
 protected:
  static constexpr double kSeconds = 20;

  /// What runs a command with another host's name.
  static std::vector<std::string> elsewhere() {
    std::vector<std::string> words{"/usr/bin/unshare", "--uts"};
    if (::geteuid() != 0) words.emplace_back("--map-root-user");
    words.insert(words.end(), {"/bin/sh", "-c", "hostname elsewhere && exec \"$@\"", "sh"});
    return words;
  }

  void SetUp() override {
    ClusterTest::SetUp();
    testing_processes::Command tries(words_of({"/bin/true"}), -1, elsewhere()[0]);
    if (tries.finish() != 0) GTEST_SKIP() << "no namespace can be made here, so no other host: " << tries.text();
  }
  void TearDown() override {
    for (const std::string& name : others_) run("stop --name " + name);
    ClusterTest::TearDown();
  }

  /// Starts the cluster, and gives a copy of its connection file, as one would bring to another host. Throws what fails
  /// the test if none starts.
  std::filesystem::path start_elsewhere(int engines, std::vector<std::string> more = {}, std::string name = "") {
    if (name.empty()) {
      name = name_;
      started_ = true;
    } else {
      others_.push_back(name);
    }
    std::vector<std::string> words{ENGINERY_COMMAND, "start", "--daemon", "-n",        std::to_string(engines),
                                   "--name",         name,    "--listen", "127.0.0.1", "--load",
                                   "testing,system"};
    words.insert(words.end(), more.begin(), more.end());
    testing_processes::Command start(words_of(words), -1, elsewhere()[0]);
    const int status = start.finish();
    said_ = start.text();
    if (status != 0)
      throw std::runtime_error("no cluster has started: status " + std::to_string(status) + ":\n" + said_);
    const std::filesystem::path copy = folder_ / (name + ".json");
    std::filesystem::copy_file(cluster::runtime_path(name) / cluster::kConnectionFile, copy);
    std::filesystem::permissions(copy, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return copy;
  }

  /// The hub's answer to a request of anybody's who has the file.
  static wire::HubReply ask_hub(const std::filesystem::path& file, const wire::HubRequest& request) {
    const auto hub = transport::connect(cluster::hub_addresses(Connection::load(file)).requests, kSeconds);
    wire::HubReply reply =
        wire::decode_hub_reply(wire::open_frame(transport::request(*hub, wire::encode(request), kSeconds).share()));
    while (!hub->quiet()) std::this_thread::yield();  // so that it is closed, and not left open
    return reply;
  }
  static std::vector<wire::EngineEntry> engines_of(const std::filesystem::path& file) {
    return ask_hub(file, {}).engines;
  }
  /// The ports of all listeners of the cluster.
  static std::set<int> ports_of(const std::filesystem::path& file) {
    const Connection connection = Connection::load(file);
    std::set<int> ports{port_of(connection.remote->requests), port_of(connection.remote->notifications)};
    for (const wire::EngineEntry& engine : engines_of(file))
      for (const auto* url : {&engine.remote_endpoint, &engine.remote_bulk_endpoint, &engine.remote_output_endpoint})
        ports.insert(port_of(*url));
    return ports;
  }
  static int port_of(const std::string& url) { return std::stoi(url.substr(url.rfind(':') + 1)); }
  /// A connection without TLS or NNG.
  static cluster::Descriptor stranger_at(int port) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cluster::Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    return fd;
  }
  /// Whether this process has a TCP connection to `port`.
  static bool connected_to(int port) {
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      sockaddr_in peer{};
      socklen_t size = sizeof peer;
      const int fd = std::stoi(entry.path().filename());
      if (::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) == 0 && peer.sin_family == AF_INET &&
          ntohs(peer.sin_port) == port)
        return true;
    }
    return false;
  }
  /// Lines with `words` in a log of the cluster.
  int lines_with(const std::string& words, const std::string& log, const std::string& name) const {
    std::ifstream file(cluster::runtime_path(name) / log);
    int count = 0;
    for (std::string line; std::getline(file, line);) count += line.find(words) != std::string::npos;
    return count;
  }

  std::string said_;

 private:
  static std::vector<std::string> words_of(const std::vector<std::string>& command) {
    std::vector<std::string> words = elsewhere();
    words.erase(words.begin());
    words.insert(words.end(), command.begin(), command.end());
    return words;
  }

  std::vector<std::string> others_;
};

}  // namespace enginery
