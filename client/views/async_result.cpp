// client/views/async_result.cpp: waiting for tasks, what became of them, and results that stay on their engines.
#include <enginery/async_result.hpp>

#include <algorithm>
#include <ostream>

#include <enginery/errors.hpp>
#include <enginery/namespace.hpp>
#include <enginery/staying_result.hpp>
#include <enginery/uuid.hpp>

#include "client/links/client_threads.hpp"
#include "client/links/future.hpp"
#include "client/views/request.hpp"

namespace enginery {

/// What `of` gives for each of the first `size` numbers.
template <class Of>
static auto each_of(std::size_t size, const Of& of) {
  std::vector<decltype(of(size))> all;
  all.reserve(size);
  for (std::size_t i = 0; i < size; ++i) all.push_back(of(i));
  return all;
}

std::size_t AsyncTasks::size() const noexcept { return future_->size(); }
int AsyncTasks::engine_id(std::size_t i) const noexcept { return future()[i].engine_id(); }
const std::string& AsyncTasks::label() const noexcept { return future_->asked().label; }
Metadata AsyncTasks::metadata_of(std::size_t i) const { return future()[i].metadata(); }
const Value& AsyncTasks::value(std::size_t i) const { return future()[i].value(); }
std::exception_ptr AsyncTasks::error(std::size_t i) const { return future()[i].error(); }
const void* AsyncTasks::decoded(const detail::Decoding& decoding, std::optional<Seconds> timeout) const {
  require(timeout);
  return future()[0].decoded(decoding);
}

bool AsyncTasks::ready() const { return future_->ready(); }
bool AsyncTasks::wait(std::optional<Seconds> timeout) const { return future_->wait_until(deadline_of(timeout)); }
void AsyncTasks::on_ready(Continuation work) const { future_->then(std::move(work)); }

void AsyncTasks::require_ready() const {
  if (!ready()) throw ValueError("the result is not ready; wait() for it first");
}

bool AsyncTasks::successful() const {
  require_ready();
  for (std::size_t i = 0; i < size(); ++i)
    if (error(i)) return false;
  return true;
}

std::size_t AsyncTasks::progress() const {
  std::size_t ready = 0;
  for (std::size_t i = 0; i < size(); ++i) ready += future()[i].ready();
  return ready;
}

void AsyncTasks::abort() const {
  for (std::size_t i = 0; i < size(); ++i) future()[i].abort();
}

std::vector<TaskHandle> AsyncTasks::tasks() const {
  return each_of(size(), [this](std::size_t i) { return TaskHandle(Future::task(future_, i)); });
}

std::vector<std::string> AsyncTasks::msg_ids() const {
  return each_of(size(), [this](std::size_t i) { return future()[i].msg_id(); });
}

double AsyncTasks::wall_time() const {
  require_ready();
  auto last = future()[0].received();
  for (std::size_t i = 1; i < size(); ++i) last = std::max(last, future()[i].received());
  return Seconds(last - future_->asked().submitted.steady).count();
}

double AsyncTasks::serial_time() const {
  require_ready();
  Seconds sum(0);
  for (std::size_t i = 0; i < size(); ++i) sum += future()[i].ran();
  return sum.count();
}

double AsyncTasks::elapsed() const {
  if (ready()) return wall_time();
  return Seconds(std::chrono::steady_clock::now() - future_->asked().submitted.steady).count();
}

void AsyncTasks::store(std::string_view name) const {
  check();
  std::vector<std::pair<std::string, Value>> items;
  for (std::size_t i = 0; i < size(); ++i) items.emplace_back(name, value(i));
  std::vector<Request> requests;
  for (const auto& item : items) requests.push_back({.op = wire::Op::push, .keywords = {&item, 1}});
  AsyncTasks(Request::send_each_after(requests, *future_)).check();
}

void AsyncTasks::require(std::optional<Seconds> timeout) const {
  if (!wait(timeout)) throw TimeoutError("Result not ready.");
}

void AsyncTasks::check(std::optional<Seconds> timeout) const {
  require(timeout);
  throw_failures({&future_, 1});
}

std::ostream& operator<<(std::ostream& stream, const AsyncTasks& tasks) {
  return stream << "<AsyncResult: " << tasks.label() << (tasks.ready() ? ":finished>" : ">");
}

std::vector<Metadata> EachAsyncTask::metadata() const {
  return each_of(size(), [this](std::size_t i) { return metadata_of(i); });
}

std::vector<std::string> EachAsyncTask::out() const {
  return each_of(size(), [this](std::size_t i) { return metadata_of(i).out; });
}

std::vector<std::string> EachAsyncTask::err() const {
  return each_of(size(), [this](std::size_t i) { return metadata_of(i).err; });
}

namespace detail {

std::string name_to_keep() { return "@" + Uuid::random().text(); }

/// Tells the engines to drop the results when the last copy ends.
struct KeptResults::Hold {
  const std::shared_ptr<Future> tasks;
  const std::string name;

  ~Hold() {
    for (std::size_t i = 0; i < tasks->size(); ++i) {
      const Pending& task = (*tasks)[i];
      if (task.placed()) {
        drop(task, name);
        continue;
      }
      // A balanced task has its engine once it has run.
      try {
        tasks->then([future = tasks, kept = name] { drop((*future)[0], kept); });
      } catch (const std::exception&) {}
    }
  }

  static void drop(const Pending& task, const std::string& name) noexcept try {
    const Value what = Value::string(name);
    // A destructor should not wait for room in the queue; and the engine frees some by this request.
    Request{.op = wire::Op::erase, .positional = {&what, 1}, .room = Room::overfill}.send_after(task);
  } catch (const std::exception&) {
    // Then the engine drops the result when this client leaves.
  }
};

KeptResults::KeptResults(std::shared_ptr<Future> tasks, std::string name)
    : hold_(new const Hold{std::move(tasks), std::move(name)}) {}

void KeptResults::bind(std::string_view name) const {
  Namespace::check_path(name);
  const std::pair<std::string, Value> item{name, Value::reference(hold_->name)};
  const Future& tasks = *hold_->tasks;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!tasks[i].placed()) tasks[i].wait_until(std::nullopt);
    Request{.op = wire::Op::push, .keywords = {&item, 1}}.send_after(tasks[i]);
  }
}

const std::string& KeptResults::name() const noexcept { return hold_->name; }

}  // namespace detail
}  // namespace enginery
