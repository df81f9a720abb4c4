// core/modules/elf_file.hpp: what an ELF file says about itself, read without mapping or trusting it.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <enginery/build_id.hpp>
#include <enginery/export.hpp>

namespace enginery::modules {

/// The facts of a shared object that decide whether it may be loaded.
struct ENGINERY_API ElfFile {
  BuildId build_id;                           ///< empty if the linker wrote none
  std::optional<std::string> abi_tag;         ///< of the notes that ENGINERY_PLUGIN writes, as all until `needed`
  std::string built_by;                       ///< the compiler, as "g++ 12.2.0"; empty if it is not known
  std::vector<std::string> instruction_sets;  ///< that the compiler might use, as "avx2"
  std::vector<std::string> needed;            ///< DT_NEEDED: the libraries it depends on
  std::string soname, rpath, runpath;

  /// Reads `bytes`, the whole file. Whatever they are, nothing outside them is touched and the time is linear.
  /// Throws PluginLoadError of stage `elf` naming `file`: not an ELF file, truncated, for another machine, not a shared
  /// object, or inconsistent.
  static ElfFile read(std::span<const std::byte> bytes, const std::string& file);

  /// Of the file at `path`. Throws also PluginLoadError of stage `read`.
  static ElfFile of(const std::string& path);

  /// Throws PluginLoadError of stage `elf` naming `file` if there is no build-id.
  void require_build_id(const std::string& file) const;
};

/// The bytes of an ELF file for this machine. Every access is checked against the bytes that are there. Whatever
/// refuses throws PluginLoadError of stage `elf` naming the file.
///
/// The bytes and the name outlive it.
class ElfImage {
 public:
  static constexpr std::size_t kLongestText = 4096;  // as PATH_MAX

  /// Refuses what is not an ELF file, truncated, for another machine, or not a shared object.
  ElfImage(std::span<const std::byte> bytes, const std::string& file);

  const Elf64_Ehdr& header() const noexcept { return header_; }
  const std::vector<Elf64_Phdr>& segments() const noexcept { return segments_; }
  std::span<const std::byte> bytes() const noexcept { return bytes_; }

  /// A copy, since nothing in a file is aligned for certain. Refuses what is not inside, as truncated at its `what`.
  template <class T>
  T load(std::uint64_t offset, const char* what) const {
    if (!inside(offset, sizeof(T))) refuse_truncated(what);
    T object;
    std::memcpy(&object, bytes_.data() + offset, sizeof object);
    return object;
  }
  /// At most kLongestText bytes at `offset`, up to the first zero.
  std::string text(std::uint64_t offset) const;
  /// Where in the file the byte of that virtual address is.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const;
  bool inside(std::uint64_t offset, std::uint64_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  [[noreturn]] void refuse(const std::string& problem, const char* remedy) const;
  [[noreturn]] void refuse_truncated(const char* what) const;

 private:
  void check_header() const;
  void read_segments();

  std::span<const std::byte> bytes_;
  const std::string& file_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
};

/// One note of a PT_NOTE segment, which stays where it is.
struct ElfNote {
  std::uint32_t type;
  std::span<const std::byte> owner, content;

  /// Up to the first zero, at most ElfImage::kLongestText bytes.
  static std::string text(std::span<const std::byte> bytes);
  /// The build-id, if the linker wrote this note to tell it.
  std::optional<BuildId> build_id() const;
};

/// The notes of a segment, up to one that does not end in it; the padding of the last may lie beyond the end.
std::vector<ElfNote> read_notes(std::span<const std::byte> segment, std::uint64_t alignment);

}  // namespace enginery::modules
