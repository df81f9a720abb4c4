// client/enginery/staying_result.hpp: results that stay on their engines.
#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/call_arguments.hpp>
#include <enginery/reference.hpp>

namespace enginery {
namespace detail {

/// A fresh name under which engines keep results of one call.
ENGINERY_API std::string name_to_keep();

/// Results on their engines. When the last copy of this ends, the engines drop what has no other name by then.
class ENGINERY_API KeptResults {
 public:
  KeptResults(std::shared_ptr<Future> tasks, std::string name);
  const std::string& name() const noexcept;
  /// Gives them another name there.
  void bind(std::string_view name) const;

 private:
  friend Value result_argument(const AsyncTasks&, const KeptResults&);
  struct Hold;
  std::shared_ptr<const Hold> hold_;
};

/// What the compiler says when a result that stays is assigned to an object here.
template <class T>
[[noreturn]] void refuse_to_leave() {
  static_assert(!std::is_same_v<T, T>,
                "enginery: this result stays on its engine, because its type has no Codec or because stays(f) asked "
                "for it: give it a name with .store_as(\"name\"), which gives the Reference that other calls take");
}

}  // namespace detail

/// What results that stay have in common: of one engine, or of each of several.
template <class R, class Tasks>
class StayingTasks : public Tasks {
 public:
  StayingTasks(const std::shared_ptr<Future>& tasks, std::string kept) : Tasks(tasks), kept_(tasks, std::move(kept)) {}

  /// Waits until the results are there, on their engines; throws what went wrong.
  void get(std::optional<Seconds> timeout = std::nullopt) const { this->check(timeout); }
  /// Binds the result to a name in the engine's namespace, where it stays, and refers to it there. Does not wait:
  /// calls that follow find it. If the task fails, there is no such name: a call that uses it, or a pull, gets a
  /// NameError that says how the task failed. Throws SyntaxError if `name` is neither name nor path.
  ReferenceTo<R> store_as(std::string name) const {
    kept_.bind(name);
    return ReferenceTo<R>(std::move(name));
  }
  /// Refers to the result without a name, as long as this lives.
  ReferenceTo<R> reference() const { return ReferenceTo<R>(kept_.name()); }

 private:
  template <class A>
  friend struct detail::GivenResult;
  detail::KeptResults kept_;
};

/// An R that stays on its engine: since it has no Codec, or since it was called as stays(f). Copies are the same
/// result. Threads: all functions from any.
template <class R>
class StayingResult : public StayingTasks<R, AsyncTask>, public Awaitable<StayingResult<R>> {
 public:
  using StayingTasks<R, AsyncTask>::StayingTasks;
  template <std::same_as<R> T>
  operator T() const {
    detail::refuse_to_leave<T>();
  }
};

/// The same for several engines. Each has its own result, under one name.
template <class R>
class StayingResults : public StayingTasks<R, EachAsyncTask>, public Awaitable<StayingResults<R>> {
 public:
  using StayingTasks<R, EachAsyncTask>::StayingTasks;
  template <std::same_as<std::vector<R>> T>
  operator T() const {
    detail::refuse_to_leave<T>();
  }
};

}  // namespace enginery
