// core/modules/elf_file.cpp: what an ELF file says about itself, read without mapping or trusting it.
//
// The file comes from a user, a network or a broken disk. Every offset in it is checked against the bytes that are
// there before it is used, every count is bounded by them, and texts are copied only up to a fixed length.
#include "core/modules/elf_file.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

namespace enginery::modules {
namespace {

constexpr std::size_t kLongestText = 4096;    // as PATH_MAX
constexpr std::size_t kMostLibraries = 1024;  // limits for garbage, not for plugins
constexpr std::uint16_t kMostSegments = 256;
constexpr std::uint32_t kAbiNote = 1;

#if defined(__x86_64__)
constexpr std::uint16_t kThisMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr std::uint16_t kThisMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr std::uint16_t kThisMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr std::uint16_t kThisMachine = EM_PPC64;
#else
#error "add this machine's e_machine"
#endif

std::string machine_name(std::uint16_t machine) {
  switch (machine) {
    case EM_X86_64:
      return "x86-64";
    case EM_386:
      return "i386";
    case EM_AARCH64:
      return "aarch64";
    case EM_ARM:
      return "arm";
    case EM_RISCV:
      return "riscv";
    case EM_PPC64:
      return "ppc64";
    case EM_S390:
      return "s390";
    default:
      return fmt::format("machine {}", machine);
  }
}

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {}

