// core/wire/module_wire.cpp: what brings code to an engine, on the wire.
//
// Names, hashes and sizes in these messages become files in an engine's cache. So everything is checked here, before
// any of it is used as a path or as an amount of memory.
#include "core/wire/module_wire.hpp"

#include <algorithm>

#include "core/wire/envelope.hpp"
#include "module_generated.h"

namespace enginery::wire {
namespace {

using messages::Message;
using modules::ModuleFile;

constexpr std::size_t kLongestName = 255, kLongestPath = 4096, kMostFiles = 256;
constexpr std::uint64_t kLargestFile = std::uint64_t{4} << 30;

/// A name from outside becomes a path here: it must not lead anywhere, nor be one of the cache's own.
bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && !name.starts_with('.') &&
         std::ranges::none_of(name, [](unsigned char c) { return c == '/' || c < ' ' || c == 0x7f; });
}

bool is_build_id(std::string_view hex) {
  return hex.size() >= 2 && hex.size() <= 128 &&
         std::ranges::all_of(hex, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Offset<modulefb::File> write(Builder& builder, const ModuleFile& file) {
  const auto name = builder.CreateString(file.name), path = builder.CreateString(file.path.substr(0, kLongestPath)),
             build_id = builder.CreateString(file.build_id.hex);
  const auto hash = builder.CreateVector(file.hash.bytes.data(), file.hash.bytes.size());
  return modulefb::CreateFile(builder, name, path, build_id, hash, file.size);
}

ModuleFile read(const modulefb::File& table) {
  ModuleFile file{table.name()->str(), text_of(table.path()), {table.build_id()->str()}, {}, table.size()};
  if (!is_plain(file.name)) refuse("a module's file is named by what is no plain file name of at most 255 bytes");
  if (file.path.size() > kLongestPath) refuse("the path of '{}' is too long", file.name);
  if (!is_build_id(file.build_id.hex)) refuse("the build-id of '{}' is not 2 to 128 hexadecimal digits", file.name);
  if (table.hash()->size() != file.hash.bytes.size())
    refuse("the hash of '{}' has {} bytes, not 32", file.name, table.hash()->size());
  std::ranges::copy(*table.hash(), file.hash.bytes.begin());
  if (file.size == 0 || file.size > kLargestFile)
    refuse("'{}' has {} bytes; a file of a module has some, and at most 4 GiB", file.name, file.size);
  return file;
}

}  // namespace

Message encode(const ModuleQuery& query) {
  auto& builder = fresh_builder();
  std::vector<Offset<modulefb::File>> files;
  for (const ModuleFile& file : query.files) files.push_back(write(builder, file));
  const auto listed = builder.CreateVector(files);
  const auto engine = to_id<modulefb::Id>(query.engine);
  return message_of(MessageKind::module_query, builder, modulefb::CreateModuleQuery(builder, &engine, listed));
}

ModuleQuery decode_module_query(const Opened& opened) {
  const auto& table = verified<modulefb::ModuleQuery>(opened.envelope, "module query");
  expect_no_bodies(opened, "module query");
  ModuleQuery query{to_uuid(table.engine()), {}};
  const std::size_t count = table.files()->size();
  if (count == 0 || count > kMostFiles)
    refuse("a module query names {} files; a module has 1 to {}", count, kMostFiles);
  for (const modulefb::File* file : *table.files()) query.files.push_back(read(*file));
  return query;
}

Message encode(const ModuleChunk& chunk) {
  auto& builder = fresh_builder();
  const auto file = write(builder, chunk.file);
  const auto engine = to_id<modulefb::Id>(chunk.engine);
  return message_of(MessageKind::module_chunk, builder,
                    modulefb::CreateModuleChunk(builder, &engine, file, chunk.offset), chunk.bytes);
}

ModuleChunk decode_module_chunk(const Opened& opened) {
  const auto& table = verified<modulefb::ModuleChunk>(opened.envelope, "module chunk");
  ModuleChunk chunk{to_uuid(table.engine()), read(*table.file()), table.offset(), opened.bodies};
  if (chunk.offset % ModuleChunk::kSize != 0 || chunk.offset >= chunk.file.size ||
      chunk.bytes.size() != std::min<std::uint64_t>(ModuleChunk::kSize, chunk.file.size - chunk.offset))
    refuse("{} bytes at {} are no chunk of '{}', which has {}", chunk.bytes.size(), chunk.offset, chunk.file.name,
           chunk.file.size);
  return chunk;
}

Message encode(const ModuleAnswer& answer) {
  auto& builder = fresh_builder();
  const auto missing = answer.missing.empty() ? 0 : builder.CreateVector(answer.missing);
  const auto words = add_string(builder, answer.words);
  return message_of(MessageKind::module_answer, builder,
                    modulefb::CreateModuleAnswer(builder, static_cast<std::uint8_t>(answer.status), missing, words));
}

ModuleAnswer decode_module_answer(const Opened& opened) {
  const auto& table = verified<modulefb::ModuleAnswer>(opened.envelope, "module answer");
  expect_no_bodies(opened, "module answer");
  ModuleAnswer answer{checked(table.status(), ModuleStatus::refused, "a module answer has the unknown status"),
                      {},
                      text_of(table.words())};
  if (table.missing()) answer.missing.assign(table.missing()->begin(), table.missing()->end());
  return answer;
}

}  // namespace enginery::wire
