// client/output/output_lines.hpp: pieces of text, from several engines, as whole lines with prefixes.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include <enginery/uuid.hpp>

#include "core/wire/output_wire.hpp"

namespace enginery {

/// Holds what has no end of line yet.
class OutputLines {
 public:
  /// A longer line is printed in parts.
  static constexpr std::size_t kLongest = std::size_t{1} << 20;

  /// The lines that are whole now.
  std::string add(int engine, const wire::Printed& piece);
  /// What is left of lines, on that stream.
  std::string rest(wire::Stream stream);

 private:
  struct Partial {
    Uuid session;
    std::uint64_t seq = 0;
    std::string text;
  };
  std::map<std::pair<int, wire::Stream>, Partial> partial_;
};

}  // namespace enginery
