// client/views/request.hpp: what a view asks of engines.
#pragma once

#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/call_arguments.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/travels.hpp>
#include <enginery/untyped_view.hpp>
#include <enginery/value.hpp>

#include "client/links/engines.hpp"
#include "client/links/future.hpp"
#include "core/delivery/module_files.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {

/// One operation with its arguments. Packed once, however many engines get it. Refers to what it is made of.
struct Request {
  wire::Op op;
  std::string_view name{};
  std::span<const Value> positional{};
  std::span<const std::pair<std::string, Value>> keywords{};
  std::string_view execute_input{};
  const wire::Code* code = nullptr;
  std::string_view signature{};
  std::string_view keep{};  ///< where the result stays on the engine, in place of travelling
  /// What engines must have before they run it; brought to those that lack it. Null: nothing.
  std::shared_ptr<const modules::ModuleFiles> needs{};
  Room room = Room::wait;

  /// What a call is made of besides its arguments' values.
  struct Storage {
    wire::Code code;
    wire::Keywords keywords;
  };
  /// A call, which refers to all of them.
  static Request of(const Callee& callee, const CallArguments& arguments, std::string_view keep, bool travels,
                    Storage& storage);

  // For an Aim, which see.
  std::shared_ptr<Future> send(const Engines& engines, std::span<const int> ids, std::optional<Seconds> timeout) const;
  static std::shared_ptr<Future> send_each(std::span<const Request> requests, const Engines& engines,
                                           std::span<const int> ids, std::optional<Seconds> timeout);
  std::shared_ptr<Future> run_here(std::optional<Seconds> timeout = std::nullopt) const;
  /// To the engine that `task` went to, behind it. Throws what became of the task if it never went to one.
  std::shared_ptr<Future> send_after(const Pending& task) const;
  /// As that, something else behind each of the tasks; nothing is sent unless all can be.
  static std::shared_ptr<Future> send_each_after(std::span<const Request> requests, const Future& tasks);

 private:
  /// What an AsyncResult prints: the task, or what was asked for. `run` is ipyparallel's execution of a file.
  std::string label() const;
  wire::Packed packed(std::size_t inline_bytes) const;
  std::shared_ptr<Future> future(session::Time time_limit, std::size_t tasks) const;
  void submit(const std::shared_ptr<Future>& future, std::size_t i, EngineLink& link, wire::Packed call) const;
  static std::shared_ptr<Future> submit_each(std::span<const Request> requests,
                                             std::span<const std::shared_ptr<EngineLink>> links,
                                             session::Time time_limit);
};

// What views are given in braces, as values.
wire::Keywords keywords_of(std::initializer_list<Item> items);
Value list_of(std::initializer_list<Name> names);

}  // namespace enginery
