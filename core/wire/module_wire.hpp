// core/wire/module_wire.hpp: what brings code to an engine, on the wire.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <enginery/uuid.hpp>

#include "core/delivery/module_files.hpp"
#include "core/wire/frame.hpp"

namespace enginery::wire {

/// Which of these does the engine lack?
struct ModuleQuery {
  Uuid engine;
  std::vector<modules::ModuleFile> files;  ///< the module last
};

/// A part of one file.
struct ModuleChunk {
  /// Of all but the last. A few of them fit into a socket's buffer: an NNG whose peer is killed while a write to it is
  /// stuck half way may spin, and close nothing, for ever.
  static constexpr std::size_t kSize = 64u << 10;

  Uuid engine;
  modules::ModuleFile file;
  std::uint64_t offset = 0;
  Bytes bytes;
};

enum class ModuleStatus : std::uint8_t { ok, wrong_engine, busy, refused };

struct ModuleAnswer {
  ModuleStatus status = ModuleStatus::ok;
  std::vector<std::uint32_t> missing;  ///< of the query's files
  std::string words{};                 ///< for people, when refused
};

messages::Message encode(const ModuleQuery&);
messages::Message encode(const ModuleChunk&);
messages::Message encode(const ModuleAnswer&);

// Each verifies the envelope and checks what module.fbs says that is refused. Throws ProtocolError.
ModuleQuery decode_module_query(const Opened&);
ModuleChunk decode_module_chunk(const Opened&);
ModuleAnswer decode_module_answer(const Opened&);

}  // namespace enginery::wire
