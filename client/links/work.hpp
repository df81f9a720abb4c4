// client/links/work.hpp: what the tasks of a load-balanced view ask for, and where they may run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <enginery/uuid.hpp>
#include <enginery/value.hpp>

#include "client/links/future.hpp"
#include "client/links/map_future.hpp"
#include "core/delivery/module_files.hpp"
#include "core/scheduling/scheduler.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

/// A result that a task waits for: of a call, or of a map.
struct AwaitedResult {
  std::shared_ptr<Future> call{};
  std::shared_ptr<MapFuture> map{};
};

/// In the place of an argument: a result that is not there yet, or that stays on its engine.
struct ResultArgument {
  std::shared_ptr<Future> call;
  std::string kept{};                   ///< the name under which it stays; empty if it travels
  std::shared_ptr<const void> keeps{};  ///< the result there, until the task has been sent
};

/// Whether there are ResultArguments among the arguments, also inside lists, tuples and dicts.
bool have_results(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keywords);
/// `count` items of a list, tuple or array (along its first axis).
Value part_of(const Value& sequence, std::uint64_t first, std::uint64_t count);
/// Items of each column.
std::vector<Value> parts_of(const std::vector<Value>& columns, std::uint64_t first, std::uint64_t count);
/// The arguments of a task that does these items of a map: see wire::Op::map.
std::vector<Value> map_arguments(scheduling::Items items, std::uint64_t seed, const List& constants,
                                 const std::vector<Value>& columns);

/// A call that is to be made, or the one that a map makes for each item.
struct Work {
  wire::Op op = wire::Op::apply;
  std::string name{};
  std::vector<Value> positional{};  ///< of a map: the constants before each item's
  wire::Keywords keywords{};
  std::optional<wire::Code> code{};
  std::string signature{}, keep{};
  std::shared_ptr<const modules::ModuleFiles> needs{};
  std::vector<Uuid> waiting{};

  /// The results among the arguments, also inside lists, tuples and dicts.
  std::vector<ResultArgument> results() const;
  /// Puts them in their places. Requires: they are there. Throws what became of them.
  void resolve();
  wire::Packed pack(std::size_t inline_bytes) const;
  /// A chunk of a map.
  wire::Packed pack(scheduling::Items items, std::uint64_t seed, const std::vector<Value>& columns,
                    std::size_t inline_bytes) const;
};

/// How the tasks are placed.
struct Placement {
  std::string label{};
  std::optional<std::uint64_t> seed{};
  session::Time time_limit{0};
  scheduling::JobOptions options{};  ///< without items, kind and results
  Uuid only_engine{};                ///< if it is one, for checks of waits
  std::vector<AwaitedResult> after{}, follow{};
};

/// The arguments of a map's items, as columns; also of those that come by and by.
class MapItems {
 public:
  void add(std::vector<Value> columns, std::uint64_t count);
  /// The part of each column with these items.
  std::vector<Value> part(scheduling::Items items) const;
  /// All items below have ended.
  void drop_below(std::uint64_t item);

 private:
  std::map<std::uint64_t, std::pair<std::uint64_t, std::vector<Value>>> blocks_;  // by first item: count, columns
  std::uint64_t size_ = 0;
};

}  // namespace enginery
