// engine/standard_streams.cpp: what tasks print with and read from, as it was before them.
//
// All of a C++ stream's state is in its object. So its bytes tell, at next to no cost, whether a task has changed it.
// The stream buffers are our own, one for each stream of C, and hold no text themselves: a stream can get its buffer
// back without a flush of the one that a task gave it. The library's own buffers would not do, since
// sync_with_stdio(false) destroys them and makes others. It does so once in a process; that is why it is called here,
// before any task.
//
// What C does not offer is taken from glibc: after fclose() the object of a standard stream still exists, closed, and
// freopen() opens it again; its orientation (bytes or wide characters) is then undecided again.
#include "engine/standard_streams.hpp"

#include <fcntl.h>
#include <locale.h>
#include <stdio_ext.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <ext/stdio_sync_filebuf.h>

#include <array>
#include <cerrno>
#include <clocale>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <cwchar>
#include <ios>
#include <iostream>
#include <locale>
#include <streambuf>
#include <string>

#include "core/processes/descriptor.hpp"

namespace enginery::engine {

/// put_back() makes the locales of C++, of C and of the main thread what they were when this was made.
///
/// Threads: the main thread.
class KeptLocales {
 public:
  void put_back() const {
    if (::uselocale(nullptr) != of_thread_) ::uselocale(of_thread_);
    if (std::locale() != global_) std::locale::global(global_);
    if (of_c_ != std::setlocale(LC_ALL, nullptr)) std::setlocale(LC_ALL, of_c_.c_str());
  }

 private:
  const std::locale global_;
  const std::string of_c_ = std::setlocale(LC_ALL, nullptr);
  const ::locale_t of_thread_ = ::uselocale(nullptr);
};

/// One of the eight standard streams. put_back() gives it the buffer, format and state that it had at the beginning.
///
/// Threads: the main thread.
template <class Stream>
class KeptStream {
  using Char = typename Stream::char_type;

 public:
  KeptStream(Stream& stream, std::basic_streambuf<Char>* buffer) : stream_(stream), buffer_(buffer) {
    if (stream.rdbuf() && !stream.bad()) stream.rdbuf()->pubsync();
    format_.copyfmt(stream_);
    put_back();
  }

  void put_back() {
    if (std::memcmp(bytes_.data(), static_cast<const void*>(&stream_), sizeof(Stream)) == 0) return;
    stream_.exceptions(std::ios_base::goodbit);  // that nothing here throws
    stream_.rdbuf(buffer_);
    stream_.copyfmt(format_);
    buffer_->pubimbue(format_.getloc());
    std::memcpy(bytes_.data(), static_cast<const void*>(&stream_), sizeof(Stream));
  }

 private:
  Stream& stream_;
  std::basic_streambuf<Char>* const buffer_;
  std::basic_ios<Char> format_{nullptr};
  std::array<std::byte, sizeof(Stream)> bytes_{};
};

/// stdin, stdout or stderr of C. put_back() gives it its descriptor, buffer and mode back. A task may have closed it,
/// opened a file in its place, given it another buffer, or made it a stream of wide characters; without put_back() it
/// would stay so for all later tasks.
///
/// Threads: the main thread. Asks the kernel for nothing while all is as it was.
class StandardFile {
 public:
  /// Its `buffer` of `size` bytes lives as long as the process; with none it is unbuffered.
  StandardFile(std::FILE*& variable, int descriptor, const char* mode, char* buffer, std::size_t size)
      : variable_(variable), file_(variable), descriptor_(descriptor), mode_(mode), buffer_(buffer), size_(size) {
    set_buffer();
  }

  /// Brings what is written to it to the descriptor. A buffer that a task gave it may be gone, so only the kernel reads
  /// that.
  void flush() const {
    const std::size_t pending = is_open() ? ::__fpending(file_) : 0;
    if (pending == 0) return;
    const bool unbuffered = ::__fbufsize(file_) <= 1;
    if (is_itself() || unbuffered) {
      std::fflush(file_);
      return;
    }
    if (::fwide(file_, 0) <= 0) {
      // Where this process would die, the kernel says EFAULT; and no sanitizer checks a system call by its number.
      const char* text = file_->_IO_write_base;
      for (const char* const end = text + pending; text < end;) {
        const long written = ::syscall(SYS_write, file_->_fileno, text, end - text);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) break;
        text += written;
      }
    }
    ::__fpurge(file_);
  }

