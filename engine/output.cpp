// engine/output.cpp: what tasks write to stdout and stderr, told apart from what the engine says.
//
// Text is captured where all of it passes: at the descriptors, which printf, std::cout, libraries in C and child
// processes share. A thread reads the pipes while a task runs, so no task waits for room, and its text is live. At the
// task's end the main thread puts the standard streams back as they were, flushes them, and takes what is still in the
// pipes, under the same mutex. So nothing that was written before the end is missing, and nothing is left for the next
// task.
//
// When the process dies, text may be in three places: in stdio's buffers, which are lost (except after exit()), in the
// pipes, and in the memory of the task's text. LastWords brings the text of the latter two to the log. The reader must
// not be on the way from a pipe to the memory then; hence `busy_` and `dying_`: each side sets its own before it looks
// at the other's.
#include "engine/output.hpp"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <iterator>
#include <utility>
#include <vector>

// Sanitizers, if there are any, report to the log, because they end the process without calling any handler.
extern "C" void __sanitizer_set_report_fd(void* fd) __attribute__((weak));

namespace enginery::engine {

using wire::Stream;

constexpr Stream kStreams[] = {Stream::out, Stream::err};
/// After text was told, later text waits so long for more, so that lines share messages.
constexpr std::chrono::duration<int, std::milli> kCompany(1);
/// Milliseconds for which a dying process waits for its reader.
constexpr int kBusyPatience = 100;

/// C++'s own two of the functions below, of a filebuf for an open descriptor.
constexpr std::string_view kOpenOfDescriptor = "_ZNSt12__basic_fileIcE8sys_openEiSt13_Ios_Openmode";
constexpr std::string_view kOpenOfFile = "_ZNSt12__basic_fileIcE8sys_openEP8_IO_FILESt13_Ios_Openmode";
/// The functions by which code gives a descriptor another file or other properties, or closes it.
const std::vector<std::string_view> kRedirections = {
    "close",       "dup2",      "dup3",    "fclose",    "fcntl",           "fcntl64",
    "ioctl",       "freopen",   "daemon",  "pclose",    "closedir",        "closefrom",
    "close_range", "freopen64", "forkpty", "login_tty", kOpenOfDescriptor, kOpenOfFile};

static cluster::Descriptor epoll_of(int first, int second) {
  cluster::Descriptor both(::epoll_create1(EPOLL_CLOEXEC));
  for (const int fd : {first, second}) {
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(both.get(), EPOLL_CTL_ADD, fd, &event);
  }
  return both;
}

Output::Output(OnPiece on_piece, ImportWatch::Own own)
    : on_piece_(std::move(on_piece)),
      redirections_(kRedirections, own),
      waiting_(epoll_of(out_.reading(), err_.reading())),
      stop_(::eventfd(0, EFD_CLOEXEC)) {
  if (__sanitizer_set_report_fd) __sanitizer_set_report_fd(reinterpret_cast<void*>(std::intptr_t{err_.log()}));
  reader_ = std::thread([this] { read(); });
}

Output::~Output() {
  streams_.flush();
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(stop_.get(), &one, sizeof one);
  reader_.join();
  if (__sanitizer_set_report_fd) __sanitizer_set_report_fd(reinterpret_cast<void*>(std::intptr_t{STDERR_FILENO}));
}

void Output::begin(const Uuid& session, std::uint64_t seq) {
  streams_.flush();  // a thread that outlived its task may have left text in a buffer
  std::string late[std::size(kStreams)];
  bool marked = false;
  ++busy_;
  {
    const std::lock_guard lock(mutex_);
    epoll_event events[2];
    if (::epoll_wait(waiting_.get(), events, 2, 0) > 0)
      for (const Stream which : kStreams) take_late(which, late[static_cast<std::size_t>(which)]);
    if (!task_has_run_) put_back();  // plugins may have changed them at the start
    task_ = Task{session, seq};
    marked = std::exchange(task_has_run_, true);
  }
  for (const Stream which : kStreams) write_late(which, late[static_cast<std::size_t>(which)], marked);
  --busy_;
}

void Output::put_back() {
  const bool redirected = redirections_.found();
  if (streams_.put_back(redirected) || redirected)
    for (const Stream which : kStreams) stream(which).recapture();
}

void Output::take_late(Stream which, std::string& late) {
  char buffer[4096];
  for (std::size_t left = stream(which).waiting(); left > 0;) {
    const std::string_view piece = stream(which).read_into({buffer, std::min(left, sizeof buffer)});
    if (piece.empty()) return;
    late += piece;
    left -= piece.size();
  }
}

void Output::write_late(Stream which, std::string_view text, bool mark) {
  if (text.empty()) return;
  Late& state = late(which);
  const std::lock_guard lock(state.writing);
  if (!mark) return stream(which).write_log(text);
  std::string marked;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end == std::string_view::npos ? end : end + 1);
    if (!state.within_line) marked += kLate;
    marked += line;
    state.within_line = line.back() != '\n';
    text.remove_prefix(line.size());
  }
  stream(which).write_log(marked);
}

