// client/views/async_result.cpp: waiting for tasks, and what became of them.
#include <enginery/async_result.hpp>

#include <algorithm>
#include <atomic>
#include <ostream>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "client/links/deadline.hpp"
#include "client/links/pending.hpp"
#include "client/views/request.hpp"

namespace enginery {

void rethrow_for(Origin origin, std::string_view name) {
  detail::rethrow_within(origin == Origin::variable
                             ? fmt::format("the variable '{}' cannot be had as that type", name)
                             : fmt::format("the result of '{}' cannot be had as that type", name));
}

namespace {

using SteadyClock = std::chrono::steady_clock;

void require_ready(const AsyncTasks& tasks) {
  if (!tasks.ready()) throw ValueError("the result is not ready; wait() for it first");
}

/// Requires: there are tasks.
std::chrono::steady_clock::time_point first_submission(const std::vector<TaskHandle>& tasks) {
  auto first = std::chrono::steady_clock::time_point::max();
  for (const TaskHandle& task : tasks) first = std::min(first, task.times().submitted);
  return first;
}

}  // namespace

TaskHandle::TaskHandle(std::shared_ptr<Pending> task) : task_(std::move(task)) {}
TaskHandle::TaskHandle(const TaskHandle&) = default;
TaskHandle::TaskHandle(TaskHandle&&) noexcept = default;
TaskHandle& TaskHandle::operator=(const TaskHandle&) = default;
TaskHandle& TaskHandle::operator=(TaskHandle&&) noexcept = default;
TaskHandle::~TaskHandle() = default;

bool TaskHandle::ready() const { return task_->ready(); }
bool TaskHandle::wait(std::optional<Seconds> timeout) const { return task_->wait_until(deadline_of(timeout)); }
Value TaskHandle::value() const { return kept_value(); }
const Value& TaskHandle::kept_value() const {
  wait();
  return task_->value();
}
std::exception_ptr TaskHandle::error() const {
  wait();
  return task_->error();
}
const void* TaskHandle::decoded(const Decoding& decoding) const {
  wait();
  return task_->decoded(decoding);
}
void TaskHandle::then(Continuation work) const { task_->then(std::move(work)); }
Metadata TaskHandle::metadata() const { return task_->metadata(); }
TaskHandle::Times TaskHandle::times() const { return task_->times(); }
void TaskHandle::abort() const { task_->abort(); }
TaskHandle TaskHandle::push(std::string_view name, const Value& value) const {
  const std::pair<std::string, Value> item{name, value};
  return Request{.op = wire::Op::push, .keywords = {&item, 1}}.send_after(*task_);
}
void TaskHandle::drop(const std::string& kept) const noexcept try {
  const Value what = Value::string(kept);
  // Whoever lets go of a result does not expect to wait for room, and this makes some.
  Request{.op = wire::Op::erase, .positional = {&what, 1}, .room = Room::overfill}.send_after(*task_);
} catch (const std::exception&) {
  // Then the engine drops it when this client leaves.
}
std::string TaskHandle::msg_id() const { return task_->msg_id(); }
int TaskHandle::engine_id() const { return task_->engine_id(); }
const std::string& TaskHandle::label() const& { return task_->label(); }

AsyncTasks::AsyncTasks(TaskHandle task) : several_(false) { tasks_.push_back(std::move(task)); }
AsyncTasks::AsyncTasks(std::vector<TaskHandle> tasks, bool several) : tasks_(std::move(tasks)), several_(several) {}
AsyncTasks::AsyncTasks(const AsyncTasks&) = default;
AsyncTasks::AsyncTasks(AsyncTasks&&) noexcept = default;
AsyncTasks& AsyncTasks::operator=(const AsyncTasks&) = default;
AsyncTasks& AsyncTasks::operator=(AsyncTasks&&) noexcept = default;
AsyncTasks::~AsyncTasks() = default;

bool AsyncTasks::ready() const { return std::ranges::all_of(tasks_, &TaskHandle::ready); }

bool AsyncTasks::wait(std::optional<Seconds> timeout) const {
  const auto deadline = deadline_of(timeout);
  for (const TaskHandle& task : tasks_) {
    std::optional<Seconds> left;
    if (deadline) left = *deadline - SteadyClock::now();
    if (!task.wait(left)) return false;
  }
  return true;
}

bool AsyncTasks::successful() const {
  require_ready(*this);
  return std::ranges::none_of(tasks_, [](const TaskHandle& task) { return task.error() != nullptr; });
}

std::size_t AsyncTasks::progress() const {
  return static_cast<std::size_t>(std::ranges::count_if(tasks_, &TaskHandle::ready));
}

void AsyncTasks::abort() const {
  for (const TaskHandle& task : tasks_) task.abort();
}

std::vector<std::string> AsyncTasks::msg_ids() const {
  std::vector<std::string> ids;
  for (const TaskHandle& task : tasks_) ids.push_back(task.msg_id());
  return ids;
}

double AsyncTasks::wall_time() const {
  require_ready(*this);
  if (tasks_.empty()) return 0;
  auto last = std::chrono::steady_clock::time_point::min();
  for (const TaskHandle& task : tasks_) last = std::max(last, task.times().received.value_or(last));
  return Seconds(last - first_submission(tasks_)).count();
}

double AsyncTasks::serial_time() const {
  require_ready(*this);
  double sum = 0;
  for (const TaskHandle& task : tasks_) sum += task.times().ran.count();
  return sum;
}

double AsyncTasks::elapsed() const {
  if (ready()) return wall_time();
  return Seconds(std::chrono::steady_clock::now() - first_submission(tasks_)).count();
}

std::vector<std::string> AsyncTasks::texts(std::string Metadata::*text) const {
  std::vector<std::string> all;
  for (const TaskHandle& task : tasks_) all.push_back(task.metadata().*text);
  return all;
}

void AsyncTasks::store(std::string_view name) const {
  check();
  std::vector<TaskHandle> stored;
  for (const TaskHandle& task : tasks_) stored.push_back(task.push(name, task.value()));
  AsyncTasks(std::move(stored), several_).check();
}

void AsyncTasks::require(std::optional<Seconds> timeout) const {
  if (!wait(timeout)) throw TimeoutError("Result not ready.");
}

void AsyncTasks::on_ready(Continuation work) const {
  if (tasks_.empty()) return work();
  if (tasks_.size() == 1) return tasks_.front().then(std::move(work));
  struct Open {
    std::atomic<std::size_t> tasks;
    Continuation work;
  };
  const auto open = std::make_shared<Open>(tasks_.size(), std::move(work));
  for (const TaskHandle& task : tasks_)
    task.then([open] {
      if (open->tasks.fetch_sub(1) == 1) open->work();
    });
}

void AsyncTasks::check(std::optional<Seconds> timeout) const {
  require(timeout);
  std::vector<CompositeError::Failure> failures;
  for (const TaskHandle& task : tasks_) {
    const std::exception_ptr error = task.error();
    if (!error) continue;
    if (!several_ || tasks_.size() == 1) std::rethrow_exception(error);
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
      failures.push_back({task.engine_id(), thrown.what(), error});
    }
  }
  if (!failures.empty()) throw CompositeError(std::move(failures), tasks_.size());
}

std::ostream& operator<<(std::ostream& stream, const AsyncTasks& tasks) {
  stream << "<AsyncResult: " << (tasks.tasks_.empty() ? std::string("nothing") : tasks.tasks_.front().label());
  return stream << (tasks.ready() ? ":finished>" : ">");
}

}  // namespace enginery
