// core/diagnosis/crash_stack.cpp: where a thread was when a fatal signal came.
//
// The process that crashed only walks its stack and finds the file of each frame, which needs neither lock nor memory
// (_dl_find_object; libgcc's unwinder uses it, too). Names are looked up in the files by another process.
#include "core/diagnosis/crash_stack.hpp"

#include <dlfcn.h>
#include <link.h>
#include <unistd.h>
#include <unwind.h>

#include <charconv>
#include <climits>
#include <cstdint>
#include <cstring>

namespace enginery::modules {
namespace {

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

}  // namespace

void prepare_crash_stack() {
  const ssize_t size = ::readlink("/proc/self/exe", own_file, sizeof own_file - 1);
  own_file[size > 0 ? size : 0] = '\0';
  char room[64];
  write_crash_stack(room);  // what it calls is bound now
}

std::size_t write_crash_stack(std::span<char> room) noexcept {
  Walk walk{room};
  _Unwind_Backtrace(&note_frame, &walk);
  return walk.size;
}

std::vector<CodePlace> read_crash_stack(std::string_view text) {
  std::vector<CodePlace> places;
  for (std::size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    const std::string_view line = text.substr(0, end);
    CodePlace place;
    const auto [rest, error] = std::from_chars(line.data(), line.data() + line.size(), place.offset, 16);
    if (error != std::errc() || rest == line.data() + line.size() || *rest != ' ') continue;
    place.file.assign(rest + 1, line.data() + line.size());
    places.push_back(std::move(place));
  }
  return places;
}

}  // namespace enginery::modules
