// core/modules/code_location.cpp: where code is: in which build of which module, at which offset.
//
// The build-id is read from the memory of the mapped module, not from its file, which may be that of a later build.
#include "core/modules/code_location.hpp"

#include <link.h>

#include <charconv>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "core/modules/mapped_build_id.hpp"

namespace enginery::modules {
namespace {

bool holds(const dl_phdr_info& object, std::uintptr_t address, ElfW(Word) flags) {
  for (std::size_t i = 0; i < object.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = object.dlpi_phdr[i];
    const std::uintptr_t start = object.dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && (segment.p_flags & flags) == flags && address >= start &&
        address - start < segment.p_memsz)
      return true;
  }
  return false;
}

/// Calls `f` for each object that is mapped, the program first, until it returns true. Whether it did.
template <class F>
bool any_object(F f) {
  const auto call = [](dl_phdr_info* object, std::size_t, void* function) -> int {
    return (*static_cast<F*>(function))(*object);
  };
  return dl_iterate_phdr(call, &f) != 0;
}

}  // namespace

std::string CodeAddress::text() const {
  return fmt::format("+{:#x}@{}{}{}", offset, build_id.hex, generation.empty() ? "" : "/", generation.hex);
}

std::optional<CodeAddress> CodeAddress::parse(std::string_view text) {
  CodeAddress address;
  const std::size_t at = text.find('@');
  if (!text.starts_with("+0x") || at == text.npos || at + 1 == text.size()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data() + 3, text.data() + at, address.offset, 16);
  if (error != std::errc() || end != text.data() + at) return std::nullopt;
  const std::string_view build = text.substr(at + 1);
  const std::size_t slash = build.find('/');
  address.build_id.hex = build.substr(0, slash);
  if (slash != build.npos) address.generation.hex = build.substr(slash + 1);
  if (address.build_id.empty() || (slash != build.npos && address.generation.empty())) return std::nullopt;
  return address;
}

std::optional<CodeLocation> CodeLocation::of(const void* address) {
  const auto number = reinterpret_cast<std::uintptr_t>(address);
  std::optional<CodeLocation> location;
  bool first = true;
  any_object([&](const dl_phdr_info& object) {
    const bool executable = std::exchange(first, false);
    if (!holds(object, number, 0)) return false;
    location = {object.dlpi_name, executable, {build_id_of(object), number - object.dlpi_addr, {}}};
    return true;
  });
  if (location && location->executable) {
    std::error_code error;
    location->file = std::filesystem::read_symlink("/proc/self/exe", error);
  }
  return location;
}

const void* find_code(const CodeAddress& address, std::optional<std::uintptr_t> base) {
  std::uintptr_t code = 0;
  any_object([&](const dl_phdr_info& object) {
    if (base && object.dlpi_addr != *base) return false;
    const std::uintptr_t there = object.dlpi_addr + address.offset;
    if (!holds(object, there, PF_X) || build_id_of(object) != address.build_id) return false;
    code = there;
    return true;
  });
  return reinterpret_cast<const void*>(code);
}

}  // namespace enginery::modules
