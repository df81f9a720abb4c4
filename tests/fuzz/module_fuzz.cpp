// tests/fuzz/module_fuzz.cpp: any bytes at all as a shared object, through all that reads one before it is mapped.
#include <elf.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <enginery/errors.hpp>

#include "core/delivery/renamed_library.hpp"
#include "core/modules/elf_file.hpp"
#include "core/modules/plugin_file.hpp"
#include "core/modules/symbol_table.hpp"
#include "tests/fuzz/input_file.hpp"

namespace {

using namespace enginery;

/// A copy in which every library that the file names is called otherwise is as long as the file.
void rename(const modules::ElfFile& elf, std::span<const std::byte> bytes, const std::string& file) {
  modules::LibraryRenames names;
  for (const std::string& name : elf.needed) names[name] = modules::another_name(name, "fuzz");
  names[elf.soname] = modules::another_name(elf.soname, "fuzz");
  if (modules::with_other_names(bytes, file, names).size() != bytes.size()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const fuzz::InputFile file(data, size);
  const modules::SymbolTable symbols(file.path());
  for (const std::uint64_t offset : {0x0, 0x1000, 0x1100}) symbols.function_at(offset);
  try {
    const modules::PluginFile plugin = modules::PluginFile::read(file.path());
    const modules::ElfFile elf = modules::ElfFile::read(plugin.bytes.span(), plugin.path);
    rename(elf, plugin.bytes.span(), plugin.path);
  } catch (const PluginLoadError&) {}
  return 0;
}
