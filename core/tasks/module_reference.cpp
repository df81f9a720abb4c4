// core/tasks/module_reference.cpp: the module that a call needs, by build-id, and its bytes for engines that lack it.
#include "core/tasks/module_reference.hpp"

#include <cstdint>
#include <span>

#include <enginery/array.hpp>

#include "core/modules/elf_file.hpp"

namespace enginery::tasks {

ModuleReference ModuleReference::of(const modules::PluginFile& file) {
  return {file.path, modules::ElfFile::read(file.bytes.span(), file.path).build_id, file.bytes};
}

std::optional<ModuleReference> ModuleReference::of(const wire::Call& call) try {
  if (call.keywords.empty()) return std::nullopt;
  ModuleReference reference;
  for (const auto& [keyword, value] : call.keywords) {
    if (keyword == "file") reference.file = value.as_string();
    if (keyword == "build_id") reference.build_id.hex = value.as_string();
    if (keyword == "content") reference.content = value.as_array().bytes();
  }
  return reference;
} catch (const TypeError& error) {
  throw ProtocolError(std::string("a call names its module wrongly: ") + error.what());
}

wire::Keywords ModuleReference::keywords(bool with_content) const {
  wire::Keywords keywords{{"file", Value::string(file)}, {"build_id", Value::string(build_id.hex)}};
  if (with_content) {
    const std::int64_t size = static_cast<std::int64_t>(content->size());
    keywords.emplace_back("content", Value::array(Array(DType::u8, std::span(&size, 1), Order::row_major, *content)));
  }
  return keywords;
}

}  // namespace enginery::tasks