  /// Makes it what it was at the beginning; what is still in it is dropped. True if its descriptor is now /dev/null:
  /// the caller is to put the right file there.
  bool put_back() const {
    variable_ = file_;
    if (::__fsetlocking(file_, FSETLOCKING_QUERY) != FSETLOCKING_INTERNAL) ::__fsetlocking(file_, FSETLOCKING_INTERNAL);
    if (is_itself() && file_->_mode <= 0) {
      file_->_mode = 0;  // the next task may choose between bytes and wide characters
      if (::ferror_unlocked(file_) || ::feof_unlocked(file_)) ::clearerr_unlocked(file_);
      return false;
    }
    const int error = errno;
    if (is_open()) ::__fpurge(file_);
    if (!std::freopen("/dev/null", mode_, file_)) {  // no descriptors are left: after the next task again
      errno = error;
      return false;
    }
    if (const int other = file_->_fileno; other != descriptor_) {
      ::dup2(other, descriptor_);
      file_->_fileno = descriptor_;
      ::close(other);
    }
    set_buffer();
    errno = error;
    return true;
  }

 private:
  bool is_open() const { return file_->_fileno >= 0; }

  /// Open, on its descriptor, and with its own buffer.
  bool is_itself() const {
    const bool reads = *mode_ == 'r';
    if (file_->_fileno != descriptor_ || (reads ? !::__freadable(file_) : !::__fwritable(file_))) return false;
    if (!buffer_) return ::__fbufsize(file_) <= 1;
    return file_->_IO_buf_base == buffer_ && ::__fbufsize(file_) == size_ && (::__flbf(file_) != 0) != reads;
  }

  void set_buffer() const {
    const bool lines = *mode_ == 'w';  // whose lines are live
    std::setvbuf(file_, buffer_, !buffer_ ? _IONBF : lines ? _IOLBF : _IOFBF, size_);
  }

  std::FILE*& variable_;   // which a task may set
  std::FILE* const file_;  // an object that is never freed, not even by fclose()
  const int descriptor_;
  const char* const mode_;
  char* const buffer_;
  const std::size_t size_;
};

namespace {

/// The buffers of C++'s streams for one stream of C. Never destroyed, since the streams are used until the very end.
struct Buffers {
  explicit Buffers(std::FILE* file) : narrow(file), wide(file) {}
  __gnu_cxx::stdio_sync_filebuf<char> narrow;
  __gnu_cxx::stdio_sync_filebuf<wchar_t> wide;

  static Buffers& of(std::FILE* file) {
    static auto* const in = new Buffers(stdin);
    static auto* const out = new Buffers(stdout);
    static auto* const err = new Buffers(stderr);
    return file == stdin ? *in : file == stdout ? *out : *err;
  }
};

/// A copy of descriptor 0, which is opened first if it is closed.
cluster::Descriptor copy_of_input() {
  if (::fcntl(STDIN_FILENO, F_GETFD) < 0) [[maybe_unused]]
    const int lowest = ::open("/dev/null", O_RDONLY);
  return cluster::Descriptor(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
}

char out_buffer[BUFSIZ], in_buffer[BUFSIZ];

}  // namespace

struct StandardStreams::State {
  const cluster::Descriptor input = copy_of_input();
  // Before the streams below: this call replaces the buffers that the streams begin with.
  const bool was_synchronised = std::ios_base::sync_with_stdio(false);
  const KeptLocales locales;
  StandardFile in{stdin, 0, "r", in_buffer, sizeof in_buffer};
  StandardFile out{stdout, 1, "w", out_buffer, sizeof out_buffer};
  StandardFile err{stderr, 2, "w", nullptr, 0};
  KeptStream<std::istream> cin{std::cin, &Buffers::of(stdin).narrow};
  KeptStream<std::ostream> cout{std::cout, &Buffers::of(stdout).narrow};
  KeptStream<std::ostream> cerr{std::cerr, &Buffers::of(stderr).narrow};
  KeptStream<std::ostream> clog{std::clog, &Buffers::of(stderr).narrow};
  KeptStream<std::wistream> wcin{std::wcin, &Buffers::of(stdin).wide};
  KeptStream<std::wostream> wcout{std::wcout, &Buffers::of(stdout).wide};
  KeptStream<std::wostream> wcerr{std::wcerr, &Buffers::of(stderr).wide};
  KeptStream<std::wostream> wclog{std::wclog, &Buffers::of(stderr).wide};
};

StandardStreams::StandardStreams() : state_(new State) { flush(); }
StandardStreams::~StandardStreams() = default;

void StandardStreams::flush() {
  State& state = *state_;
  const auto put_back = [](auto&... streams) { (streams.put_back(), ...); };
  put_back(state.cin, state.cout, state.cerr, state.clog, state.wcin, state.wcout, state.wcerr, state.wclog);
  state.locales.put_back();
  state.out.flush();
  state.err.flush();
}

bool StandardStreams::put_back(bool redirected) {
  if ((state_->in.put_back() || redirected) && state_->input) ::dup2(state_->input.get(), STDIN_FILENO);
  const bool out = state_->out.put_back(), err = state_->err.put_back();
  return out || err;
}

}  // namespace enginery::engine
