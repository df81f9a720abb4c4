// core/modules/elf_image.hpp: the bytes of an ELF file, of which none outside is touched.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace enginery::modules {

/// A shared object of this machine, read without mapping or trusting it: what is asked for is checked against the bytes
/// that are there. Whatever refuses throws PluginLoadError of stage `elf` naming the file.
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
  /// At most `longest` bytes at `offset`, up to the first zero; never more than kLongestText.
  std::string text(std::uint64_t offset, std::uint64_t longest) const;
  /// Where in the file the byte of that virtual address is.
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const;
  bool inside(std::uint64_t offset, std::uint64_t length) const {
    return offset <= bytes_.size() && length <= bytes_.size() - offset;
  }

  [[noreturn]] void refuse(const std::string& problem, const char* remedy) const;
  [[noreturn]] void refuse_truncated(const char* what) const;

 private:
  void check_header();
  void read_segments();

  std::span<const std::byte> bytes_;
  const std::string& file_;
  Elf64_Ehdr header_{};
  std::vector<Elf64_Phdr> segments_;
};

}  // namespace enginery::modules
