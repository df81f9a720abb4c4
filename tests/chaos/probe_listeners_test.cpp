// tests/chaos/probe_listeners_test.cpp: strangers connect to every socket of a cluster and go, while others work.
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <iostream>
#include <random>

#include <enginery/connection.hpp>

#include "tests/chaos/chaos_fixture.hpp"

namespace enginery {
namespace {

std::int64_t twice(std::int64_t x) { return 2 * x; }

/// Connects and calls, again and again, until it is killed.
int client_main() {
  for (;;) {
    const Client rc;
    rc.wait_for_engines(2, Seconds(30));
    if (rc[0].apply_sync(twice, 4) != 8) return 1;
  }
}

/// Connects to a socket, says `words` and goes, without a look at what is answered.
void probe(const std::filesystem::path& path, std::string_view words) {
  const cluster::Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.string().copy(address.sun_path, sizeof address.sun_path - 1);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return;  // it is mended
  if (!words.empty()) [[maybe_unused]]
    const ssize_t sent = ::send(socket.get(), words.data(), words.size(), MSG_NOSIGNAL);
}

class ProbeListenersTest : public ChaosTest {
 protected:
  std::vector<std::filesystem::path> sockets() const {
    std::vector<std::filesystem::path> all;
    for (const auto& file : std::filesystem::directory_iterator(Connection::find("").directory))
      if (file.is_socket()) all.push_back(file.path());
    return all;
  }
};

TEST_F(ProbeListenersTest, WhoeverKnocksAndGoesOthersWorkAndNewOnesJoin) {
  start_engines(2, "");
  const std::vector<std::filesystem::path> listeners = sockets();
  ASSERT_GE(listeners.size(), 8u) << "two of the hub, three of each engine";
  std::atomic<bool> done = false;
  std::atomic<int> calls = 0, joined = 0;
  std::thread worker([&] {
    for (; !done; ++calls) EXPECT_EQ(on(calls % 2).apply_sync(twice, calls.load()), 2 * calls);
  });
  std::thread newcomer([&] {
    for (; !done; ++joined) {
      const Client fresh;
      fresh.wait_for_engines(2, Seconds(30));
      EXPECT_EQ(fresh[joined % 2].apply_async(twice, joined.load()).get(Seconds(30)), 2 * joined);
    }
  });
  const std::string garbage(2000, '\xee');
  // Nothing; the first half of a handshake; all of one and then nothing; what is no handshake.
  const std::string_view words[] = {"", std::string_view("\0SP", 3), std::string_view("\0SP\0\0\x30\0\0", 8), garbage};
  std::minstd_rand random(1);
  const int rounds = in_form(60, 2000);
  for (int round = 0; round < rounds; ++round) {
    for (const auto& listener : listeners) probe(listener, words[random() % std::size(words)]);
    if (round % 20) continue;
    const auto dialling = start_client({});
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 30));
    dialling->signal(SIGKILL);
    EXPECT_EQ(dialling->finish(), 128 + SIGKILL);
  }
  const int calls_then = calls, joined_then = joined;
  EXPECT_TRUE(comes([&] { return calls > calls_then + 100 && joined > joined_then + 1; }))
      << "the cluster has stopped to work";
  done = true;
  worker.join();
  newcomer.join();
  std::cout << calls << " calls and " << joined << " new clients during " << rounds * static_cast<int>(listeners.size())
            << " probes\n";
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "client") return enginery::client_main();
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
