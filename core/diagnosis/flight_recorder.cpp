// core/diagnosis/flight_recorder.cpp: what an engine did last, readable after any death.
//
// The record is a mapped file: the kernel keeps what was written to it, however the process ends, so nothing need be
// done at the end. A crash adds the stack. The process that crashed only walks it and finds the file of each frame,
// which needs neither lock nor memory (_dl_find_object; libgcc's unwinder uses it, too). The process that reads the
// record looks up the names.
//
// A process may end between any two writes, and the record must be right then, too. So a task begins with one write, of
// `runs`, and what is written before that one means nothing without it: which session's task it is, and that no item
// has begun. Afterwards the session's own `begun` follows, for the time when the task has ended; the reader takes what
// is larger. A place changes its session while its `begun` is 0, which means that there is none.
#include "core/diagnosis/flight_recorder.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <climits>
#include <cstring>
#include <span>
#include <vector>

#include "core/diagnosis/traceback.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::cluster {

struct FlightRecorder::Session {
  Uuid session;
  std::atomic<std::uint64_t> begun;  // seq of its last task; 0 if nobody has this place
  std::uint64_t turn;                // how many tasks of all sessions had begun then
};

struct FlightRecorder::Record {
  static constexpr std::uint64_t kMagic = 0x327467696c666e65;  // "enfligt2"
  static constexpr std::size_t kName = 256, kWords = 4096, kStack = 8192, kSessions = 64;
  static constexpr std::uint64_t kNoItem = ~std::uint64_t{0};

  std::uint64_t magic;
  std::atomic<std::uint64_t> runs;  // seq of the task that runs; 0 if none does
  std::uint64_t place;              // in `sessions`, of that task's session
  std::atomic<std::uint64_t> item;
  std::uint64_t turn;
  std::atomic<std::uint32_t> has_dropped;  // 1: a session that may live has lost its place to another
  std::uint32_t name_size;
  Session sessions[kSessions];
  char name[kName];
  std::uint64_t written;  // words ever; the last kWords of them are here, byte i at i % kWords
  char words[kWords];
  std::uint64_t stack_size;
  char stack[kStack];
};

namespace {

constexpr std::size_t kLastLines = 8, kCrashFrames = 48;

char own_file[PATH_MAX];  // the dynamic linker has no name for the program itself

struct Walk {
  std::span<char> room;
  std::size_t size = 0;
  bool interrupted = false;  // what comes first are the handler's own frames
  std::size_t frames = 0;

  /// A whole line or nothing.
  void add(std::uint64_t offset, const char* file) {
    char digits[16];
    std::size_t count = 0;
    do digits[count++] = "0123456789abcdef"[offset & 15];
    while ((offset >>= 4) != 0);
    const std::size_t length = std::strlen(file);
    if (count + length + 2 > room.size() - size) return;
    while (count > 0) room[size++] = digits[--count];
    room[size++] = ' ';
    std::memcpy(&room[size], file, length);
    size += length;
    room[size++] = '\n';
  }
};

_Unwind_Reason_Code note_frame(_Unwind_Context* context, void* pointer) {
  Walk& walk = *static_cast<Walk*>(pointer);
  int before_instruction = 0;
  std::uintptr_t address = _Unwind_GetIPInfo(context, &before_instruction);
  if (before_instruction) walk.interrupted = true;
  if (!walk.interrupted) return _URC_NO_REASON;
  if (!before_instruction) --address;  // the address of a return may be the next function's first
  dl_find_object found;
  if (_dl_find_object(reinterpret_cast<void*>(address), &found) == 0) {
    const char* const name = found.dlfo_link_map->l_name;
    walk.add(address - found.dlfo_link_map->l_addr, *name ? name : own_file);
  }
  return ++walk.frames < kCrashFrames ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

/// Writes where the thread was that a signal has interrupted, a line for each frame, innermost first: "1f40 /lib/f.so".
/// What has no room is left out. Gives the size. Async-signal-safe. Requires: called in the signal's handler.
std::size_t write_crash_stack(std::span<char> room) noexcept {
  Walk walk{room};
  _Unwind_Backtrace(&note_frame, &walk);
  return walk.size;
}

/// What was written there; lines that are none are left out.
std::vector<modules::CodePlace> read_crash_stack(std::string_view text) {
  std::vector<modules::CodePlace> places;
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    const std::string_view line = text.substr(0, end);
    modules::CodePlace place;
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), place.offset, 16);
    if (error != std::errc() || rest == line.data() + line.size() || *rest != ' ') continue;
    place.file.assign(rest + 1, line.data() + line.size());
    places.push_back(std::move(place));
  }
  return places;
}

/// The last lines of a text that may begin within one.
std::string last_lines(const std::string& text, bool begins_within_line) {
  std::size_t start = text.size();
  for (std::size_t lines = 0; start > 0; --start)
    if (text[start - 1] == '\n' && start != text.size() && ++lines == kLastLines) break;
  if (start == 0 && begins_within_line) start = std::min(text.find('\n'), text.size() - 1) + 1;
  return text.substr(start);
}

}  // namespace

void prepare_crash_stack() {
  const ssize_t size = ::readlink("/proc/self/exe", own_file, sizeof own_file - 1);
  own_file[size > 0 ? size : 0] = '\0';
  char room[64];
  write_crash_stack(room);  // what it calls is bound now
}

