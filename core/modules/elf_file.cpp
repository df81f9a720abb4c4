// core/modules/elf_file.cpp: what an ELF file says about itself, read without mapping or trusting it.
//
// The file comes from a user, a network or a broken disk. Every offset in it is checked against the bytes that are
// there before it is used, every count is bounded by them, and texts are copied only up to a fixed length.
#include "core/modules/elf_file.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/modules/plugin_file.hpp"
#include "core/modules/processor.hpp"

namespace enginery::modules {
namespace {

// Limits for garbage, not for plugins.
constexpr std::uint16_t kMostSegments = 256;
constexpr std::size_t kMostLibraries = 1024, kMostSets = 256, kLongestBuildId = 64;
constexpr std::uint32_t kAbiNote = 1, kCompilerNote = 2, kProcessorNote = 3;

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
  constexpr std::pair<std::uint16_t, const char*> kNames[] = {
      {EM_X86_64, "x86-64"}, {EM_386, "i386"},    {EM_AARCH64, "aarch64"}, {EM_ARM, "arm"},
      {EM_RISCV, "riscv"},   {EM_PPC64, "ppc64"}, {EM_S390, "s390"},
  };
  for (const auto& [number, name] : kNames)
    if (number == machine) return name;
  return fmt::format("machine {}", machine);
}

/// Takes what decides whether the file may be loaded from its notes and its dynamic section.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& file) : image_(bytes, file) {}

  ElfFile read() {
    for (const Elf64_Phdr& segment : image_.segments()) {
      if (segment.p_type == PT_NOTE)
        for (const ElfNote& note :
             read_notes(image_.bytes().subspan(segment.p_offset, segment.p_filesz), segment.p_align))
          on_note(note);
      if (segment.p_type == PT_DYNAMIC) read_dynamic(segment);
    }
    return std::move(found_);
  }

 private:
  void on_note(const ElfNote& note) {
    if (auto build_id = note.build_id()) found_.build_id = *std::move(build_id);
    if (ElfNote::text(note.owner) != "enginery") return;
    const std::string text = ElfNote::text(note.content);
    if (note.type == kAbiNote) found_.abi_tag = text;
    if (note.type == kCompilerNote) found_.built_by = text;
    if (note.type == kProcessorNote)  // there may be several, of sources with options of their own
      for (std::string& set : missing(instruction_sets(text), found_.instruction_sets))
        if (found_.instruction_sets.size() < kMostSets) found_.instruction_sets.push_back(std::move(set));
  }

  void read_dynamic(const Elf64_Phdr& segment) {
    std::uint64_t table = 0;
    std::vector<std::pair<std::int64_t, std::uint64_t>> names;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      const auto entry = image_.load<Elf64_Dyn>(segment.p_offset + at, "dynamic section");
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE))
        image_.refuse("this is an executable, which cannot be loaded",
                      "Build it with enginery_add_plugin or enginery_add_program");
      if (entry.d_tag == DT_STRTAB) table = entry.d_un.d_ptr;
      if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME || entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH)
        names.emplace_back(entry.d_tag, entry.d_un.d_val);
      if (names.size() > kMostLibraries)
        image_.refuse("it needs too many libraries", "Build it again: the file is damaged");
    }
    if (names.empty()) return;
    const std::optional<std::uint64_t> strings = image_.offset_of(table);
    if (!strings) image_.refuse_truncated("string table");
    for (const auto& [tag, index] : names) {
      if (index > image_.bytes().size() || *strings + index >= image_.bytes().size())
        image_.refuse_truncated("string table");
      std::string name = image_.text(*strings + index);
      if (tag == DT_NEEDED) found_.needed.push_back(std::move(name));
      if (tag == DT_SONAME) found_.soname = std::move(name);
      if (tag == DT_RPATH) found_.rpath = std::move(name);
      if (tag == DT_RUNPATH) found_.runpath = std::move(name);
    }
  }

  ElfImage image_;
  ElfFile found_;
};

}  // namespace

ElfFile ElfFile::read(std::span<const std::byte> bytes, const std::string& file) { return Reader(bytes, file).read(); }

ElfFile ElfFile::of(const std::string& path) {
  const PluginFile file = PluginFile::read(path);
  return read(file.bytes.span(), path);
}

void ElfFile::require_build_id(const std::string& file) const {
  if (build_id.empty())
    throw PluginLoadError(LoadStage::elf, file, "it has no build-id, by which its code is known",
                          "Link it with -Wl,--build-id=sha1, as enginery_add_plugin does");
}

