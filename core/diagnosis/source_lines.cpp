// core/diagnosis/source_lines.cpp: which line of which source code came from, by a file's debug information.
//
// libdw is opened with dlopen, RTLD_LOCAL: linked, it and what it needs would be in the global scope of every engine
// and of every program, before what these load themselves. Only what is in the file itself is read: no other file is
// sought, and no server is asked for one.
#include "core/diagnosis/source_lines.hpp"

#include <fmt/format.h>

#ifdef ENGINERY_LIBDW
#include <dlfcn.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <libelf.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/processes/descriptor.hpp"
#endif

namespace enginery::modules {

#ifdef ENGINERY_LIBDW
namespace {

/// What is larger is left alone: the debug information is read into memory, since a linker may write to the file, and a
/// mapping would end this process then.
constexpr off_t kMostBytes = off_t{512} << 20;
constexpr unsigned kCompilationFolder = 0x1b;  // DW_AT_comp_dir

/// The functions of libdw that are used here.
struct Libdw {
  decltype(&::elf_version) version = nullptr;
  decltype(&::elf_begin) open_file = nullptr;
  decltype(&::elf_end) close_file = nullptr;
  decltype(&::dwarf_begin_elf) begin = nullptr;
  decltype(&::dwarf_end) end = nullptr;
  decltype(&::dwarf_addrdie) unit_at = nullptr;
  decltype(&::dwarf_nextcu) next_unit = nullptr;
  decltype(&::dwarf_offdie) die_at = nullptr;
  decltype(&::dwarf_haspc) has_code = nullptr;
  decltype(&::dwarf_getsrc_die) line_at = nullptr;
  decltype(&::dwarf_linesrc) source_of = nullptr;
  decltype(&::dwarf_lineno) number_of = nullptr;
  decltype(&::dwarf_attr) attribute_of = nullptr;
  decltype(&::dwarf_formstring) text_of = nullptr;
  bool complete = false;

  static const Libdw& get() {
    static const Libdw library;
    return library;
  }

 private:
  Libdw() {
    void* const file = ::dlopen(ENGINERY_LIBDW, RTLD_NOW | RTLD_LOCAL);
    if (!file) return;
    const auto find = [&]<class F>(F& function, const char* name) {
      function = reinterpret_cast<F>(::dlsym(file, name));
      return function != nullptr;
    };
    complete = find(version, "elf_version") && find(open_file, "elf_begin") && find(close_file, "elf_end") &&
               find(begin, "dwarf_begin_elf") && find(end, "dwarf_end") && find(unit_at, "dwarf_addrdie") &&
               find(next_unit, "dwarf_nextcu") && find(die_at, "dwarf_offdie") && find(has_code, "dwarf_haspc") &&
               find(line_at, "dwarf_getsrc_die") && find(source_of, "dwarf_linesrc") &&
               find(number_of, "dwarf_lineno") && find(attribute_of, "dwarf_attr") && find(text_of, "dwarf_formstring");
  }
};

/// The compilation unit that has code there. clang writes no index of them.
bool find_unit(const Libdw& libdw, Dwarf* dwarf, std::uint64_t offset, Dwarf_Die& unit) {
  if (libdw.unit_at(dwarf, offset, &unit)) return true;
  std::size_t header = 0;
  for (Dwarf_Off at = 0, next = 0; libdw.next_unit(dwarf, at, &next, &header, nullptr, nullptr, nullptr) == 0;
       at = next)
    if (libdw.die_at(dwarf, at + header, &unit) && libdw.has_code(&unit, offset) == 1) return true;
  return false;
}

}  // namespace

struct SourceLines::Debug {
  explicit Debug(const std::string& file) : descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat status;
    if (!libdw.complete || !descriptor || ::fstat(descriptor.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > kMostBytes)
      return;
    if (libdw.version(EV_CURRENT) != EV_NONE) elf = libdw.open_file(descriptor.get(), ELF_C_READ, nullptr);
    if (elf) dwarf = libdw.begin(elf, DWARF_C_READ, nullptr);
  }
  ~Debug() {
    if (dwarf) libdw.end(dwarf);
    if (elf) libdw.close_file(elf);
  }
  Debug(const Debug&) = delete;
  Debug& operator=(const Debug&) = delete;

  const Libdw& libdw = Libdw::get();
  const cluster::Descriptor descriptor;
  Elf* elf = nullptr;
  Dwarf* dwarf = nullptr;
};

SourceLines::SourceLines(const std::string& file) : debug_(std::make_unique<Debug>(file)) {}

std::string SourceLines::at(std::uint64_t offset) const {
  const Libdw& libdw = debug_->libdw;
  Dwarf_Die unit;
  if (!debug_->dwarf || !find_unit(libdw, debug_->dwarf, offset, unit)) return "";
  Dwarf_Line* const line = libdw.line_at(&unit, offset);
  int number = 0;
  if (!line || libdw.number_of(line, &number) != 0 || number <= 0) return "";
  const char* const source = libdw.source_of(line, nullptr, nullptr);
  if (!source) return "";
  // As the compiler was told: perhaps seen from where it ran.
  std::filesystem::path path(source);
  Dwarf_Attribute folder;
  if (path.is_relative() && libdw.attribute_of(&unit, kCompilationFolder, &folder))
    if (const char* const text = libdw.text_of(&folder)) path = text / path;
  return fmt::format("{}:{}", path.lexically_normal().string(), number);
}

bool SourceLines::are_read() noexcept { return Libdw::get().complete; }
#else
struct SourceLines::Debug {};
SourceLines::SourceLines(const std::string&) {}
std::string SourceLines::at(std::uint64_t) const { return ""; }
bool SourceLines::are_read() noexcept { return false; }
#endif

SourceLines::~SourceLines() = default;

}  // namespace enginery::modules
