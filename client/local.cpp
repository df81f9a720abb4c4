// client/local.cpp: tasks that run in this process, as on an engine.
//
// They take the same way as on an engine but for the session: packed, unpacked, run by the same executor, and the
// outcome packed again. So a value that could not travel is refused here too, and the caller's objects stay its own.
#include "client/local.hpp"

#include <mutex>

#include <enginery/namespace.hpp>

#include "core/modules/loader.hpp"
#include "core/session/limits.hpp"
#include "core/tasks/executor.hpp"

namespace enginery::local_engine {
namespace {

struct LocalEngine {
  std::recursive_mutex running;  // a task may use local() itself
  modules::Loader loader;
  tasks::Executor executor{globals(), loader};
};

LocalEngine& engine() {
  // Never destroyed: what it loaded stays, and destructors of other libraries may still use it.
  static LocalEngine* const engine = new LocalEngine;
  return *engine;
}

}  // namespace

void run(const wire::Packed& call, Pending& pending) {
  const std::lock_guard lock(engine().running);
  wire::Packed outcome = tasks::pack(engine().executor.run(call.body, call.bulk), session::Limits{}.inline_bytes);
  pending.complete(std::move(outcome.body), std::move(outcome.bulk));
}

void import(const std::string& plugin) {
  const std::lock_guard lock(engine().running);
  engine().executor.import(plugin);
}

}  // namespace enginery::local_engine
