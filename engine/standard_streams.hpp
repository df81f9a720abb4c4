// engine/standard_streams.hpp: what tasks print with and read from, as it was before them.
#pragma once

#include <memory>

namespace enginery::engine {

/// std::cin, cout, cerr, clog and their wide counterparts, stdin, stdout and stderr, and the locales of C++, of C and
/// of the thread. Their state is noted when this is made; flush() and put_back() restore it, whatever a task did. A
/// buffer that a task gave them is not touched, since it may be gone.
///
/// From then on std::ios::sync_with_stdio(false) does nothing: what is printed in both ways stays in order.
///
/// Threads: the main thread. Asks the kernel for nothing while all is as it was, and nothing is to be flushed.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();

  /// Puts back the streams of C++ and the locales, then brings what is written to the descriptors.
  void flush();
  /// Puts back the streams of C; if a task may have `redirected` descriptors, also what descriptor 0 reads. True if
  /// descriptor 1 or 2 may be /dev/null now.
  bool put_back(bool redirected);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace enginery::engine
