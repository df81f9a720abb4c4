// engine/last_words.hpp: what is still to be said when this process ends before its time.
#pragma once

#include <functional>

namespace enginery::engine {

/// While it lives: when a fatal signal (ABRT, SEGV, BUS, FPE, ILL) is about to end the process, or exit() or
/// quick_exit() was called, `speak` is called once, in the thread that the signal has interrupted; after a signal the
/// process then ends by it, as it would have. A signal that somebody else handles already, as a sanitizer, is left to
/// them. A forked child says nothing.
///
/// `speak` must be async-signal-safe. Requires: there is one of these in a process. Threads: the main thread, whose
/// overflown stack does not keep it from speaking.
class LastWords {
 public:
  enum class By : bool { signal, exit };
  explicit LastWords(std::function<void(By)> speak);
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;

 private:
  void* stack_;
};

}  // namespace enginery::engine
