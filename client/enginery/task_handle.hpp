// client/enginery/task_handle.hpp: one task on one engine: what is known of it, and what its result becomes.
#pragma once

#include <concepts>
#include <cstdint>
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
#include <enginery/durations.hpp>
#include <enginery/export.hpp>
#include <enginery/value.hpp>

namespace enginery {

class Pending;

/// Seconds, for time-outs: 0.5, 100ms, 2min.
using Seconds = std::chrono::duration<double>;

/// `pending` until the outcome is here.
enum class Status : std::uint8_t { pending, ok, error, aborted };
ENGINERY_API const char* to_string(Status status) noexcept;

/// ipyparallel's keys. Times are UTC; those that have not come yet are absent. A snapshot: it changes until the result
/// is there.
struct Metadata {
  using Time = std::optional<std::chrono::system_clock::time_point>;

  std::vector<std::string> after, follow;  ///< msg_ids that this task waits for
  Time submitted, started, completed, received;
  int engine_id = -1;
  std::string engine_uuid, msg_id, label;
  std::string build_id;  ///< of the code that ran
  std::string error;     ///< "ename: evalue", empty unless status is error or aborted
  std::string execute_input, execute_result;
  std::string out, err;  ///< what the task printed
  Status status = Status::pending;
};

/// As a dict, its keys in alphabetical order.
ENGINERY_API std::ostream& operator<<(std::ostream&, const Metadata&);

/// One of the tasks of a result. Copies are the same task. Threads: all functions from any.
class ENGINERY_API TaskHandle {
 public:
  explicit TaskHandle(std::shared_ptr<const Pending> task) : task_(std::move(task)) {}

  bool ready() const;
  /// Whether it is ready within `timeout`, for ever without one. Never throws what the task threw.
  bool wait(std::optional<Seconds> timeout = std::nullopt) const;
  /// Each waits first. Throws RemoteError, EngineDied, TaskAborted, SessionLost, …: what became of the task.
  Value value() const;
  /// What value() would throw; null when the task succeeded. Waits first.
  std::exception_ptr error() const;
  /// As it is now; complete once the result is there.
  Metadata metadata() const;
  /// Asks that the task not run, or stop; returns at once. Its outcome still comes.
  void abort() const;
  std::string msg_id() const;
  int engine_id() const;
  std::string label() const;

 private:
  std::shared_ptr<const Pending> task_;
};

/// A function object of one's own that is called once, as std::function<void()> without its header.
class ENGINERY_API Continuation {
 public:
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Continuation> && std::is_invocable_v<std::decay_t<F>&>)
      Continuation(F&& work)
      : work_(new std::decay_t<F>(std::forward<F>(work)), [](void* own) { delete static_cast<std::decay_t<F>*>(own); }),
        run_([](void* own) { (*static_cast<std::decay_t<F>*>(own))(); }) {}

  void operator()() { run_(work_.get()); }

 private:
  std::unique_ptr<void, void (*)(void*)> work_;
  void (*run_)(void*);

 public:
  /// For the library's own: runs in the thread that brings the result. It must be quick, and not wait.
  bool at_once = false;
};

namespace detail {

/// What a value that is decoded was got as, for the error when it is of another type.
enum class Origin { variable, result };

/// For a catch block: throws the current error again, with the name of the variable or task before its message.
[[noreturn]] ENGINERY_API void rethrow_for(Origin origin, std::string_view name);

/// `value` as a T. TypeError, ValueError or OverflowError that names the variable, or the task of the result.
template <class T>
T decode_as(const Value& value, Origin origin, std::string_view name) {
  require_decodable<T>();
  if constexpr (Decodable<T>) try {
      return Codec<T>::decode(value);
    } catch (const Error&) {
      rethrow_for(origin, name);
    }
}

/// How the result of the task `label` becomes an object, and how that ends.
struct Decoding {
  void* (*decode)(const Value& value, std::string_view label);
  void (*destroy)(void* object);
};
template <class T>
inline constexpr Decoding kDecoding{[](const Value& value, std::string_view label) -> void* {
                                      return new T(decode_as<T>(value, Origin::result, label));
                                    },
                                    [](void* object) { delete static_cast<T*>(object); }};

}  // namespace detail

}  // namespace enginery
