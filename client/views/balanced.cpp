// client/views/balanced.cpp: load-balanced views, and maps over the engines of any view.
//
// A balanced view's calls and maps go to the client's Balancer. A map over a fixed list of engines is cut into
// contiguous parts, one task for each engine.
#include <algorithm>
#include <ostream>
#include <random>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/array.hpp>
#include <enginery/client.hpp>
#include <enginery/load_balanced_view.hpp>

#include "client/links/balancer.hpp"
#include "client/links/engines.hpp"
#include "client/views/request.hpp"
#include "core/tasks/task_wait.hpp"

namespace enginery {
namespace {

std::uint64_t fresh_seed() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

Work work_of(const Request& request) {
  Work work{.op = request.op,
            .name = std::string(request.name),
            .positional = {request.positional.begin(), request.positional.end()},
            .keywords = {request.keywords.begin(), request.keywords.end()},
            .code = request.code ? std::optional(*request.code) : std::nullopt,
            .signature = std::string(request.signature),
            .keep = std::string(request.keep),
            .needs = request.needs};
  const auto waiting = tasks::engines_waiting_for_this_task();
  work.waiting.assign(waiting.begin(), waiting.end());
  return work;
}

void check_columns(const std::vector<Value>& columns, std::size_t count) {
  for (const Value& column : columns)
    if (column.size() != count)
      throw ValueError(fmt::format("a map's columns differ: one has {} items, another {}", column.size(), count));
}

}  // namespace

std::shared_ptr<const Aim> Aim::balanced(BalanceOptions options) const {
  if (!options.journal.empty()) throw ValueError("a journal cannot be kept yet: leave out with({.journal = …})");
  return std::make_shared<const Aim>(engines_, ids_, std::move(options));
}

// In a task, engines that cannot begin anything before it returns are left out.
Placement Aim::placement(std::string_view name, std::optional<Seconds> timeout) const {
  Placement placement{.label = balance_->label.empty() ? std::string(name) : balance_->label,
                      .seed = balance_->seed,
                      .time_limit = time_limit_of(timeout)};
  scheduling::JobOptions& options = placement.options;
  options.retries = balance_->retries;
  options.chunk = balance_->chunksize;
  options.priority = balance_->priority;
  options.targets.only = ids_;
  if (balance_->queue_timeout) {
    if (!(*balance_->queue_timeout >= Seconds(0)))
      throw ValueError(fmt::format("queue_timeout cannot be {:g} s; it is positive, or nullopt for none",
                                   balance_->queue_timeout->count()));
    options.queue_timeout =
        std::chrono::duration_cast<scheduling::Time>(std::min(*balance_->queue_timeout, kLongestWait));
  }
  const auto waiting = tasks::engines_waiting_for_this_task();
  if (!waiting.empty()) {
    bool any = false;
    for (const auto& link : engines_->links()) {
      const bool waits = std::ranges::count(waiting, link->engine().uuid) > 0;
      if (waits) options.targets.never.push_back(link->engine().id);
      any = any || (!waits && options.targets.take(link->engine().id));
    }
    if (!any)
      throw DeadlockError(
          fmt::format("'{}' has no engine: a load-balanced view in a task leaves out the task's own engine and those "
                      "that wait for it, and there is no other. Start more engines",
                      placement.label));
  }
  for (const Dependency& result : balance_->after) placement.after.push_back({result.future_, result.map_});
  for (const Dependency& result : balance_->follow) placement.follow.push_back({result.future_, result.map_});
  return placement;
}

std::shared_ptr<Future> Aim::send_balanced(const Request& request, std::optional<Seconds> timeout) const {
  return engines_->balancer().submit(work_of(request), placement(request.name, timeout));
}

// One that stays must be where the call goes. For one that travels and is not there yet, the balancer waits, if the
// call has one target; else this thread does.
std::shared_ptr<Future> Aim::send_with_results(const Request& request, std::optional<Seconds> timeout) const {
  Work work = work_of(request);
  const std::shared_ptr<const Aim> now = this->now();
  bool all_there = true;
  for (const ResultArgument& result : work.results()) {
    const Pending& task = (*result.call)[0];
    if (result.kept.empty()) {
      all_there = all_there && result.call->ready();
      continue;
    }
    if (!task.placed()) task.wait_until(std::nullopt);
    if (task.ready() && task.error()) std::rethrow_exception(task.error());
    for (const int id : now->ids())
      if (task.engine_id() != id)
        throw ValueError(fmt::format(
            "the result of '{0}' stays on engine {1}, and this call goes to engine {2}: call it on engine {1}, or have "
            "the result travel, without stays()",
            task.label(), task.engine_id(), id));
  }
  if (!all_there && travels() && now->ids().size() == 1) {
    Placement placement{.label = std::string(request.name), .time_limit = time_limit_of(timeout)};
    placement.options.targets.only = {now->ids().front()};
    placement.only_engine = engines_->link(now->ids().front())->engine().uuid;
    return engines_->balancer().submit(std::move(work), std::move(placement));
  }
  for (const ResultArgument& result : work.results())
    if (result.kept.empty()) result.call->wait_until(std::nullopt);
  work.resolve();
  Request resolved = request;
  resolved.positional = work.positional;
  resolved.keywords = work.keywords;
  return now->send(resolved, timeout);
}

std::shared_ptr<MapFuture> Aim::map(const Request& request, std::vector<Value> columns, std::size_t count, bool open,
                                    std::optional<Seconds> timeout) const {
  check_columns(columns, count);
  if (balance_) {
    Placement placed = placement(request.name, timeout);
    if (!placed.seed) placed.seed = fresh_seed();
    return engines_->balancer().submit_map(work_of(request), std::move(columns), count, open, std::move(placed));
  }
  const std::shared_ptr<const Aim> now = this->now();
  const std::size_t parts = std::min(count, now->ids().size());
  const std::uint64_t seed = fresh_seed();
  const auto continuations = engines_ ? engines_->continuations() : std::make_shared<Continuations>();
  auto map = std::make_shared<MapFuture>(std::string(request.name), seed, count, false, continuations);
  if (parts == 0) return map;
  const Aim some(engines_,
                 std::vector<int>(now->ids().begin(), now->ids().begin() + static_cast<std::ptrdiff_t>(parts)));
  std::vector<std::vector<Value>> arguments;
  std::vector<Request> requests;
  std::vector<scheduling::Items> each;
  for (std::size_t i = 0, first = 0; i < parts; ++i) {
    const std::size_t size = count / parts + (i < count % parts);
    each.push_back({first, size});
    arguments.push_back(map_arguments(each.back(), seed, {request.positional.begin(), request.positional.end()},
                                      parts_of(columns, first, size)));
    first += size;
  }
  for (const std::vector<Value>& those : arguments) {
    Request part = request;
    part.op = wire::Op::map;
    part.positional = those;
    requests.push_back(std::move(part));
  }
  const std::shared_ptr<Future> sent = some.send_each(requests, timeout);
  std::vector<Uuid> engines;
  for (std::size_t i = 0; i < parts; ++i) engines.push_back((*sent)[i].engine());
  map->must_run_on(std::move(engines));
  map->on_abort([sent] {
    for (std::size_t i = 0; i < sent->size(); ++i) (*sent)[i].abort();
  });
  for (std::size_t i = 0; i < parts; ++i) {
    Continuation come([map, sent, i, items = each[i]] {
      map->add(items.first, items.count, MapChunk::of((*sent)[i], map->label(), items.count), 0);
    });
    come.at_once = true;
    (*sent)[i].then(std::move(come));
  }
  return map;
}

std::shared_ptr<MapFuture> UntypedView::map_call(const Callee& callee, List constants, std::vector<Value> columns,
                                                 std::size_t count, bool open) const {
  Request::Storage storage;
  return aim_->map(Request::of(callee, CallArguments{constants}, {}, aim_->travels(), storage), std::move(columns),
                   count, open, timeout);
}

std::shared_ptr<const Aim> detail::balanced_aim(const std::shared_ptr<const Aim>& of, BalanceOptions options) {
  return of->balanced(std::move(options));
}

LoadBalancedView Client::load_balanced() const {
  return LoadBalancedView(std::make_shared<const Aim>(engines_, std::nullopt, BalanceOptions{}));
}

LoadBalancedView Client::load_balanced(std::vector<int> ids) const {
  for (int& id : ids) id = engines_->resolve(id);
  std::ranges::sort(ids);
  return LoadBalancedView(std::make_shared<const Aim>(engines_, std::move(ids), BalanceOptions{}));
}

std::ostream& operator<<(std::ostream& stream, const LoadBalancedView& view) {
  const auto& only = view.aim()->only();
  return stream << (only ? fmt::format("<LoadBalancedView [{}]>", fmt::join(*only, ", ")) : "<LoadBalancedView None>");
}

Value detail::result_argument(const AsyncTasks& result) {
  return Value::opaque(std::make_shared<ResultArgument>(ResultArgument{result.future_}));
}

Value detail::result_argument(const AsyncTasks& result, const KeptResults& kept) {
  return Value::opaque(std::make_shared<ResultArgument>(ResultArgument{result.future_, kept.name(), kept.hold_}));
}

}  // namespace enginery
