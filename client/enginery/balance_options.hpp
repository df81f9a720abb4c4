// client/enginery/balance_options.hpp: how the tasks of a load-balanced view are placed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/task_handle.hpp>

namespace enginery {

class Aim;
class MapFuture;
class AsyncMapTasks;

/// A result that another task waits for: of a call or of a map.
class ENGINERY_API Dependency {
 public:
  Dependency(const AsyncTasks& result) : future_(result.future_) {}
  Dependency(const AsyncMapTasks& result);

 private:
  friend class Aim;
  std::shared_ptr<Future> future_;
  std::shared_ptr<MapFuture> map_;
};

/// `lv.with({.retries = 2})`
struct BalanceOptions {
  bool block = false;                ///< whether apply and map wait for their results
  std::optional<Seconds> timeout{};  ///< how long each task (of a map: each chunk) may run or wait on its engine
  unsigned retries = 0;       ///< how often an item is tried again that threw, or was running when its engine died
  std::size_t chunksize = 0;  ///< items of a map in one task; 0: as many as take a few milliseconds
  std::optional<std::uint64_t> seed{};  ///< of task_random() in a map's items; else one that map.seed() tells
  int priority = 0;                     ///< higher ones go first
  std::string label{};                  ///< in metadata and errors, instead of the function's name
  /// How long a task may wait while there is no engine for it; then it fails as NoEnginesRegistered.
  std::optional<Seconds> queue_timeout{};
  std::vector<Dependency> after{};   ///< begins once these are there; fails if one of them failed
  std::vector<Dependency> follow{};  ///< runs on the engine where these ran, which must be one
  std::string journal{};             ///< of a map: the file that keeps what is finished
};

}  // namespace enginery
