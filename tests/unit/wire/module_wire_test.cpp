// tests/unit/wire/module_wire_test.cpp: what brings code is read as it was written, or refused.
#include "core/wire/module_wire.hpp"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

namespace enginery::wire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Opened sent(messages::Message message) { return open_frame(std::move(message).share()); }

modules::ModuleFile some_file() {
  return {"norms.so", "/home/me/norms.so", {"c0ffee"}, {{1, 2, 3}}, ModuleChunk::kSize + 5};
}

TEST(ModuleWire, AQueryAChunkAndAnAnswerAreReadAsTheyWereWritten) {
  const Uuid engine = Uuid::random();
  modules::ModuleFile library = some_file();
  library.name = "libown.so.1";
  const ModuleQuery query = decode_module_query(sent(encode(ModuleQuery{engine, {library, some_file()}})));
  EXPECT_EQ(query.engine, engine);
  EXPECT_THAT(query.files, ElementsAre(library, some_file()));
  const ModuleChunk chunk =
      decode_module_chunk(sent(encode(ModuleChunk{engine, some_file(), ModuleChunk::kSize, Bytes::copy("tail!")})));
  EXPECT_EQ(chunk.engine, engine);
  EXPECT_EQ(chunk.file, some_file());
  EXPECT_EQ(chunk.bytes.text(), "tail!");
  const ModuleAnswer answer =
      decode_module_answer(sent(encode(ModuleAnswer{ModuleStatus::refused, {0, 7}, "no room"})));
  EXPECT_EQ(answer.status, ModuleStatus::refused);
  EXPECT_THAT(answer.missing, ElementsAre(0, 7));
  EXPECT_EQ(answer.words, "no room");
}

TEST(ModuleWire, AFileThatCouldLeadAnywhereIsRefused) {
  const auto refused = [](const std::function<void(modules::ModuleFile&)>& spoil) {
    modules::ModuleFile file = some_file();
    spoil(file);
    try {
      decode_module_query(sent(encode(ModuleQuery{Uuid(), {file}})));
    } catch (const ProtocolError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  for (const std::string& name :
       {std::string("../norms.so"), std::string("/norms.so"), std::string(".."), std::string(".new-abcdef"),
        std::string(), std::string("a\0b", 3), std::string("a\nb"), std::string(256, 'n')})
    EXPECT_THAT(refused([&](auto& file) { file.name = name; }), HasSubstr("plain file name")) << name;
  for (const std::string& hex :
       {std::string("../../x"), std::string("C0FFEE"), std::string("a"), std::string(130, 'a')})
    EXPECT_THAT(refused([&](auto& file) { file.build_id.hex = hex; }), HasSubstr("hexadecimal")) << hex;
  EXPECT_THAT(refused([](auto& file) { file.size = 0; }), HasSubstr("0 bytes"));
  EXPECT_THAT(refused([](auto& file) { file.size = UINT64_MAX; }), HasSubstr("at most 4 GiB"));
  EXPECT_EQ(refused([](auto&) {}), "");
  EXPECT_THROW(decode_module_query(sent(encode(ModuleQuery{Uuid(), {}}))), ProtocolError);
  EXPECT_THROW(decode_module_query(sent(encode(ModuleQuery{Uuid(), std::vector(257, some_file())}))), ProtocolError);
}

TEST(ModuleWire, BytesThatAreNoChunkOfTheirFileAreRefused) {
  const auto decode = [](std::uint64_t offset, std::size_t size) {
    decode_module_chunk(sent(encode(ModuleChunk{Uuid(), some_file(), offset, Bytes::copy(std::string(size, 'x'))})));
  };
  EXPECT_NO_THROW(decode(0, ModuleChunk::kSize));
  EXPECT_THROW(decode(0, ModuleChunk::kSize - 1), ProtocolError);
  EXPECT_THROW(decode(1, ModuleChunk::kSize), ProtocolError);
  EXPECT_THROW(decode(ModuleChunk::kSize, 6), ProtocolError);
  EXPECT_THROW(decode(2 * ModuleChunk::kSize, 0), ProtocolError);
  EXPECT_THROW(decode(std::uint64_t{1} << 63, 5), ProtocolError);
}

}  // namespace
}  // namespace enginery::wire
