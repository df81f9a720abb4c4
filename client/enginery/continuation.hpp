// client/enginery/continuation.hpp: what is to be done once a result is there.
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <enginery/export.hpp>

namespace enginery {

/// A function object of one's own that is called once, as std::function<void()> without its header.
class ENGINERY_API Continuation {
 public:
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Continuation> && std::is_invocable_v<std::decay_t<F>&>)
      Continuation(F&& work)
      : work_(new std::decay_t<F>(std::forward<F>(work))), run_(&run<std::decay_t<F>>), drop_(&drop<std::decay_t<F>>) {}
  Continuation(Continuation&& other) noexcept
      : work_(std::exchange(other.work_, nullptr)), run_(other.run_), drop_(other.drop_) {}
  Continuation& operator=(Continuation&&) = delete;
  ~Continuation() {
    if (work_) drop_(work_);
  }

  void operator()() { run_(work_); }

 private:
  template <class F>
  static void run(void* work) {
    (*static_cast<F*>(work))();
  }
  template <class F>
  static void drop(void* work) {
    delete static_cast<F*>(work);
  }

  void* work_;
  void (*run_)(void*);
  void (*drop_)(void*);
};

}  // namespace enginery
