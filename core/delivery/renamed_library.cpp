// core/delivery/renamed_library.cpp: a library of which another build has the name, under a name of its own.
//
// All names of a shared object are in one table of zero-terminated texts, and everything that means one holds its
// offset. A name of the same length is written over the old one, so nothing moves. But a linker lets a text that is the
// end of another share its bytes, and two that are equal are one: so everything that has a name is visited, and when
// something else would change, too, the file is refused.
//
// What a compiler makes unique in the process (STB_GNU_UNIQUE: statics of inline functions, inline variables) would be
// that of the build that came first. In the copy it is weak: the copy and what needs it have their own.
//
// The hash that stands with the name of a library's base version is left as it is: nothing is ever bound to that.
#include "core/delivery/renamed_library.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/delivery/content_hash.hpp"
#include "core/modules/elf_file.hpp"
#include "core/modules/library_search.hpp"
#include "core/modules/library_symbol.hpp"
#include "core/modules/mapped_code.hpp"

namespace enginery::modules {
namespace {

constexpr int kMostTries = 1000;
constexpr const char* kRemedy =
    "Restart the engine to have the new one, or link the library statically into each module";

/// Whatever asks for a library of that name, here or later, means another.
bool means_another(const std::string& name) { return mapped_library(name) || LibrarySearch({}, {}).find(name); }

class Renaming {
 public:
  Renaming(std::span<const std::byte> bytes, const std::string& file, const LibraryRenames& names)
      : image_(bytes, file), file_(file), names_(names) {}

  Bytes copy() {
    read_dynamic();
    read_symbols();
    read_needed_versions();
    read_defined_versions();
    auto [copy, memory] = Bytes::fresh(image_.bytes().size());
    std::memcpy(memory, image_.bytes().data(), copy.size());
    for (const auto& [at, name] : changes_) {
      check_alone(at, *name);
      std::memcpy(memory + at, name->data(), name->size());
    }
    for (const auto& [at, info] : unique_) memory[at] = std::byte(ELF64_ST_INFO(STB_WEAK, ELF64_ST_TYPE(info)));
    return std::move(copy);
  }

 private:
  /// Something that has a name, which is at that offset of the file.
  struct Named {
    std::uint64_t at;
    bool library;
  };

  void read_dynamic() {
    std::vector<std::pair<std::uint64_t, bool>> names;
    for (const Elf64_Phdr& segment : image_.segments()) {
      if (segment.p_type != PT_DYNAMIC) continue;
      for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= segment.p_filesz; at += sizeof(Elf64_Dyn)) {
        const auto entry = image_.load<Elf64_Dyn>(segment.p_offset + at, "dynamic section");
        const std::uint64_t value = entry.d_un.d_val;
        if (entry.d_tag == DT_NULL) break;
        if (entry.d_tag == DT_STRTAB) strings_ = offset_of(value, "string table");
        if (entry.d_tag == DT_SYMTAB) symbols_ = value;
        if (entry.d_tag == DT_VERNEED) needed_versions_ = offset_of(value, "needed versions");
        if (entry.d_tag == DT_VERDEF) defined_versions_ = offset_of(value, "defined versions");
        if (entry.d_tag == DT_NEEDED || entry.d_tag == DT_SONAME) names.emplace_back(value, true);
        if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH || entry.d_tag == DT_AUXILIARY ||
            entry.d_tag == DT_FILTER || entry.d_tag == DT_AUDIT || entry.d_tag == DT_DEPAUDIT ||
            entry.d_tag == DT_CONFIG)
          names.emplace_back(value, false);
      }
    }
    for (const auto& [index, library] : names) add(index, library);
  }

