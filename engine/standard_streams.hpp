// engine/standard_streams.hpp: what tasks print with and read from, as it was before them.
#pragma once

#include <memory>

namespace enginery::engine {

/// std::cin, cout, cerr, clog and their wide brothers, stdin, stdout and stderr, and the locales of C++, of C and of
/// the thread. They are noted when this is made, and are then again what they were after flush() and put_back(),
/// whatever a task did to them. A buffer that a task gave them is not touched: it may be gone.
///
/// From then on std::ios::sync_with_stdio(false) does nothing: what is printed in both ways stays in order.
///
/// Threads: the main thread. Asks the kernel for nothing while all is as it was, and nothing is to be flushed.
class StandardStreams {
 public:
  StandardStreams();
  ~StandardStreams();
  StandardStreams(const StandardStreams&) = delete;
  StandardStreams& operator=(const StandardStreams&) = delete;

  /// Puts back the streams of C++ and the locales, then brings what is written to the descriptors.
  void flush();
  /// Puts back those of C, and if it may be `redirected`, what descriptor 0 reads. True if another descriptor may be
  /// /dev/null now.
  bool put_back(bool redirected);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace enginery::engine
