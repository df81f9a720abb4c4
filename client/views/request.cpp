// client/views/request.cpp: what a view asks of engines.
#include "client/views/request.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <enginery/calls.hpp>
#include <enginery/errors.hpp>

#include "client/links/deadline.hpp"
#include "client/views/local.hpp"
#include "client/views/program_code.hpp"
#include "core/session/limits.hpp"
#include "core/tasks/task_wait.hpp"
#include "core/transport/forked.hpp"

namespace enginery {
namespace {

/// For a task. Throws ValueError for what is no time.
session::Time time_limit_of(std::optional<Seconds> timeout) {
  if (!timeout) return {};
  if (!(*timeout > Seconds(0)))
    throw ValueError(
        fmt::format("a view's timeout cannot be {:g} s; it is positive, or nullopt for none", timeout->count()));
  return std::max(session::Time(1), std::chrono::duration_cast<session::Time>(std::min(*timeout, kLongestWait)));
}

}  // namespace

std::string Request::label() const {
  if (op == wire::Op::run) return "execute";
  return name.empty() ? wire::to_string(op) : std::string(name);
}

wire::Packed Request::packed(std::size_t inline_bytes) const {
  return wire::pack(
      wire::CallParts{op, name, positional, keywords, code, signature, keep, tasks::engines_waiting_for_this_task()},
      inline_bytes);
}

Request Request::of(const Callee& callee, const CallArguments& arguments, std::string_view keep, bool travels,
                    Storage& storage) {
  const std::size_t positional = arguments.values.size() - arguments.names.size();
  for (std::size_t i = 0; i < arguments.names.size(); ++i)
    storage.keywords.emplace_back(arguments.names[i], arguments.values[positional + i]);
  if (!callee.name.empty())
    return {.op = wire::Op::apply,
            .name = callee.name,
            .positional = arguments.values.first(positional),
            .keywords = storage.keywords,
            .signature = callee.type,
            .keep = keep};
  const ProgramCode& known = ProgramCode::of(callee, travels);
  storage.code = known.code;
  storage.code.object.assign(reinterpret_cast<const char*>(callee.object.data()), callee.object.size());
  return {.op = wire::Op::apply,
          .name = known.name,
          .positional = arguments.values.first(positional),
          .code = &storage.code,
          .keep = keep,
          .needs = known.module};
}

TaskHandle Request::submit(EngineLink& link, wire::Packed packed, session::Time time_limit) const {
  auto pending =
      std::make_shared<Pending>(link.engine().id, link.engine().uuid, label(), std::string(execute_input), time_limit);
  TaskHandle task(pending);
  link.submit(std::move(packed), std::move(pending), needs, room);
  return task;
}

TaskHandle Request::run_here() const {
  auto pending = std::make_shared<Pending>(local_engine::kId, Uuid(), label(), std::string(execute_input));
  local_engine::run(packed(session::Limits{}.inline_bytes), *pending, needs.get());
  return TaskHandle(std::move(pending));
}

TaskHandle Request::send_after(const Pending& task) const {
  if (task.engine_id() == local_engine::kId) return run_here();
  transport::refuse_if_forked();
  if (const std::shared_ptr<EngineLink> link = task.link()) return submit(*link, packed(link->inline_bytes()), {});
  if (task.ready() && task.error()) std::rethrow_exception(task.error());
  throw ConnectionError(
      fmt::format("the client of '{}' was destroyed; keep it as long as you use its results", task.label()));
}

TaskHandle Request::send(const std::shared_ptr<Engines>& engines, int id, std::optional<Seconds> timeout) const {
  const session::Time time_limit = time_limit_of(timeout);
  if (!engines) return run_here();
  const std::shared_ptr<EngineLink> link = engines->link(id);
  return submit(*link, packed(link->inline_bytes()), time_limit);
}

std::vector<TaskHandle> Request::send(const std::shared_ptr<Engines>& engines, std::span<const int> ids,
                                      std::optional<Seconds> timeout) const {
  const session::Time time_limit = time_limit_of(timeout);
  std::vector<std::shared_ptr<EngineLink>> links;
  links.reserve(ids.size());
  for (const int id : ids) links.push_back(engines->link(id));
  const wire::Packed call = packed(links.front()->inline_bytes());
  std::vector<TaskHandle> tasks;
  tasks.reserve(links.size());
  for (const auto& link : links) tasks.push_back(submit(*link, call, time_limit));
  return tasks;
}

std::vector<TaskHandle> Request::send_each(std::span<const Request> requests, const std::shared_ptr<Engines>& engines,
                                           std::span<const int> ids, std::optional<Seconds> timeout) {
  const session::Time time_limit = time_limit_of(timeout);
  std::vector<std::pair<std::shared_ptr<EngineLink>, wire::Packed>> calls;
  calls.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::shared_ptr<EngineLink> link = engines->link(ids[i]);
    calls.emplace_back(link, requests[i].packed(link->inline_bytes()));
  }
  std::vector<TaskHandle> tasks;
  tasks.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    tasks.push_back(requests[i].submit(*calls[i].first, std::move(calls[i].second), time_limit));
  return tasks;
}

List detail::behind(const List& captured, std::span<const Value> given) {
  List all;
  all.reserve(captured.size() + given.size());
  all.insert(all.end(), captured.begin(), captured.end());
  all.insert(all.end(), given.begin(), given.end());
  return all;
}

wire::Keywords keywords_of(std::initializer_list<Item> items) {
  wire::Keywords keywords;
  keywords.reserve(items.size());
  for (const Item& item : items) keywords.emplace_back(item.key, item.value);
  return keywords;
}

Value list_of(std::initializer_list<Name> names) {
  List list;
  for (const Name& name : names) list.push_back(Value::string(name.text));
  return Value::list(std::move(list));
}

}  // namespace enginery
