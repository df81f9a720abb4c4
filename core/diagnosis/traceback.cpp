// core/diagnosis/traceback.cpp: a stack in words.
//
// Functions are named by the symbols of their file, and lines found by its debug information, which libdw reads. That
// is opened with dlopen, RTLD_LOCAL, when a line is first wanted: linked, libdw and what it needs would be in the
// global scope of every engine and of every program, before what these load themselves. Only what is in the file itself
// is read: no other file is sought, and no server is asked for one.
#include "core/diagnosis/traceback.hpp"

#ifdef ENGINERY_LIBDW
#include <dlfcn.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <libelf.h>
#include <sys/stat.h>
#endif

#include <algorithm>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/modules/symbol_table.hpp"
#include "core/processes/descriptor.hpp"

namespace enginery::modules {
namespace {

#ifdef ENGINERY_LIBDW
/// What is larger is left alone: the debug information is read into memory, since a linker may write to the file, and a
/// mapping would end this process then.
constexpr off_t kMostBytes = off_t{512} << 20;
constexpr unsigned kCompilationFolder = 0x1b;  // DW_AT_comp_dir

/// The functions of libdw that are used here.
struct Libdw {
  void* const file = ::dlopen(ENGINERY_LIBDW, RTLD_NOW | RTLD_LOCAL);
  bool complete = file != nullptr;
  decltype(&::elf_version) version = find("elf_version");
  decltype(&::elf_begin) open_file = find("elf_begin");
  decltype(&::elf_end) close_file = find("elf_end");
  decltype(&::dwarf_begin_elf) begin = find("dwarf_begin_elf");
  decltype(&::dwarf_end) end = find("dwarf_end");
  decltype(&::dwarf_addrdie) unit_at = find("dwarf_addrdie");
  decltype(&::dwarf_nextcu) next_unit = find("dwarf_nextcu");
  decltype(&::dwarf_offdie) die_at = find("dwarf_offdie");
  decltype(&::dwarf_haspc) has_code = find("dwarf_haspc");
  decltype(&::dwarf_getsrc_die) line_at = find("dwarf_getsrc_die");
  decltype(&::dwarf_linesrc) source_of = find("dwarf_linesrc");
  decltype(&::dwarf_lineno) number_of = find("dwarf_lineno");
  decltype(&::dwarf_attr) attribute_of = find("dwarf_attr");
  decltype(&::dwarf_formstring) text_of = find("dwarf_formstring");

  static const Libdw& get() {
    static const Libdw library;
    return library;
  }

