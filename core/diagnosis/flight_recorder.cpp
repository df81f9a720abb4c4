// core/diagnosis/flight_recorder.cpp: what an engine did last, readable after any death.
#include "core/diagnosis/flight_recorder.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/diagnosis/crash_stack.hpp"
#include "core/diagnosis/traceback.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::cluster {

struct FlightRecorder::Record {
  static constexpr std::uint64_t kMagic = 0x317467696c666e65;  // "enfligt1"
  static constexpr std::size_t kName = 256, kWords = 4096, kStack = 8192;

  std::uint64_t magic;
  std::atomic<std::uint32_t> runs;  // what follows is complete while this is 1
  std::uint32_t name_size;
  std::uint64_t seq;
  Uuid session;
  char name[kName];
  std::uint64_t written;  // words ever; the last kWords of them are here, byte i at i % kWords
  char words[kWords];
  std::uint64_t stack_size;
  char stack[kStack];
};

namespace {

constexpr std::size_t kLastLines = 8;

/// The last lines of a text that may begin within one.
std::string last_lines(const std::string& text, bool begins_within_line) {
  std::size_t start = text.size();
  for (std::size_t lines = 0; start > 0; --start)
    if (text[start - 1] == '\n' && start != text.size() && ++lines == kLastLines) break;
  if (start == 0 && begins_within_line) start = std::min(text.find('\n'), text.size() - 1) + 1;
  return text.substr(start);
}

}  // namespace

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

void FlightRecorder::task_begins(const Uuid& session, std::uint64_t seq) noexcept {
  if (!record_) return;
  record_->session = session;
  record_->seq = seq;
  record_->name_size = 0;
  record_->written = 0;
  record_->runs.store(1, std::memory_order_release);
}

void FlightRecorder::task_is(std::string_view name) noexcept {
  if (!record_) return;
  const std::size_t size = std::min(name.size(), Record::kName);
  std::memcpy(record_->name, name.data(), size);
  record_->name_size = static_cast<std::uint32_t>(size);
}

void FlightRecorder::task_ends() noexcept {
  if (!record_) return;
  record_->runs.store(0, std::memory_order_release);
  record_->written = 0;  // an engine that dies between tasks is no matter of the one before
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
  if (record_) record_->stack_size = modules::write_crash_stack(record_->stack);
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
  if (record.runs.load(std::memory_order_acquire) == 1) {
    const std::size_t size = std::min<std::size_t>(record.name_size, Record::kName);
    last.running = messages::LastMoments::Task{record.session, record.seq, std::string(record.name, size)};
  }
  const std::size_t kept = std::min<std::uint64_t>(record.written, Record::kWords);
  std::string words(kept, '\0');
  for (std::size_t i = 0; i < kept; ++i) words[i] = record.words[(record.written - kept + i) % Record::kWords];
  last.words = last_lines(words, record.written > Record::kWords);
  const std::string_view stack(record.stack, std::min<std::uint64_t>(record.stack_size, Record::kStack));
  const std::vector<modules::CodePlace> places = modules::read_crash_stack(stack);
  last.traceback = modules::traceback(places, places.size() == modules::kCrashFrames, modules::Exactness::line);
  return last;
}

}  // namespace enginery::cluster
