// client/views/request.cpp: what a view asks, and of whom: of one engine, of several, of all, or of this process.
#include "client/views/request.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/calls.hpp>
#include <enginery/errors.hpp>

#include "client/links/client_threads.hpp"
#include "client/views/local.hpp"
#include "client/views/program_code.hpp"
#include "core/session/limits.hpp"
#include "core/tasks/task_wait.hpp"
#include "core/transport/forked.hpp"

namespace enginery {
namespace {

std::shared_ptr<EngineLink> link_of(const Pending& task) {
  transport::refuse_if_forked();
  if (std::shared_ptr<EngineLink> link = task.link()) return link;
  if (task.ready() && task.error()) std::rethrow_exception(task.error());
  throw ConnectionError(
      fmt::format("the client of '{}' was destroyed; keep it as long as you use its results", task.label()));
}

wire::Packed packed(const Request& request, std::size_t inline_bytes) {
  return wire::pack(wire::CallParts{request.op, request.name, request.positional, request.keywords, request.code,
                                    request.signature, request.keep, tasks::engines_waiting_for_this_task()},
                    inline_bytes);
}

std::shared_ptr<Future> future_of(const Request& request, session::Time time_limit, std::size_t tasks) {
  // What an AsyncResult prints: the task, or what was asked for. `run` is ipyparallel's execution of a file.
  std::string label = request.op == wire::Op::run ? "execute"
                      : request.name.empty()      ? wire::to_string(request.op)
                                                  : std::string(request.name);
  return std::make_shared<Future>(Asked{std::move(label), std::string(request.execute_input), time_limit}, tasks);
}

void submit(const Request& request, const std::shared_ptr<Future>& future, std::size_t i, EngineLink& link,
            wire::Packed call) {
  (*future)[i].ask(future->asked(), link.engine().id, link.engine().uuid);
  link.submit(std::move(call), Future::task(future, i), request.needs, request.room);
}

/// One for each of the links; nothing is sent unless all can be packed.
std::shared_ptr<Future> submit_each(std::span<const Request> requests,
                                    std::span<const std::shared_ptr<EngineLink>> links, session::Time time_limit) {
  std::vector<wire::Packed> calls;
  for (std::size_t i = 0; i < links.size(); ++i) calls.push_back(packed(requests[i], links[i]->inline_bytes()));
  auto future = future_of(requests.front(), time_limit, links.size());
  for (std::size_t i = 0; i < links.size(); ++i) submit(requests[i], future, i, *links[i], std::move(calls[i]));
  return future;
}

std::shared_ptr<Future> run_here(const Request& request, std::optional<Seconds> timeout = std::nullopt) {
  time_limit_of(timeout);
  const auto done = future_of(request, {}, 1);
  Pending& task = (*done)[0];
  task.ask(done->asked(), local_engine::kId, Uuid());
  local_engine::run(packed(request, session::Limits{}.inline_bytes), task, request.needs.get());
  return done;
}

}  // namespace

session::Time time_limit_of(std::optional<Seconds> timeout) {
  if (!timeout) return {};
  if (!(*timeout > Seconds(0)))
    throw ValueError(
        fmt::format("a view's timeout cannot be {:g} s; it is positive, or nullopt for none", timeout->count()));
  return std::max(session::Time(1), std::chrono::duration_cast<session::Time>(std::min(*timeout, kLongestWait)));
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

std::shared_ptr<Future> Request::send_after(const Pending& task) const {
  if (task.engine_id() == local_engine::kId) return run_here(*this);
  const std::shared_ptr<EngineLink> link = link_of(task);
  return submit_each({this, 1}, {&link, 1}, {});
}

std::shared_ptr<Future> Request::send_each_after(std::span<const Request> requests, const Future& tasks) {
  if (tasks[0].engine_id() == local_engine::kId) return run_here(requests.front());
  std::vector<std::shared_ptr<EngineLink>> links;
  for (std::size_t i = 0; i < tasks.size(); ++i) links.push_back(link_of(tasks[i]));
  return submit_each(requests, links, {});
}

List detail::behind(const List& captured, std::span<const Value> given) {
  List all;
  all.reserve(captured.size() + given.size());
  all.insert(all.end(), captured.begin(), captured.end());
  all.insert(all.end(), given.begin(), given.end());
  return all;
}

Aim::Aim() : ids_(std::vector{local_engine::kId}) {}

std::shared_ptr<const Aim> Aim::now() const {
  if (!ids_) {
    std::vector<int> ids = engines_->ids();
    if (ids.empty()) throw engines_->none("this view");
    return std::make_shared<const Aim>(engines_, std::move(ids));
  }
  if (!ids_->empty()) return shared_from_this();
  throw NoEnginesRegistered(
      fmt::format("this view has no engines: it was made from an empty list of ids. The engines of cluster "
                  "'{}' are [{}]; all() is a view of all",
                  engines_->connection().cluster, fmt::join(engines_->ids(), ", ")));
}

std::shared_ptr<Future> Aim::send(const Request& request, std::optional<Seconds> timeout) const {
  if (balance_) return send_balanced(request, timeout);
  if (!travels()) {
    if (have_results(request.positional, request.keywords)) return send_with_results(request, timeout);
    return run_here(request, timeout);
  }
  const std::shared_ptr<const Aim> now = this->now();
  const std::span<const int> ids = now->ids();
  const session::Time time_limit = time_limit_of(timeout);
  const std::shared_ptr<EngineLink> first = engines_->link(ids.front());
  std::vector<std::shared_ptr<EngineLink>> others;
  others.reserve(ids.size() - 1);
  for (const int id : ids.subspan(1)) others.push_back(engines_->link(id));
  wire::Packed call;
  try {
    call = packed(request, first->inline_bytes());
  } catch (const TypeError&) {
    // A result does not travel in another's arguments as it is.
    if (!have_results(request.positional, request.keywords)) throw;
    return send_with_results(request, timeout);
  }
  auto sent = future_of(request, time_limit, ids.size());
  submit(request, sent, 0, *first, others.empty() ? std::move(call) : call);
  for (std::size_t i = 0; i < others.size(); ++i) submit(request, sent, i + 1, *others[i], call);
  return sent;
}

std::shared_ptr<Future> Aim::send_each(std::span<const Request> requests, std::optional<Seconds> timeout) const {
  if (!travels()) return run_here(requests.front(), timeout);
  const session::Time time_limit = time_limit_of(timeout);
  std::vector<std::shared_ptr<EngineLink>> links;
  for (const int id : ids()) links.push_back(engines_->link(id));
  return submit_each(requests, links, time_limit);
}

}  // namespace enginery
