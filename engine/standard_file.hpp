// engine/standard_file.hpp: stdin, stdout or stderr of C, as it was before a task.
#pragma once

#include <cstddef>
#include <cstdio>

namespace enginery::engine {

/// Knows one of the three by its descriptor, its buffer and its mode, and gives them back: a task may have closed it,
/// opened a file in its place, given it another buffer, or made it a stream of wide characters, each of which would be
/// so for all later tasks.
///
/// Threads: the main thread. Asks the kernel for nothing while all is as it was.
class StandardFile {
 public:
  /// Its `buffer` of `size` bytes lives as long as the process; with none it is unbuffered.
  StandardFile(std::FILE*& variable, int descriptor, const char* mode, char* buffer, std::size_t size);

  /// Brings what is written to it to the descriptor. A buffer that is not its own may be gone: the kernel is asked to
  /// look into that.
  void flush() const;
  /// As at the beginning; what is still in it is dropped. True if its descriptor is now /dev/null, for the caller to
  /// put the right file there.
  bool put_back() const;

 private:
  bool is_open() const;
  /// Open, on its descriptor, and with its own buffer.
  bool is_itself() const;
  void set_buffer() const;

  std::FILE*& variable_;   // which a task may set
  std::FILE* const file_;  // an object that is never freed, not even by fclose()
  const int descriptor_;
  const char* const mode_;
  char* const buffer_;
  const std::size_t size_;
};

}  // namespace enginery::engine
