// engine/captured_stream.cpp: what is written to one of the process' standard descriptors.
//
// The text of a task must survive in three situations: while a reader takes it from the pipe, at the end of the task,
// and when the process is dying. A signal handler cannot allocate and cannot follow a vector that moves. So the text
// lies in one mapping of the largest size, whose pages the kernel gives only when they are written, and the two sizes
// that spill() takes are atomic; what was told it reads once the reader tells nothing any more. Text beyond the limit
// is read into one last piece, again and again: it is streamed, but not kept.
#include "engine/captured_stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <ctime>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::engine {

/// Of a task that printed more, the memory is given back when the task ends.
constexpr std::size_t kHeld = std::size_t{1} << 20;
/// Milliseconds for which a process that is ending waits for a log that takes nothing.
constexpr int kLastPatience = 1000;
/// More than any pipe of ours holds, so that a child that writes for ever does not hold up the end.
constexpr std::size_t kMostPieces = 4;
/// Milliseconds for which a task waits for a slow log.
constexpr int kLogPatience = 100;

[[noreturn]] static void fail(const char* what) {
  throw Error("OSError", fmt::format("cannot capture what tasks print: {}: {}; raise `ulimit -n` or end some processes",
                                     what, std::strerror(errno)));
}

/// Device and inode of an open file; zeros if there is none.
static std::pair<std::uint64_t, std::uint64_t> file_at(int descriptor) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

std::string_view write_all(int fd, std::string_view text, int patience_ms) noexcept {
  while (!text.empty()) {
    pollfd file{fd, POLLOUT, 0};
    const int ready = ::poll(&file, 1, patience_ms);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return text;
    // After POLLOUT a pipe takes PIPE_BUF bytes without waiting.
    const ssize_t written = ::write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (written <= 0) return text;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return text;
}

CapturedStream::CapturedStream(int descriptor) : descriptor_(descriptor) {
  log_ = cluster::Descriptor(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
  if (!log_) log_ = cluster::Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  auto [reading, writing] = cluster::Pipe::open();
  if (!reading) fail("pipe2");
  reading_ = std::move(reading);
  writing_ = std::move(writing);
  ::fcntl(reading_.get(), F_SETFL, O_NONBLOCK);
  pipe_ = file_at(writing_.get());
  void* const memory =
      ::mmap(nullptr, kKept + kPiece, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) fail("mmap");
  text_ = static_cast<char*>(memory);
  if (::dup2(writing_.get(), descriptor) < 0) {
    ::munmap(text_, kKept + kPiece);
    fail("dup2");
  }
}

void CapturedStream::recapture() {
  if (file_at(descriptor_) != pipe_) ::dup2(writing_.get(), descriptor_);
  if ((::fcntl(descriptor_, F_GETFL) & O_NONBLOCK) != 0) ::fcntl(descriptor_, F_SETFL, O_WRONLY);
}

CapturedStream::~CapturedStream() {
  release();
  spill([](std::string_view) {});
  ::munmap(text_, kKept + kPiece);
}

std::size_t CapturedStream::waiting() const {
  int bytes = 0;
  return ::ioctl(reading_.get(), FIONREAD, &bytes) == 0 && bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

std::string_view CapturedStream::read_into(std::span<char> buffer) const {
  for (;;) {
    const ssize_t got = ::read(reading_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
  }
}

std::size_t CapturedStream::read(std::size_t most) {
  const std::size_t room = (end_ < kKept ? kKept : kKept + kPiece) - end_;
  const std::string_view piece = read_into({text_ + end_, std::min({most, kPiece, room})});
  if (piece.empty()) return 0;
  within_line_ = piece.back() != '\n';
  end_ += piece.size();
  if (end_ <= kKept) {
    kept_.store(end_, std::memory_order_release);
  } else {
    unkept_ += piece.size();
    unkept_piece_.store(end_ - kKept, std::memory_order_release);
  }
  return piece.size();
}

bool CapturedStream::tells() noexcept {
  telling_ = true;
  if (spilling_) telling_ = false;
  return telling_;
}

void CapturedStream::told() {
  told_ = end_ = std::min(end_, kKept);
  telling_ = false;
}

std::string CapturedStream::take() {
  const std::size_t kept = std::min(end_, kKept);
  if (kept == 0) return {};
  std::string text(text_, kept);
  if (unkept_ > 0)
    text += fmt::format("\n[enginery: {} bytes more were streamed, but a result keeps the first {} only]\n", unkept_,
                        kKept);
  if (kept > kHeld) ::madvise(text_, kKept, MADV_DONTNEED);
  told_ = end_ = 0;
  unkept_ = 0;
  kept_.store(0, std::memory_order_relaxed);
  unkept_piece_.store(0, std::memory_order_relaxed);
  within_line_ = false;
  return text;
}

void CapturedStream::write_log(std::string_view text) noexcept {
  if (missed_ > 0) {
    char note[128];
    const auto end =
        fmt::format_to_n(note, sizeof note, "\n[enginery: the log took nothing, {} bytes are missing]\n", missed_);
    if (!write_all(log_.get(), {note, std::min(end.size, sizeof note)}, 0).empty()) {
      missed_ += text.size();
      return;
    }
    missed_ = 0;
  }
  missed_ += write_all(log_.get(), text, kLogPatience).size();
}

void CapturedStream::release() noexcept { ::dup2(log_.get(), descriptor_); }

void CapturedStream::spill(const std::function<void(std::string_view)>& on_untold) noexcept {
  // The reader's thread goes on while a signal handler runs, and only one of both may tell the text. The wait has a
  // limit because the reader may be the thread that has crashed.
  spilling_ = true;
  constexpr timespec kMillisecond{0, 1'000'000};
  for (int i = 0; i < 100 && telling_; ++i) ::nanosleep(&kMillisecond, nullptr);
  const std::size_t kept = kept_.exchange(0), told = std::min(told_, kept);
  write_all(log_.get(), {text_, kept}, kLastPatience);
  on_untold({text_ + told, kept - told});
  // Of the text that was not kept, the last piece: it tells why the process dies.
  write_all(log_.get(), {text_ + kKept, unkept_piece_.exchange(0)}, kLastPatience);
  for (std::size_t pieces = 0; pieces < kMostPieces; ++pieces) {
    const std::string_view piece = read_into({text_ + kKept, kPiece});
    if (piece.empty()) return;
    write_all(log_.get(), piece, kLastPatience);
    on_untold(piece);
  }
}

}  // namespace enginery::engine