ElfImage::ElfImage(std::span<const std::byte> bytes, const std::string& file) : bytes_(bytes), file_(file) {
  if (bytes_.size() < SELFMAG || std::memcmp(bytes_.data(), ELFMAG, SELFMAG) != 0)
    refuse("this is not a shared object (no ELF header)", "Give the .so that enginery_add_plugin builds");
  header_ = load<Elf64_Ehdr>(0, "header");
  check_header();
  read_segments();
}

void ElfImage::refuse(const std::string& problem, const char* remedy) const {
  throw PluginLoadError(LoadStage::elf, file_, problem, remedy);
}
void ElfImage::refuse_truncated(const char* what) const {
  refuse(fmt::format("the file is truncated or damaged: its {} lies beyond its {} bytes", what, bytes_.size()),
         "Build or copy it again");
}

void ElfImage::check_header() const {
  constexpr const char* kOtherKind = "Build it on the kind of machine that the engine runs on";
  if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB)
    refuse("this is not a 64-bit little-endian shared object", kOtherKind);
  if (header_.e_machine != kThisMachine)
    refuse(fmt::format("this is code for {}, and this machine is {}", machine_name(header_.e_machine),
                       machine_name(kThisMachine)),
           kOtherKind);
  if (header_.e_type != ET_DYN)
    refuse(header_.e_type == ET_REL ? "this is an object file, not a shared object" : "this is not a shared object",
           "Link it with enginery_add_plugin or `g++ -shared`");
  if (header_.e_phentsize != sizeof(Elf64_Phdr))
    refuse("its program headers have an unknown size", "Build it again with the system's linker");
  // Sections are not needed to load, but they end the file: without them, the end is missing.
  const std::uint64_t sections = std::uint64_t{header_.e_shnum} * header_.e_shentsize;
  if (header_.e_shoff != 0 && !inside(header_.e_shoff, sections)) refuse_truncated("section table");
}

void ElfImage::read_segments() {
  const std::uint64_t table = std::uint64_t{header_.e_phnum} * sizeof(Elf64_Phdr);
  if (!inside(header_.e_phoff, table)) refuse_truncated("program header table");
  if (header_.e_phnum > kMostSegments) refuse("it has too many segments", "Build it again: the file is damaged");
  for (std::uint64_t i = 0; i < header_.e_phnum; ++i) {
    const auto segment = load<Elf64_Phdr>(header_.e_phoff + i * sizeof(Elf64_Phdr), "program header");
    if (!inside(segment.p_offset, segment.p_filesz)) refuse_truncated("segment");
    segments_.push_back(segment);
  }
  if (std::ranges::find(segments_, Elf64_Word{PT_LOAD}, &Elf64_Phdr::p_type) == segments_.end())
    refuse("it has nothing to load", "Build it again: it holds debug information only, or is damaged");
}

std::optional<std::uint64_t> ElfImage::offset_of(std::uint64_t address) const {
  for (const Elf64_Phdr& segment : segments_)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);
  return std::nullopt;
}

std::string ElfImage::text(std::uint64_t offset) const {
  return offset < bytes_.size() ? ElfNote::text(bytes_.subspan(offset)) : std::string();
}

std::string ElfNote::text(std::span<const std::byte> bytes) {
  const char* const start = reinterpret_cast<const char*>(bytes.data());
  return std::string(start, strnlen(start, std::min(bytes.size(), ElfImage::kLongestText)));
}

std::optional<BuildId> ElfNote::build_id() const {
  if (type != NT_GNU_BUILD_ID || content.size() > kLongestBuildId || text(owner) != "GNU") return std::nullopt;
  const std::span digits(reinterpret_cast<const unsigned char*>(content.data()), content.size());
  return BuildId{fmt::format("{:02x}", fmt::join(digits, ""))};
}

std::vector<ElfNote> read_notes(std::span<const std::byte> segment, std::uint64_t alignment) {
  const std::uint64_t unit = alignment == 8 ? 8 : 4;
  const auto padded = [unit](std::uint64_t size) { return (size + unit - 1) / unit * unit; };
  std::vector<ElfNote> notes;
  while (segment.size() >= sizeof(Elf64_Nhdr)) {
    Elf64_Nhdr note;
    std::memcpy(&note, segment.data(), sizeof note);
    segment = segment.subspan(sizeof note);
    const std::uint64_t content_at = padded(note.n_namesz);
    if (content_at > segment.size() || note.n_descsz > segment.size() - content_at) break;
    notes.push_back({note.n_type, segment.first(note.n_namesz), segment.subspan(content_at, note.n_descsz)});
    segment = segment.subspan(std::min<std::uint64_t>(content_at + padded(note.n_descsz), segment.size()));
  }
  return notes;
}

}  // namespace enginery::modules