Output::Texts Output::end() {
  streams_.flush();
  const std::lock_guard lock(mutex_);
  drain();
  put_back();
  tell_all(true);
  task_.reset();
  return {out_.take(), err_.take()};
}

void Output::catch_up(const std::function<void()>& then) {
  const std::lock_guard lock(mutex_);
  if (task_) {
    drain();
    tell_all();
  }
  then();
}

void Output::drain() {
  epoll_event events[2];
  if (::epoll_wait(waiting_.get(), events, 2, 0) <= 0) return;
  ++busy_;
  for (const Stream which : kStreams) {
    // Only what is there now: a process that the task started may go on writing for ever.
    for (std::size_t left = stream(which).waiting(); left > 0 && !dying_;) {
      const std::size_t got = stream(which).read(left);
      if (got == 0) break;
      left -= got;
      tell(which);
    }
  }
  --busy_;
}

void Output::tell(Stream which, bool last) {
  CapturedStream& from = stream(which);
  std::string_view text = from.untold();
  const bool ends_a_line = last && from.within_line();
  if (text.empty() && !ends_a_line) return;
  if (!from.tells()) return;
  do {
    const std::string_view piece = text.substr(0, wire::kLargestPrinted);
    text.remove_prefix(piece.size());
    on_piece_({which, task_->session, task_->seq, ends_a_line && text.empty(), piece});
  } while (!text.empty());
  from.told();
}

void Output::tell_all(bool last) {
  for (const Stream which : kStreams) tell(which, last);
}

int Output::tell_in_time() {
  const std::lock_guard lock(mutex_);
  if (out_.untold().empty() && err_.untold().empty()) return -1;
  if (Clock::now() - told_at_ < kCompany) return kCompany.count();
  tell_all();
  told_at_ = Clock::now();
  return -1;
}

void Output::read() {
  pollfd watched[] = {{out_.reading(), POLLIN, 0}, {err_.reading(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  for (int patience = -1; !dying_; patience = tell_in_time()) {
    if (::poll(watched, 3, patience) <= 0) continue;
    if (watched[2].revents) return;
    for (const Stream which : kStreams)
      if (watched[static_cast<std::size_t>(which)].revents) take_some(which);
  }
}

void Output::take_some(Stream which) {
  char buffer[CapturedStream::kPiece];
  std::string_view nobodys;
  bool marked = false;
  ++busy_;
  {
    const std::lock_guard lock(mutex_);
    if (dying_) {
      // spill() takes it.
    } else if (!task_) {
      nobodys = stream(which).read_into(buffer);
      marked = task_has_run_;
    } else {
      stream(which).read(CapturedStream::kPiece);
      if (stream(which).untold().size() >= wire::kLargestPrinted) tell(which);
    }
  }
  write_late(which, nobodys, marked);  // without the mutex
  --busy_;
}

void Output::spill(const std::function<void(wire::Stream, std::string_view)>& on_untold) noexcept {
  dying_ = true;
  for (int waited = 0; busy_ > 0 && waited < kBusyPatience; ++waited) ::poll(nullptr, 0, 1);
  for (const Stream which : kStreams) {
    stream(which).release();
    stream(which).spill([&](std::string_view text) { on_untold(which, text); });
  }
}

void LiveOutput::publish(const Output::Piece& piece) {
  publish({engine_, ++number_, piece.stream, piece.session, piece.seq, {}, piece.last, piece.text});
}

void LiveOutput::mark(const Uuid& mark) {
  publish({.engine = engine_, .number = ++number_, .session = {}, .mark = mark, .text = {}});
}

void LiveOutput::publish(const wire::Printed& printed) try {
  publisher_.publish(wire::encode(printed));
} catch (const std::exception&) {
  // Without memory the text is lost; subscribers notice by its number.
}

}  // namespace enginery::engine
