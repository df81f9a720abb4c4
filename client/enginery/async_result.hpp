// client/enginery/async_result.hpp: results that may not be there yet: of one engine, and of several.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/codec.hpp>
#include <enginery/decode.hpp>
#include <enginery/reference.hpp>
#include <enginery/task_handle.hpp>

namespace enginery {

/// What the tasks of one call have in common, whatever their results are.
class ENGINERY_API AsyncTasks {
 public:
  explicit AsyncTasks(TaskHandle task);
  explicit AsyncTasks(std::vector<TaskHandle> tasks, bool several);
  AsyncTasks(const AsyncTasks&);
  AsyncTasks(AsyncTasks&&) noexcept;
  AsyncTasks& operator=(const AsyncTasks&);
  AsyncTasks& operator=(AsyncTasks&&) noexcept;
  ~AsyncTasks();

  bool ready() const;
  /// Whether all are ready within `timeout`. Never throws what a task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;
  /// Whether no task failed. Throws ValueError while one is not ready.
  bool successful() const;
  /// How many are ready.
  std::size_t progress() const;
  void abort() const;
  std::vector<std::string> msg_ids() const;
  /// Seconds: the last result's arrival minus the first submission. Throws ValueError while one is not ready.
  double wall_time() const;
  /// Seconds: the sum of completed − started. Throws ValueError while one is not ready. Like the others, by clocks
  /// that nobody sets: a wall clock that was set changes the metadata's times, and none of these.
  double serial_time() const;
  /// Seconds since the submission, until the results were there.
  double elapsed() const;
  /// Waits; throws TimeoutError "Result not ready.", and no task's error.
  void require(std::optional<Seconds> timeout = std::nullopt) const;
  /// As that, then throws one engine's error, or a CompositeError of several.
  void check(std::optional<Seconds> timeout = std::nullopt) const;

  /// Runs `work` once all are ready, in the client's thread of continuations, where it may wait for other results. It
  /// must not throw. After the client's end it runs in the thread that asks, or that brings the last result.
  void on_ready(Continuation work) const;

  const std::vector<TaskHandle>& tasks() const& noexcept { return tasks_; }
  std::vector<TaskHandle> tasks() const&& { return tasks_; }
  /// <AsyncResult: wait>, and <AsyncResult: wait:finished> when ready.
  ENGINERY_API friend std::ostream& operator<<(std::ostream&, const AsyncTasks&);

  /// That member of each task's metadata.
  std::vector<std::string> texts(std::string Metadata::*text) const;

 protected:
  /// Gives the results to the engines they came from, under `name`. Waits; throws as check().
  void store(std::string_view name) const;

 private:
  std::vector<TaskHandle> tasks_;
  bool several_;
};

/// `co_await result`: the coroutine goes on in the client's thread of continuations, with what get() gives or throws.
/// `Held` is a reference to a result that outlives it, or the result itself, which then gives its value away.
template <class Held>
struct ResultAwaiter {
  Held result;
  bool await_ready() const { return result.ready(); }
  void await_suspend(std::coroutine_handle<> coroutine) const {
    result.on_ready([coroutine] { coroutine.resume(); });
  }
  decltype(auto) await_resume() { return std::forward<Held>(result).get(); }
};

/// What becomes of results that are there, the same for one engine and for several.
template <class Result>
class Awaitable {
 public:
  /// Calls `f(result)` once it is ready; see on_ready() for where.
  template <std::invocable<const Result&> F>
  void then(F f) const {
    self().on_ready([result = self(), f = std::move(f)]() mutable { f(std::as_const(result)); });
  }
  ResultAwaiter<const Result&> operator co_await() const& { return {self()}; }
  ResultAwaiter<Result> operator co_await() && { return {static_cast<Result&&>(*this)}; }

 private:
  const Result& self() const { return static_cast<const Result&>(*this); }
};

/// What is known of the one task of a result.
template <class Result>
class MetadataOfOne {
 public:
  Metadata metadata() const { return static_cast<const Result&>(*this).tasks().front().metadata(); }
  /// What the task wrote to stdout and stderr; empty until it is ready.
  std::string out() const { return metadata().out; }
  std::string err() const { return metadata().err; }
};

/// What is known of each task of a result, in target order.
template <class Result>
class MetadataOfEach {
 public:
  std::vector<Metadata> metadata() const {
    std::vector<Metadata> all;
    for (const TaskHandle& task : self().tasks()) all.push_back(task.metadata());
    return all;
  }
  /// What each task wrote; empty for those that are not ready.
  std::vector<std::string> out() const { return self().texts(&Metadata::out); }
  std::vector<std::string> err() const { return self().texts(&Metadata::err); }

 private:
  const Result& self() const { return static_cast<const Result&>(*this); }
};

/// One target's value, or why there is none.
template <class R>
struct ValueOrError {
  int engine_id;
  std::optional<R> value;
  std::exception_ptr error;

  explicit operator bool() const noexcept { return error == nullptr; }
  /// The value; throws the error.
  const R& get() const& {
    if (error) std::rethrow_exception(error);
    return *value;
  }
  R get() && {
    if (error) std::rethrow_exception(error);
    return *std::move(value);
  }
};
template <>
struct ValueOrError<void> {
  int engine_id;
  std::exception_ptr error;

