// client/links/module_delivery.hpp: bringing a module to one engine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/delivery/module_files.hpp"
#include "core/transport/line.hpp"
#include "core/wire/hub_wire.hpp"
#include "core/wire/module_wire.hpp"

namespace enginery {

/// Waits for the given time, or until nobody wants the delivery any more; whether it is wanted.
using GoOn = std::function<bool(std::chrono::milliseconds)>;

/// The engines of a host share a cache, so whoever brings a file to one of them brings it to all, and the others wait
/// for that instead of sending it too: in this process, whichever client it is. A turn that moves nothing for 2 s is
/// passed on, so that a stopped engine holds up no other.
///
/// Threads: an object belongs to one thread.
class DeliveryTurn {
 public:
  /// Waits for the turn, or until it is not wanted any more.
  DeliveryTurn(const std::string& host, const modules::ContentHash& hash, const GoOn& go_on);
  ~DeliveryTurn();
  DeliveryTurn(const DeliveryTurn&) = delete;
  DeliveryTurn& operator=(const DeliveryTurn&) = delete;

  /// Somebody else had it, and may have brought the file.
  bool waited() const { return waited_; }
  void moved();

 private:
  struct Turns;
  using Key = std::pair<std::string, modules::ContentHash>;
  static Turns& turns();

  const Key key_;
  bool waited_ = false;
  std::uint64_t number_ = 0;
};

/// Asks the engine on its bulk address what it lacks, and sends that. It begins anew when its line breaks, for as long
/// as the delivery is wanted; the engine's link knows whether it lives.
///
/// Threads: an object belongs to one thread, which waits for the engine.
class ModuleDelivery {
 public:
  /// `address`: of the engine's bulk socket.
  ModuleDelivery(const wire::EngineEntry& engine, cluster::Address address,
                 std::shared_ptr<const modules::ModuleFiles> files, GoOn go_on)
      : engine_(engine), files_(std::move(files)), go_on_(std::move(go_on)), line_(std::move(address)) {}
  /// Waits shortly until its connection could be closed.
  ~ModuleDelivery() { line_.end(std::chrono::steady_clock::now() + std::chrono::milliseconds(100)); }
  ModuleDelivery(const ModuleDelivery&) = delete;
  ModuleDelivery& operator=(const ModuleDelivery&) = delete;

  /// Returns when the engine has the module, or nobody wants it there any more. Throws PluginLoadError when a file
  /// cannot be read, ConnectionError naming engine and module when the engine refuses it, or naming what this process
  /// lacks for long.
  void run();

 private:
  struct Inbox;

  void attempt();
  std::vector<std::uint32_t> missing();
  void send(std::uint32_t index, DeliveryTurn& turn);
  [[noreturn]] void refuse(const std::string& why) const;
  /// Has `count` requests answered, a few at a time; busy ones again.
  void ask(std::size_t count, const std::function<messages::Message(std::size_t)>& request,
           const std::function<void(wire::ModuleAnswer)>& on_answer);

  const wire::EngineEntry engine_;
  const std::shared_ptr<const modules::ModuleFiles> files_;
  const GoOn go_on_;
  transport::Line line_;
};

}  // namespace enginery