  ElfFile read() {
    check_header();
    read_segments();
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_NOTE) read_notes(segment);
      if (segment.p_type == PT_DYNAMIC) read_dynamic(segment);
    }
    return std::move(found_);
  }

 private:
  [[noreturn]] void refuse(const std::string& problem, const char* remedy) const {
    throw PluginLoadError(LoadStage::elf, file_, problem, remedy);
  }
  [[noreturn]] void refuse_truncated(const char* what) const {
    refuse(fmt::format("the file is truncated or damaged: its {} lies beyond its {} bytes", what, bytes_.size()),
           "Build or copy it again");
  }

  bool inside(std::uint64_t offset, std::uint64_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  /// A copy, since nothing in a file is aligned for certain.
  template <class T>
  T load(std::uint64_t offset, const char* what) const {
    if (!inside(offset, sizeof(T))) refuse_truncated(what);
    T object;
    std::memcpy(&object, bytes_.data() + offset, sizeof object);
    return object;
  }

  void check_header() {
    if (bytes_.size() < SELFMAG || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0) {
      refuse("this is not a shared object (no ELF header)", "Give the .so that enginery_add_plugin builds");
    }
    if (bytes_.size() < sizeof(Elf64_Ehdr)) refuse_truncated("header");
    header_ = load<Elf64_Ehdr>(0, "header");
    if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB) {
      refuse("this is not a 64-bit little-endian shared object",
             "Build it on the kind of machine that the engine runs on");
    }
    found_.machine = header_.e_machine;
    if (header_.e_machine != kThisMachine) {
      refuse(fmt::format("this is code for {}, and this machine is {}", machine_name(header_.e_machine),
                         machine_name(kThisMachine)),
             "Build it on the kind of machine that the engine runs on");
    }
    if (header_.e_type != ET_DYN) {
      refuse(header_.e_type == ET_REL ? "this is an object file, not a shared object" : "this is not a shared object",
             "Link it with enginery_add_plugin or `g++ -shared`");
    }
    if (header_.e_phentsize != sizeof(Elf64_Phdr)) {
      refuse("its program headers have an unknown size", "Build it again with the system's linker");
    }
    // Sections are not needed to load, but they end the file: without them, the end is missing.
    const std::uint64_t sections = std::uint64_t{header_.e_shnum} * header_.e_shentsize;
    if (header_.e_shoff != 0 && !inside(header_.e_shoff, sections)) refuse_truncated("section table");
  }

  void read_segments() {
    const std::uint64_t table = std::uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr);
    if (!inside(header_.e_phoff, table)) refuse_truncated("program header table");
    if (header_.e_phnum > kMostSegments) refuse("it has too many segments", "Build it again: the file is damaged");
    bool loads = false;
    for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
      const auto segment = load<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr), "program header");
      if (!inside(segment.p_offset, segment.p_filesz)) refuse_truncated("segment");
      loads = loads || segment.p_type == PT_LOAD;
      segments_.push_back(segment);
    }
    if (!loads) refuse("it has nothing to load", "Build it again: it holds debug information only, or is damaged");
  }

  void read_notes(const Elf64_Phdr& segment) {
    const std::uint64_t alignment = segment.p_align == 8 ? 8 : 4;
    const auto padded = [alignment](std::uint64_t size) { return (size + alignment - 1) / alignment * alignment; };
    std::uint64_t at = segment.p_offset;
    const std::uint64_t end = segment.p_offset + segment.p_filesz;  // checked: no overflow
    while (end - at >= sizeof(Elf64_Nhdr)) {
      const auto note = load<Elf64_Nhdr>(at, "note");
      const std::uint64_t name_at = at + sizeof(Elf64_Nhdr);
      const std::uint64_t content_at = name_at + padded(note.n_namesz);
      const std::uint64_t next = content_at + padded(note.n_descsz);
      if (content_at > end || note.n_descsz > end - content_at) return;  // a note that does not end: none follows
      on_note(note.n_type, text(name_at, note.n_namesz), content_at, note.n_descsz);
      if (next >= end) return;
      at = next;
    }
  }

  void on_note(std::uint32_t type, const std::string& owner, std::uint64_t offset, std::uint64_t size) {
    if (owner == "GNU" && type == NT_GNU_BUILD_ID && size <= 64) {
      found_.build_id.hex.clear();
      for (std::uint64_t i = 0; i < size; ++i) {
        found_.build_id.hex += fmt::format("{:02x}", std::to_integer<unsigned>(bytes_[offset + i]));
      }
    }
    if (owner == "enginery" && type == kAbiNote) found_.abi_tag = text(offset, size);
  }

  void read_dynamic(const Elf64_Phdr& segment) {
    std::uint64_t table = 0;
    std::vector<std::pair<std::int64_t, std::uint64_t>> names;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      const auto entry = load<Elf64_Dyn>(segment.p_offset + at, "dynamic section");
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE)) {
        refuse("this is an executable, which cannot be loaded",
               "Build it with enginery_add_plugin or enginery_add_program");
      }
      if (entry.d_tag == DT_STRTAB) table = entry.d_un.d_ptr;
      if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME || entry.d_tag == DT_RPATH ||
          entry.d_tag == DT_RUNPATH) {
        names.emplace_back(entry.d_tag, entry.d_un.d_val);
      }
      if (names.size() > kMostLibraries) refuse("it needs too many libraries", "Build it again: the file is damaged");
    }
    if (names.empty()) return;
    const std::optional<std::uint64_t> strings = offset_of(table);
    if (!strings) refuse_truncated("string table");
    for (const auto& [tag, index] : names) {
      if (index > bytes_.size() || *strings + index >= bytes_.size()) refuse_truncated("string table");
      std::string name = text(*strings + index, kLongestText);
      if (tag == DT_NEEDED) found_.needed.push_back(std::move(name));
      if (tag == DT_SONAME) found_.soname = std::move(name);
      if (tag == DT_RPATH) found_.rpath = std::move(name);
      if (tag == DT_RUNPATH) found_.runpath = std::move(name);
    }
  }

  /// Where in the file the byte of that virtual address is.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const {
    for (const Elf64_Phdr& segment : segments_) {
      if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz) {
        return segment.p_offset + (address - segment.p_vaddr);
      }
    }
    return std::nullopt;
  }

  /// At most `longest` bytes at `offset`, up to the first zero.
  std::string text(std::uint64_t offset, std::uint64_t longest) const {
    if (offset >= bytes_.size()) return {};
    longest = std::min<std::uint64_t>({longest, bytes_.size() - offset, kLongestText});
    const char* start = reinterpret_cast<const char*>(bytes_.data()) + offset;
    return std::string(start, strnlen(start, longest));
  }

  std::span<const std::byte> bytes_;
  const std::string& file_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
  ElfFile found_;
};

}  // namespace

ElfFile ElfFile::read(std::span<const std::byte> bytes, const std::string& file) { return Reader(bytes, file).read(); }

}  // namespace enginery::modules
