// engine/standard_file.cpp: stdin, stdout or stderr of C, as it was before a task.
//
// What C does not offer is taken from glibc: after fclose() the object of a standard stream is still there, closed, and
// freopen() opens it again, also as one that is neither of bytes nor of wide characters yet.
#include "engine/standard_file.hpp"

#include <fcntl.h>
#include <stdio_ext.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cwchar>

namespace enginery::engine {

StandardFile::StandardFile(std::FILE*& variable, int descriptor, const char* mode, char* buffer, std::size_t size)
    : variable_(variable), file_(variable), descriptor_(descriptor), mode_(mode), buffer_(buffer), size_(size) {
  set_buffer();
}

void StandardFile::set_buffer() const {
  const bool lines = *mode_ == 'w';  // whose lines are live
  std::setvbuf(file_, buffer_, !buffer_ ? _IONBF : lines ? _IOLBF : _IOFBF, size_);
}

bool StandardFile::is_open() const { return file_->_fileno >= 0; }

bool StandardFile::is_itself() const {
  const bool reads = *mode_ == 'r';
  if (file_->_fileno != descriptor_ || (reads ? !::__freadable(file_) : !::__fwritable(file_))) return false;
  if (!buffer_) return ::__fbufsize(file_) <= 1;
  return file_->_IO_buf_base == buffer_ && ::__fbufsize(file_) == size_ && (::__flbf(file_) != 0) != reads;
}

void StandardFile::flush() const {
  const std::size_t pending = is_open() ? ::__fpending(file_) : 0;
  if (pending == 0) return;
  const bool unbuffered = ::__fbufsize(file_) <= 1;
  if (is_itself() || unbuffered) {
    std::fflush(file_);
    return;
  }
  if (::fwide(file_, 0) <= 0) {
    // The kernel says EFAULT where this process would die, and no sanitizer looks first.
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

bool StandardFile::put_back() const {
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

}  // namespace enginery::engine