std::filesystem::path FlightRecorder::place(const std::filesystem::path& directory, const Uuid& engine) {
  return directory / ("r-" + engine.text());
}

FlightRecorder::FlightRecorder(const std::filesystem::path& file) {
  const Descriptor memory(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  // Room is taken now: a full disk would end the process when it records.
  if (!memory || ::posix_fallocate(memory.get(), 0, sizeof(Record)) != 0) return;
  void* const at = ::mmap(nullptr, sizeof(Record), PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (at == MAP_FAILED) return;
  record_ = static_cast<Record*>(at);
  record_->magic = Record::kMagic;
}

FlightRecorder::~FlightRecorder() {
  if (record_) ::munmap(record_, sizeof(Record));
}

FlightRecorder::Session& FlightRecorder::place_of(const Uuid& session) noexcept {
  if (last_ && last_->session == session) return *last_;
  const auto found = std::ranges::find(record_->sessions, session, &Session::session);
  if (found != std::end(record_->sessions)) return *found;
  Session& place = *std::ranges::min_element(record_->sessions, {}, &Session::turn);
  if (place.begun.load(std::memory_order_relaxed) != 0) record_->has_dropped.store(1, std::memory_order_release);
  place.begun.store(0, std::memory_order_release);
  std::atomic_signal_fence(std::memory_order_seq_cst);  // the compiler does not name the new session before
  place.session = session;
  return place;
}

void FlightRecorder::task_begins(const Uuid& session, std::uint64_t seq) noexcept {
  if (!record_) return;
  Session& place = place_of(session);
  record_->place = static_cast<std::uint64_t>(&place - record_->sessions);
  record_->item.store(Record::kNoItem, std::memory_order_relaxed);
  record_->name_size = 0;
  record_->written = 0;
  record_->runs.store(seq, std::memory_order_release);
  place.begun.store(seq, std::memory_order_release);
  place.turn = ++record_->turn;
  last_ = &place;
}

void FlightRecorder::task_is(std::string_view name) noexcept {
  if (!record_) return;
  const std::size_t size = std::min(name.size(), Record::kName);
  std::memcpy(record_->name, name.data(), size);
  record_->name_size = static_cast<std::uint32_t>(size);
}

void FlightRecorder::item_begins(std::size_t item) noexcept {
  if (record_) record_->item.store(item, std::memory_order_relaxed);
}

void FlightRecorder::task_ends() noexcept {
  if (!record_) return;
  record_->runs.store(0, std::memory_order_release);
  record_->written = 0;  // what an engine dies of between tasks is not the last task's doing
}

void FlightRecorder::session_ends(const Uuid& session) noexcept {
  if (!record_) return;
  const auto found = std::ranges::find(record_->sessions, session, &Session::session);
  if (found == std::end(record_->sessions)) return;
  found->begun.store(0, std::memory_order_release);
  found->turn = 0;  // the first to be taken
}

void FlightRecorder::add(std::string_view words) noexcept {
  if (!record_) return;
  if (words.size() > Record::kWords) {
    record_->written += words.size() - Record::kWords;
    words.remove_prefix(words.size() - Record::kWords);
  }
  const std::size_t at = record_->written % Record::kWords, first = std::min(words.size(), Record::kWords - at);
  std::memcpy(record_->words + at, words.data(), first);
  std::memcpy(record_->words, words.data() + first, words.size() - first);
  record_->written += words.size();
}

void FlightRecorder::crashed() noexcept {
  if (record_) record_->stack_size = write_crash_stack(record_->stack);
}

std::optional<messages::LastMoments> FlightRecorder::take(const std::filesystem::path& file) {
  const Descriptor memory(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!memory) return std::nullopt;
  ::unlink(file.c_str());
  Record record;
  if (::pread(memory.get(), static_cast<void*>(&record), sizeof record, 0) != sizeof record ||
      record.magic != Record::kMagic)
    return std::nullopt;
  messages::LastMoments last;
  const std::uint64_t runs = record.place < Record::kSessions ? record.runs.load(std::memory_order_acquire) : 0;
  if (runs != 0) {
    const std::size_t size = std::min<std::size_t>(record.name_size, Record::kName);
    last.running =
        messages::LastMoments::Task{record.sessions[record.place].session, runs, std::string(record.name, size)};
    if (const std::uint64_t item = record.item.load(std::memory_order_relaxed); item != Record::kNoItem)
      last.running->item = item;
  }
  for (std::size_t i = 0; i < Record::kSessions; ++i) {
    const std::uint64_t begun = record.sessions[i].begun.load(std::memory_order_relaxed);
    const std::uint64_t seq = i == record.place ? std::max(begun, runs) : begun;
    if (seq != 0) last.begun.push_back({record.sessions[i].session, seq});
  }
  last.begun_is_all = record.has_dropped.load(std::memory_order_relaxed) == 0;
  const std::size_t kept = std::min<std::uint64_t>(record.written, Record::kWords);
  std::string words(kept, '\0');
  for (std::size_t i = 0; i < kept; ++i) words[i] = record.words[(record.written - kept + i) % Record::kWords];
  last.words = last_lines(words, record.written > Record::kWords);
  const std::string_view stack(record.stack, std::min<std::uint64_t>(record.stack_size, Record::kStack));
  const std::vector<modules::CodePlace> places = read_crash_stack(stack);
  last.traceback = modules::traceback(places, places.size() == kCrashFrames, modules::Exactness::line);
  return last;
}

}  // namespace enginery::cluster