  explicit operator bool() const noexcept { return error == nullptr; }
  void get() const {
    if (error) std::rethrow_exception(error);
  }
};

/// What a result may become by assignment.
template <class T>
concept ResultOf = Decodable<T> && !std::same_as<T, Value> && !std::same_as<T, const char*> &&
                   !std::same_as<T, std::string_view> && !std::is_reference_v<T>;

/// The result of one engine, as an R. Copies are the same result. Threads: all functions from any.
template <class R = Value>
class AsyncResult : public AsyncTasks, public Awaitable<AsyncResult<R>>, public MetadataOfOne<AsyncResult<R>> {
 public:
  explicit AsyncResult(TaskHandle task) : AsyncTasks(std::move(task)) {}

  /// Waits. The same value or the same error each time; TimeoutError "Result not ready." leaves the task running.
  const R& get(std::optional<Seconds> timeout = std::nullopt) const& {
    check(timeout);
    if constexpr (std::same_as<R, Value>)
      return task().kept_value();
    else
      return *static_cast<const R*>(
          task().decoded({[](const Value& value) -> void* { return new R(Codec<R>::decode(value)); },
                          [](void* result) { delete static_cast<R*>(result); }}));
  }
  R get(std::optional<Seconds> timeout = std::nullopt) && { return own(timeout); }

  template <class T>
  requires std::same_as<T, R> &&(!std::same_as<R, Value>)operator T() const { return own(); }
  template <std::same_as<Value> T>
  requires std::same_as<R, Value>
  operator T() const { return get(); }
  template <ResultOf T>
  requires std::same_as<R, Value>
  operator T() const { return Codec<T>::decode(get()); }

  /// Binds the result to a name on its engine, and refers to it there. The result has travelled to be got here: waits
  /// for it, and sends it back. What is not to travel at all is called as enginery::stays(f). Throws as get().
  ReferenceTo<R> store_as(std::string name) const {
    store(name);
    return ReferenceTo<R>(std::move(name));
  }

 private:
  /// As get(), as a value of its own: what cannot be copied is decoded anew.
  R own(std::optional<Seconds> timeout = std::nullopt) const {
    if constexpr (detail::is_copyable<R>) {
      return get(timeout);
    } else {
      check(timeout);
      return decode_as<R>(task().value(), Origin::result, task().label());
    }
  }
  const TaskHandle& task() const { return this->tasks().front(); }
};

template <>
class AsyncResult<void>
    : public AsyncTasks, public Awaitable<AsyncResult<void>>, public MetadataOfOne<AsyncResult<void>> {
 public:
  explicit AsyncResult(TaskHandle task) : AsyncTasks(std::move(task)) {}
  void get(std::optional<Seconds> timeout = std::nullopt) const { check(timeout); }
};

/// The results of several engines, in target order.
template <class R = Value>
class AsyncResults : public AsyncTasks, public Awaitable<AsyncResults<R>>, public MetadataOfEach<AsyncResults<R>> {
 public:
  explicit AsyncResults(std::vector<TaskHandle> tasks) : AsyncTasks(std::move(tasks), true) {}

  std::vector<R> get(std::optional<Seconds> timeout = std::nullopt) const {
    check(timeout);
    std::vector<R> results;
    results.reserve(tasks().size());
    for (const TaskHandle& task : tasks()) results.push_back(decode_as<R>(task.value(), Origin::result, task.label()));
    return results;
  }
  /// Waits for all, and throws no target's error. TimeoutError "Result not ready."
  std::vector<ValueOrError<R>> get_each(std::optional<Seconds> timeout = std::nullopt) const {
    require(timeout);
    std::vector<ValueOrError<R>> each;
    each.reserve(tasks().size());
    for (const TaskHandle& task : tasks()) {
      ValueOrError<R>& one = each.emplace_back(ValueOrError<R>{task.engine_id(), std::nullopt, task.error()});
      if (one.error) continue;
      try {
        one.value = decode_as<R>(task.value(), Origin::result, task.label());
      } catch (...) {
        one.error = std::current_exception();
      }
    }
    return each;
  }
  template <class T>
  requires std::same_as<T, std::vector<R>>
  operator T() const { return get(); }
  /// As AsyncResult::store_as(): each engine gets its own result.
  ReferenceTo<R> store_as(std::string name) const {
    store(name);
    return ReferenceTo<R>(std::move(name));
  }
};

template <>
class AsyncResults<void>
    : public AsyncTasks, public Awaitable<AsyncResults<void>>, public MetadataOfEach<AsyncResults<void>> {
 public:
  explicit AsyncResults(std::vector<TaskHandle> tasks) : AsyncTasks(std::move(tasks), true) {}
  void get(std::optional<Seconds> timeout = std::nullopt) const { check(timeout); }
  std::vector<ValueOrError<void>> get_each(std::optional<Seconds> timeout = std::nullopt) const {
    require(timeout);
    std::vector<ValueOrError<void>> each;
    for (const TaskHandle& task : tasks()) each.push_back({task.engine_id(), task.error()});
    return each;
  }
};

}  // namespace enginery