 private:
  /// An address that becomes a pointer to whatever function is expected there.
  struct Found {
    void* address;
    template <class F>
    operator F*() const {
      return reinterpret_cast<F*>(address);
    }
  };
  Found find(const char* name) {
    void* const address = complete ? ::dlsym(file, name) : nullptr;
    complete = address != nullptr;
    return {address};
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

/// The lines of one file of code. It knows none where the file has no debug information in it, or where this host has
/// no libdw.
class SourceLines {
 public:
  explicit SourceLines(const std::string& file) : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    struct stat status;
    if (!libdw_.complete || !descriptor_ || ::fstat(descriptor_.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
        status.st_size > kMostBytes)
      return;
    if (libdw_.version(EV_CURRENT) != EV_NONE) elf_ = libdw_.open_file(descriptor_.get(), ELF_C_READ, nullptr);
    if (elf_) dwarf_ = libdw_.begin(elf_, DWARF_C_READ, nullptr);
  }
  ~SourceLines() {
    if (dwarf_) libdw_.end(dwarf_);
    if (elf_) libdw_.close_file(elf_);
  }

  /// "/home/you/norms.cpp:12" for the code so many bytes behind where the file is mapped; empty if it is not known.
  std::string at(std::uint64_t offset) const {
    Dwarf_Die unit;
    if (!dwarf_ || !find_unit(libdw_, dwarf_, offset, unit)) return "";
    Dwarf_Line* const line = libdw_.line_at(&unit, offset);
    int number = 0;
    if (!line || libdw_.number_of(line, &number) != 0 || number <= 0) return "";
    const char* const source = libdw_.source_of(line, nullptr, nullptr);
    if (!source) return "";
    // As the compiler was told: perhaps seen from where it ran.
    std::filesystem::path path(source);
    Dwarf_Attribute folder;
    if (path.is_relative() && libdw_.attribute_of(&unit, kCompilationFolder, &folder))
      if (const char* const text = libdw_.text_of(&folder)) path = text / path;
    return fmt::format("{}:{}", path.lexically_normal().string(), number);
  }

 private:
  const Libdw& libdw_ = Libdw::get();
  const cluster::Descriptor descriptor_;
  Elf* elf_ = nullptr;
  Dwarf* dwarf_ = nullptr;
};
#else
struct SourceLines {
  explicit SourceLines(const std::string&) {}
  std::string at(std::uint64_t) const { return ""; }
};
#endif

bool starts_with_one_of(std::string_view text, std::initializer_list<std::string_view> starts) {
  return std::ranges::any_of(starts, [text](std::string_view start) { return text.starts_with(start); });
}

bool is_machinery(std::string_view function) {
  return starts_with_one_of(
             function,
             {"enginery::tasks::", "enginery::engine::", "enginery::tools::", "enginery::Function::", "__cxa_throw"}) ||
         function == "main" || function.find("enginery::detail::ErasedCall<") != function.npos;
}

/// Between two functions of the user's, or within one of the library's own: not worth a line.
bool is_between(std::string_view function) {
  return starts_with_one_of(
      short_name(function),
      {"enginery::evaluator::", "std::__invoke", "std::invoke", "std::apply", "std::__apply_impl", "std::visit",
       "std::__do_visit", "std::__detail::__variant::", "std::function::", "std::_Function_handler", "std::thread::_"});
}

/// The name in the source, as people write it.
std::string readable(const std::string& symbol) {
  static constexpr std::string_view kString =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  std::string name = symbol.empty() ? "" : demangle(symbol.c_str());
  replace_all(name, kString, "std::string");
  return name.substr(0, name.find(" [clone "));
}

}  // namespace

bool lines_are_read() noexcept {
#ifdef ENGINERY_LIBDW
  return Libdw::get().complete;
#else
  return false;
#endif
}

std::string traceback(std::span<const CodePlace> stack, bool cut, Exactness exactness) {
  std::map<std::string, SymbolTable> tables;
  std::map<std::string, SourceLines> sources;
  std::vector<std::string> lines;
  bool inside = false;  // of what the machinery has called
  for (auto place = stack.rbegin(); place != stack.rend(); ++place) {
    const std::string function = readable(
        place->symbol.empty() ? tables.try_emplace(place->file, place->file).first->second.function_at(place->offset)
                              : place->symbol);
    if (is_machinery(function)) {
      if (!std::exchange(inside, true)) lines.clear();
      continue;
    }
    if (is_between(function)) continue;
    const std::string file = std::filesystem::path(place->file).filename().string();
    std::string line = function.empty() ? fmt::format("  at {}", file) : fmt::format("  at {} in {}", function, file);
    const std::string source = exactness == Exactness::line
                                   ? sources.try_emplace(place->file, place->file).first->second.at(place->offset)
                                   : "";
    if (!source.empty())
      line += fmt::format(" ({})", source);
    else if (function.empty() || exactness == Exactness::line)
      line += fmt::format("+{:#x}", place->offset);
    lines.push_back(std::move(line));
    if (function == "abort") break;  // the frames inside of abort() say nothing
  }
  std::string text = cut && !inside ? fmt::format("  (the innermost {} of more)", stack.size()) : "";
  for (std::size_t first = 0; first < lines.size();) {
    std::size_t end = first + 1;
    while (end < lines.size() && lines[end] == lines[first]) ++end;
    if (!text.empty()) text += '\n';
    text += lines[first];
    if (end - first > 1) text += fmt::format(" ({} times)", end - first);
    first = end;
  }
  return text;
}

}  // namespace enginery::modules
