// core/modules/elf_file.cpp: what an ELF file says about itself, read without mapping or trusting it.
//
// The file comes from a user, a network or a broken disk. Every offset in it is checked against the bytes that are
// there before it is used, every count is bounded by them, and texts are copied only up to a fixed length.
#include "core/modules/elf_file.hpp"

#include <utility>

#include <fmt/format.h>

#include "core/modules/elf_image.hpp"
#include "core/modules/processor.hpp"

namespace enginery::modules {
namespace {

constexpr std::size_t kMostLibraries = 1024, kMostSets = 256;  // limits for garbage, not for plugins
constexpr std::uint32_t kAbiNote = 1, kCompilerNote = 2, kProcessorNote = 3;

class Reader {
 public:
  Reader(std::span<const std::byte> bytes, const std::string& file) : image_(bytes, file) {}

  ElfFile read() {
    found_.machine = image_.header().e_machine;
    for (const Elf64_Phdr& segment : image_.segments()) {
      if (segment.p_type == PT_NOTE) read_notes(segment);
      if (segment.p_type == PT_DYNAMIC) read_dynamic(segment);
    }
    return std::move(found_);
  }

 private:
  void read_notes(const Elf64_Phdr& segment) {
    const std::uint64_t alignment = segment.p_align == 8 ? 8 : 4;
    const auto padded = [alignment](std::uint64_t size) { return (size + alignment - 1) / alignment * alignment; };
    std::uint64_t at = segment.p_offset;
    const std::uint64_t end = segment.p_offset + segment.p_filesz;  // checked: no overflow
    while (end - at >= sizeof(Elf64_Nhdr)) {
      const auto note = image_.load<Elf64_Nhdr>(at, "note");
      const std::uint64_t name_at = at + sizeof(Elf64_Nhdr);
      const std::uint64_t content_at = name_at + padded(note.n_namesz);
      const std::uint64_t next = content_at + padded(note.n_descsz);
      if (content_at > end || note.n_descsz > end - content_at) return;  // a note that does not end: none follows
      on_note(note.n_type, image_.text(name_at, note.n_namesz), content_at, note.n_descsz);
      if (next >= end) return;
      at = next;
    }
  }

  void on_note(std::uint32_t type, const std::string& owner, std::uint64_t offset, std::uint64_t size) {
    if (owner == "GNU" && type == NT_GNU_BUILD_ID && size <= 64) {
      found_.build_id.hex.clear();
      for (std::uint64_t i = 0; i < size; ++i) {
        found_.build_id.hex += fmt::format("{:02x}", std::to_integer<unsigned>(image_.bytes()[offset + i]));
      }
    }
    if (owner != "enginery") return;
    if (type == kAbiNote) found_.abi_tag = image_.text(offset, size);
    if (type == kCompilerNote) found_.built_by = image_.text(offset, size);
    if (type == kProcessorNote)  // there may be several, of sources with options of their own
      for (std::string& set : missing(instruction_sets(image_.text(offset, size)), found_.instruction_sets))
        if (found_.instruction_sets.size() < kMostSets) found_.instruction_sets.push_back(std::move(set));
  }

  void read_dynamic(const Elf64_Phdr& segment) {
    std::uint64_t table = 0;
    std::vector<std::pair<std::int64_t, std::uint64_t>> names;
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
      const auto entry = image_.load<Elf64_Dyn>(segment.p_offset + at, "dynamic section");
      if (entry.d_tag == DT_NULL) break;
      if (entry.d_tag == DT_FLAGS_1 && (entry.d_un.d_val & DF_1_PIE)) {
        image_.refuse("this is an executable, which cannot be loaded",
                      "Build it with enginery_add_plugin or enginery_add_program");
      }
      if (entry.d_tag == DT_STRTAB) table = entry.d_un.d_ptr;
      if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME || entry.d_tag == DT_RPATH ||
          entry.d_tag == DT_RUNPATH) {
        names.emplace_back(entry.d_tag, entry.d_un.d_val);
      }
      if (names.size() > kMostLibraries)
        image_.refuse("it needs too many libraries", "Build it again: the file is damaged");
    }
    if (names.empty()) return;
    const std::optional<std::uint64_t> strings = image_.offset_of(table);
    if (!strings) image_.refuse_truncated("string table");
    for (const auto& [tag, index] : names) {
      if (index > image_.bytes().size() || *strings + index >= image_.bytes().size())
        image_.refuse_truncated("string table");
      std::string name = image_.text(*strings + index, ElfImage::kLongestText);
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

}  // namespace enginery::modules
