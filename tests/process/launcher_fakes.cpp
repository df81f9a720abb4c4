// tests/process/launcher_fakes.cpp: the hub and the engines that launcher_test spawns in place of true ones: itself.
//
// They speak to the launcher as true ones do, through fewer means, and misbehave as $FAKE tells them.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/connection.hpp>

#include "core/clusters/launcher_link.hpp"
#include "core/clusters/runtime_directory.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery {
namespace {

using cluster::Descriptor;

bool told(const char* how) {
  const char* fake = std::getenv("FAKE");
  return fake && std::string(fake) == how;
}

sockaddr_un address_of(const std::string& ipc) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ipc.copy(address.sun_path, sizeof address.sun_path - 1, std::string("ipc://").size());
  return address;
}

/// Listens on a socket; whoever connects says its id and pid, and is registered.
int fake_hub(std::map<std::string, std::string> options) {
  cluster::LauncherLink launcher(std::stoi(options["--fd"]));
  const Uuid uuid = Uuid::random();
  const std::filesystem::path directory = options["--directory"];
  const std::string former = options["--requests"];
  if (!former.empty() && told("hub dies again")) return 4;
  const std::string requests = former.empty() ? cluster::ipc_address(directory, "hub-" + uuid.text()) : former;
  const Descriptor door(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(requests);
  ::unlink(address.sun_path);
  if (::bind(door.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  if (::listen(door.get(), 64) != 0) return 1;
  launcher.send(cluster::Listening{{requests, requests, uuid, ProcessId::self()}});
  while (!launcher.closed()) {
    pollfd waits[]{{launcher.fd(), POLLIN, 0}, {door.get(), POLLIN, 0}};
    ::poll(waits, 2, -1);
    if (waits[0].revents) launcher.receive();
    if (!waits[1].revents) continue;
    const Descriptor guest(::accept4(door.get(), nullptr, nullptr, SOCK_CLOEXEC));
    char words[64] = {};
    if (::recv(guest.get(), words, sizeof words - 1, 0) <= 0) continue;
    cluster::Registered engine{0, Uuid::random()};
    if (std::sscanf(words, "%d %d", &engine.id, &engine.process.pid) == 2) launcher.send(engine);
  }
  cluster::remove_runtime_directory(directory);
  return 0;
}

int fake_engine(std::map<std::string, std::string> options) {
  if (told("engine dies early")) {
    std::fputs("no such plugin\n", stderr);
    return 3;
  }
  if (told("engine has a child") && ::fork() == 0) return ::pause();
  const Connection connection = Connection::load(options["--connection"]);
  const Descriptor hub(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(connection.hub.requests);
  if (::connect(hub.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return 1;
  const std::string words = options["--id"] + " " + std::to_string(::getpid());
  if (told("engine is silent")) {
    [[maybe_unused]] const ssize_t written = ::write(1, "silent\n", 7);
  } else {
    ::send(hub.get(), words.data(), words.size(), MSG_NOSIGNAL);
  }
  pollfd wait{std::stoi(options["--fd"]), POLLIN, 0};
  ::poll(&wait, 1, -1);
  if (told("engine stays")) {
    [[maybe_unused]] const ssize_t written = ::write(1, "stays\n", 6);
    ::pause();
  }
  return 0;
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  const std::string role = argc > 1 ? argv[1] : "";
  std::map<std::string, std::string> options;
  for (int i = 2; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  if (role == "hub") return enginery::fake_hub(options);
  if (role == "engine") return enginery::fake_engine(options);
  ::testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
