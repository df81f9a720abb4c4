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

/// Waits for the given time, or until the delivery is not wanted any more. Returns whether it is wanted.
using GoOn = std::function<bool(std::chrono::milliseconds)>;

/// The engines of a host share a cache, so a file that is brought to one of them is there for all. Only one delivery of
/// this process sends it, and the others wait for their turn. A turn in which nothing moves for 2 s is passed on, so
/// that a stopped engine does not hold up the others.
///
/// Threads: an object belongs to one thread.
class DeliveryTurn {
 public:
  /// Waits for the turn, or until the delivery is not wanted any more.
  DeliveryTurn(const std::string& host, const modules::ContentHash& hash, const GoOn& go_on);
  ~DeliveryTurn();
  DeliveryTurn(const DeliveryTurn&) = delete;

  /// Whether another delivery had the turn before; it may have brought the file.
  bool waited() const { return waited_; }
  void moved();

 private:
  const std::pair<std::string, modules::ContentHash> key_;
  const std::shared_ptr<std::chrono::steady_clock::time_point> moved_ =
      std::make_shared<std::chrono::steady_clock::time_point>();  // the last time; also says whose turn it is
  bool waited_ = false;
};

/// Asks the engine on its bulk address what it lacks, and sends that. When the connection breaks, it begins anew, as
/// long as the delivery is wanted.
///
/// Threads: an object belongs to one thread, which waits for the engine.
class ModuleDelivery {
 public:
  /// `address`: of the engine's bulk socket.
  ModuleDelivery(const wire::EngineEntry& engine, cluster::Address address,
                 std::shared_ptr<const modules::ModuleFiles> files, GoOn go_on)
      : engine_(engine), files_(std::move(files)), go_on_(std::move(go_on)), line_(std::move(address)) {}
  /// Waits a moment for the connection to close.
  ~ModuleDelivery() { line_.end(std::chrono::steady_clock::now() + std::chrono::milliseconds(100)); }

  /// Returns when the engine has the module, or nobody wants it there any more. Throws PluginLoadError when a file
  /// cannot be read, ConnectionError naming engine and module when the engine refuses it, or naming what this process
  /// lacks for long.
  void run();

 private:
  void attempt();
  std::vector<std::uint32_t> missing();
  void send(std::uint32_t index, DeliveryTurn& turn);
  [[noreturn]] void refuse(const std::string& why) const;
  /// Sends `count` requests, a few at a time, and repeats those that the engine was too busy for.
  void ask(std::size_t count, const std::function<messages::Message(std::size_t)>& request,
           const std::function<void(wire::ModuleAnswer)>& on_answer);

  const wire::EngineEntry engine_;
  const std::shared_ptr<const modules::ModuleFiles> files_;
  const GoOn go_on_;
  transport::Line line_;
};

}  // namespace enginery
