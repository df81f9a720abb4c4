// client/output/output_lines.cpp: pieces of text, from several engines, as whole lines with prefixes.
#include "client/output/output_lines.hpp"

#include <fmt/format.h>

namespace enginery {
namespace {

std::string prefix_of(int engine, wire::Stream stream) {
  return fmt::format("[{}:{}] ", stream == wire::Stream::out ? "stdout" : "stderr", engine);
}

void end(std::string& text, const std::string& prefix, std::string& lines) {
  if (!text.empty()) lines += prefix + text + '\n';
  text.clear();
}

}  // namespace

std::string OutputLines::add(int engine, const wire::Printed& piece) {
  const std::string prefix = prefix_of(engine, piece.stream);
  Partial& partial = partial_[{engine, piece.stream}];
  std::string lines;
  if (partial.session != piece.session || partial.seq != piece.seq) end(partial.text, prefix, lines);
  partial.session = piece.session;
  partial.seq = piece.seq;
  std::string_view text = piece.text;
  for (std::size_t at; (at = text.find('\n')) != std::string_view::npos; text.remove_prefix(at + 1)) {
    lines += prefix;
    lines += partial.text;
    lines += text.substr(0, at + 1);
    partial.text.clear();
  }
  partial.text += text;
  if (piece.last || partial.text.size() > kLongest) end(partial.text, prefix, lines);
  return lines;
}

std::string OutputLines::rest(wire::Stream stream) {
  std::string lines;
  for (auto& [from, partial] : partial_)
    if (from.second == stream) end(partial.text, prefix_of(from.first, stream), lines);
  return lines;
}

}  // namespace enginery
