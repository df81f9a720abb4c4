// engine/engine.hpp: an engine, from its start to its end.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include <enginery/connection.hpp>

#include "core/diagnosis/flight_recorder.hpp"
#include "core/diagnosis/log.hpp"
#include "core/processes/descriptor.hpp"
#include "core/tasks/executor.hpp"
#include "engine/ending.hpp"
#include "engine/engine_main.hpp"
#include "engine/import_list.hpp"
#include "engine/kept_handlers.hpp"
#include "engine/output.hpp"
#include "engine/presence.hpp"
#include "engine/session_server.hpp"
#include "engine/sockets.hpp"
#include "engine/task_limits.hpp"

namespace enginery::engine {

/// Owns the parts of an engine. Each part may use those above it.
///
/// Threads: made and run by the main thread.
class Engine {
 public:
  /// Listens. Throws Error, with words. Requires: no other thread has begun; `options` outlives this.
  explicit Engine(const EngineOptions& options);

  /// Imports plugins, registers at the hub, and runs tasks until the end, which is that of the process.
  [[noreturn]] void run();

 private:
  /// The thread that waits for the launcher's end or a signal.
  void watch_for_the_end();
  void import_plugins();
  /// Registers at the hub: from then on clients know of this engine.
  void join();
  /// What clients must know of this engine. Begins to listen for other hosts.
  wire::EngineEntry entry();
  /// Called when the hub has said that this engine is to end, or is silent.
  void leave(Presence::End end, const std::string& words);
  void perform(session::Running task);
  wire::Outcome execute(const session::Running& task);

  /// Prints for the user who started this engine without a launcher.
  void say(const std::string& words) const;
  void remove_files() const;

  const EngineOptions& options_;
  const bool launched_;
  std::optional<EndingSignals> signals_;  // none: the launcher's end is the end
  DescriptorReserve descriptors_;
  const Connection connection_;
  const bool sees_cluster_;  // its launcher's process
  const Uuid uuid_ = Uuid::random();
  const cluster::Descriptor out_;  // duplicated before tasks get descriptors 1 and 2
  cluster::Log log_;
  const Sockets sockets_;
  LiveOutput live_;
  cluster::FlightRecorder recorder_;
  Output output_;
  const LastWords last_words_;
  KeptHandlers handlers_;
  const std::shared_ptr<modules::BroughtModules> brought_ = std::make_shared<modules::BroughtModules>();
  modules::Loader loader_;
  std::optional<ImportList> imports_;  // of an engine that can be started anew, once it has begun
  tasks::Executor executor_;
  SessionServer server_;
  Ending ending_;
  std::optional<Presence> presence_;
  std::atomic<const Presence*> present_ = nullptr;  // for the thread that waits for the end
  std::optional<MemoryLimit> memory_;
};

}  // namespace enginery::engine