  /// How many symbols there are, the linker's tables do not say; the section does.
  void read_symbols() {
    const Elf64_Ehdr& header = image_.header();
    for (std::uint64_t i = 0; header.e_shoff != 0 && i < header.e_shnum; ++i) {
      const auto section = image_.load<Elf64_Shdr>(header.e_shoff + i * header.e_shentsize, "section table");
      if (section.sh_type != SHT_DYNSYM || section.sh_addr != symbols_) continue;
      for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= section.sh_size; at += sizeof(Elf64_Sym)) {
        const auto symbol = image_.load<Elf64_Sym>(section.sh_offset + at, "symbol table");
        add(symbol.st_name, false);
        if (ELF64_ST_BIND(symbol.st_info) == STB_GNU_UNIQUE)
          unique_.emplace_back(section.sh_offset + at + offsetof(Elf64_Sym, st_info), symbol.st_info);
      }
      return;
    }
    image_.refuse("its section table does not tell its symbols",
                  "Link it again: a tool such as sstrip has removed that table");
  }

  void read_needed_versions() {
    for (auto at = needed_versions_; at;) {
      const auto library = image_.load<Elf64_Verneed>(*at, "needed versions");
      add(library.vn_file, true);
      std::uint64_t version_at = *at + library.vn_aux;
      for (unsigned i = 0; i < library.vn_cnt; ++i) {
        const auto version = image_.load<Elf64_Vernaux>(version_at, "needed versions");
        add(version.vna_name, false);
        version_at += version.vna_next;
      }
      at = library.vn_next ? std::optional(*at + library.vn_next) : std::nullopt;
    }
  }

  void read_defined_versions() {
    for (auto at = defined_versions_; at;) {
      const auto definition = image_.load<Elf64_Verdef>(*at, "defined versions");
      std::uint64_t name_at = *at + definition.vd_aux;
      for (unsigned i = 0; i < definition.vd_cnt; ++i) {
        const auto name = image_.load<Elf64_Verdaux>(name_at, "defined versions");
        add(name.vda_name, (definition.vd_flags & VER_FLG_BASE) != 0);  // which is called as the library is
        name_at += name.vda_next;
      }
      at = definition.vd_next ? std::optional(*at + definition.vd_next) : std::nullopt;
    }
  }

  void add(std::uint64_t index, bool library) {
    const std::uint64_t at = strings_ + index;
    if (!image_.inside(at, 1)) image_.refuse_truncated("string table");
    if (named_.size() > image_.bytes().size())
      image_.refuse("it has more names than bytes", "Build it again: the file is damaged");
    named_.push_back({at, library});
    if (!library) return;
    if (const auto other = names_.find(image_.text(at)); other != names_.end()) changes_.emplace(at, &other->second);
  }

  void check_alone(std::uint64_t at, const std::string& name) const {
    const char* const text = reinterpret_cast<const char*>(image_.bytes().data());
    const std::string old(text + at, name.size());
    std::uint64_t start = at, end = at + name.size();  // of whatever would have a letter changed
    while (start > 0 && text[start - 1] != '\0') --start;
    while (end > at && text[end - 1] == name[end - 1 - at]) --end;
    for (const Named& one : named_) {
      if (one.at < start || one.at >= end || (one.at == at && one.library)) continue;
      throw PluginLoadError(LoadStage::dependency, file_,
                            fmt::format("another build of {} is loaded, and this file cannot call it otherwise: it has "
                                        "the letters of that name in '{}', too",
                                        old, image_.text(one.at)),
                            kRemedy);
    }
  }

  std::uint64_t offset_of(std::uint64_t address, const char* what) const {
    const auto offset = image_.offset_of(address);
    if (!offset) image_.refuse_truncated(what);
    return *offset;
  }

  const ElfImage image_;
  const std::string& file_;
  const LibraryRenames& names_;
  std::uint64_t strings_ = 0, symbols_ = 0;
  std::optional<std::uint64_t> needed_versions_, defined_versions_;
  std::vector<Named> named_;
  std::map<std::uint64_t, const std::string*> changes_;          // by offset in the file
  std::vector<std::pair<std::uint64_t, unsigned char>> unique_;  // where symbols say so, and what they say
};

}  // namespace

std::string another_name(std::string_view name, std::string_view seed) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789", kPrefix = "lib";
  constexpr std::size_t kFew = 3, kMost = 6;
  const std::size_t end = std::min(name.find(".so"), name.size());
  const std::size_t start = name.starts_with(kPrefix) && end >= kPrefix.size() + kFew ? kPrefix.size() : 0;
  const ContentHash hash = ContentHash::of(std::as_bytes(std::span(seed)));
  std::string other(name);
  for (std::size_t i = 0; i < std::min(end - start, kMost); ++i)
    other[end - 1 - i] = kLetters[hash.bytes[i] % kLetters.size()];
  return other;
}

Bytes with_other_names(std::span<const std::byte> bytes, const std::string& file, const LibraryRenames& names) {
  return Renaming(bytes, file, names).copy();
}

std::string LibraryNames::of(const ModuleFile& library, const LibraryRenames& needed, const std::string& module) {
  std::string build = library.name + ' ' + library.build_id.hex;
  for (const auto& [own, other] : needed) build += ' ' + other;
  if (const auto known = names_.find(build); known != names_.end()) return known->second;

  const auto mapped = mapped_library(library.name);
  if (needed.empty() && (!mapped || mapped->build_id == library.build_id)) return library.name;
  // What the program itself is linked with is found before a module's own libraries, by whatever name they are called.
  if (mapped && comes_first(library.name))
    throw PluginLoadError(
        LoadStage::dependency, module,
        fmt::format("it needs {} of build-id {}, and this process is linked with that of build-id {} from {}",
                    library.name, library.build_id.hex, mapped->build_id.empty() ? "none" : mapped->build_id.hex,
                    mapped->path),
        kRemedy);
  for (int i = 0; i < kMostTries; ++i) {
    const std::string other = another_name(library.name, fmt::format("{} {}", build, i));
    const bool taken = std::ranges::any_of(names_, [&](const auto& one) { return one.second == other; });
    if (!taken && !means_another(other)) return names_.emplace(build, other).first->second;
  }
  throw PluginLoadError(LoadStage::dependency, module,
                        fmt::format("it needs {} of build-id {}, of which this process has too many other builds for a "
                                    "name as short",
                                    library.name, library.build_id.hex),
                        kRemedy);
}

}  // namespace enginery::modules
