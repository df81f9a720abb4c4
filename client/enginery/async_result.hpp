// client/enginery/async_result.hpp: results that may not be there yet: of one engine, and of several.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
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
#include <enginery/reference.hpp>
#include <enginery/task_handle.hpp>

namespace enginery {

class AsyncTasks;
class Future;
namespace detail {
class KeptResults;
ENGINERY_API Value result_argument(const AsyncTasks& result);
ENGINERY_API Value result_argument(const AsyncTasks& result, const KeptResults& kept);
}  // namespace detail

/// What the tasks of one call have in common, whatever their results are. Copies are the same tasks.
class ENGINERY_API AsyncTasks {
 public:
  explicit AsyncTasks(std::shared_ptr<Future> future) : future_(std::move(future)) {}

  bool ready() const;
  /// Whether all are ready within `timeout`. Never throws what a task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;
  /// Whether no task failed. Throws ValueError while one is not ready.
  bool successful() const;
  /// How many are ready.
  std::size_t progress() const;
  void abort() const;
  std::vector<std::string> msg_ids() const;
  /// Seconds: the last result's arrival minus the submission. Throws ValueError while one is not ready.
  double wall_time() const;
  /// Seconds: the sum of completed − started. Throws ValueError while one is not ready. All of
  /// these use steady clocks. If somebody sets the wall clock, only the times in the metadata change.
  double serial_time() const;
  /// Seconds from the submission to the arrival of the results, or until now.
  double elapsed() const;
  /// Waits; throws TimeoutError "Result not ready.", and no task's error.
  void require(std::optional<Seconds> timeout = std::nullopt) const;
  /// As require(), then throws one engine's error, or a CompositeError of several.
  void check(std::optional<Seconds> timeout = std::nullopt) const;

  /// Runs `work` once all are ready, in the client's thread of continuations, where it may wait for other results. It
  /// must not throw. After the client's end it runs in the calling thread, or in the one that
  /// brings the last result.
  void on_ready(Continuation work) const;

  /// In target order.
  std::vector<TaskHandle> tasks() const;
  /// <AsyncResult: wait>, and <AsyncResult: wait:finished> when ready.
  ENGINERY_API friend std::ostream& operator<<(std::ostream&, const AsyncTasks&);

 protected:
  std::size_t size() const noexcept;
  int engine_id(std::size_t i) const noexcept;
  const std::string& label() const noexcept;
  Metadata metadata_of(std::size_t i) const;
  // The outcome of task `i`. Requires: it is ready.
  const Value& value(std::size_t i = 0) const;
  std::exception_ptr error(std::size_t i) const;
  /// The first task's value, decoded once and kept as long as the tasks. Waits; throws as check().
  const void* decoded(const detail::Decoding& decoding, std::optional<Seconds> timeout) const;
  template <class R>
  R decode(std::size_t i = 0) const {
    return detail::decode_as<R>(value(i), detail::Origin::result, label());
  }
  /// Sends the results back to their engines, under `name`. Waits; throws as check().
  void store(std::string_view name) const;

 private:
  friend class Dependency;
  friend Value detail::result_argument(const AsyncTasks&);
  friend Value detail::result_argument(const AsyncTasks&, const detail::KeptResults&);
  const Future& future() const noexcept { return *future_; }
  void require_ready() const;

  std::shared_ptr<Future> future_;
};

/// The one task of a result.
class ENGINERY_API AsyncTask : public AsyncTasks {
 public:
  using AsyncTasks::AsyncTasks;
  Metadata metadata() const { return metadata_of(0); }
  /// What the task wrote to stdout and stderr; empty until it is ready.
  std::string out() const { return metadata().out; }
  std::string err() const { return metadata().err; }
};

/// Each task of a result, in target order.
class ENGINERY_API EachAsyncTask : public AsyncTasks {
 public:
  using AsyncTasks::AsyncTasks;
  std::vector<Metadata> metadata() const;
  /// What each task wrote; empty for those that are not ready.
  std::vector<std::string> out() const;
  std::vector<std::string> err() const;
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

/// What follows on a result, for one engine and for several.
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

/// The types that a result converts to by assignment.
template <class T>
concept ResultOf = Decodable<T> && !std::same_as<T, Value> && !std::same_as<T, const char*> &&
                   !std::same_as<T, std::string_view> && !std::is_reference_v<T>;

/// The result of one engine, as an R. Copies are the same result. Threads: all functions from any.
template <class R = Value>
class AsyncResult : public AsyncTask, public Awaitable<AsyncResult<R>> {
 public:
  using AsyncTask::AsyncTask;

  /// Waits. The same value or the same error each time; TimeoutError "Result not ready." leaves the task running.
  const R& get(std::optional<Seconds> timeout = std::nullopt) const& {
    if constexpr (std::same_as<R, Value>)
      return require(timeout), value();
    else
      return *static_cast<const R*>(decoded(detail::kDecoding<R>, timeout));
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

  /// Binds the result to a name on its engine, and returns a reference to it there. Waits for the result and sends it
  /// back, since it has travelled here. To keep a result from travelling, call enginery::stays(f). Throws as get().
  ReferenceTo<R> store_as(std::string name) const {
    store(name);
    return ReferenceTo<R>(std::move(name));
  }

 private:
  /// As get(), as a value of its own.
  R own(std::optional<Seconds> timeout = std::nullopt) const {
    require(timeout);
    return this->template decode<R>();
  }
};

template <>
class AsyncResult<void> : public AsyncTask, public Awaitable<AsyncResult<void>> {
 public:
  using AsyncTask::AsyncTask;
  void get(std::optional<Seconds> timeout = std::nullopt) const { check(timeout); }
};

/// The results of several engines, in target order.
template <class R = Value>
class AsyncResults : public EachAsyncTask, public Awaitable<AsyncResults<R>> {
 public:
  using EachAsyncTask::EachAsyncTask;

  std::vector<R> get(std::optional<Seconds> timeout = std::nullopt) const {
    check(timeout);
    std::vector<R> results;
    results.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) results.push_back(this->template decode<R>(i));
    return results;
  }
  /// Waits for all, and throws no target's error. TimeoutError "Result not ready."
  std::vector<ValueOrError<R>> get_each(std::optional<Seconds> timeout = std::nullopt) const {
    require(timeout);
    std::vector<ValueOrError<R>> each;
    each.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) {
      ValueOrError<R>& one = each.emplace_back(ValueOrError<R>{engine_id(i), std::nullopt, error(i)});
      if (one.error) continue;
      try {
        one.value = this->template decode<R>(i);
      } catch (...) {
        one.error = std::current_exception();
      }
    }
    return each;
  }
  /// Engine → value. Throws as get(). Include <map>.
  template <template <class...> class Map = std::map>
  Map<int, R> get_dict(std::optional<Seconds> timeout = std::nullopt) const {
    check(timeout);
    Map<int, R> results;
    for (std::size_t i = 0; i < size(); ++i) results.emplace(engine_id(i), this->template decode<R>(i));
    return results;
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
class AsyncResults<void> : public EachAsyncTask, public Awaitable<AsyncResults<void>> {
 public:
  using EachAsyncTask::EachAsyncTask;
  void get(std::optional<Seconds> timeout = std::nullopt) const { check(timeout); }
  std::vector<ValueOrError<void>> get_each(std::optional<Seconds> timeout = std::nullopt) const {
    require(timeout);
    std::vector<ValueOrError<void>> each;
    for (std::size_t i = 0; i < size(); ++i) each.push_back({engine_id(i), error(i)});
    return each;
  }
};

/// The values one after the other, in order: an array if all are arrays with the same dtype and shape of rows, else a
/// list. A value that is no sequence counts as one element.
ENGINERY_API Value joined(const List& blocks);

/// What gather() gives: the blocks of the engines, joined. Threads: all functions from any.
template <class R = Value>
class AsyncGathered : public AsyncTasks, public Awaitable<AsyncGathered<R>> {
 public:
  using AsyncTasks::AsyncTasks;

  /// Waits. Throws TimeoutError "Result not ready.", CompositeError; TypeError when it is not an R.
  R get(std::optional<Seconds> timeout = std::nullopt) const {
    check(timeout);
    List blocks;
    for (std::size_t i = 0; i < size(); ++i) blocks.push_back(value(i));
    if constexpr (std::same_as<R, Value>)
      return joined(blocks);
    else
      return joined(blocks).template as<R>();
  }
  template <class T>
  requires std::same_as<T, R>
  operator T() const { return get(); }
  template <ResultOf T>
  requires(std::same_as<R, Value> && !std::same_as<T, R>) operator T() const { return Codec<T>::decode(get()); }
};

}  // namespace enginery
