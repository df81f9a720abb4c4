// client/scripts/script_statements.cpp: statements of C++, made a plugin of.
#include "client/scripts/script_statements.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace enginery {
namespace {

/// The directives that stand before anything else in a source, one at a time.
class LeadingDirectives {
 public:
  explicit LeadingDirectives(std::string_view source) : source_(source) {}

  /// The next one's name, such as "include"; nothing when something else comes.
  std::optional<std::string_view> next() {
    skip_space_and_comments();
    if (!rest().starts_with('#')) return std::nullopt;
    ++at_;
    at_ += std::min(rest().size(), rest().find_first_not_of(" \t"));
    const std::string_view name = rest().substr(0, rest().find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
    bool continued = true;
    while (continued && at_ < source_.size()) {
      const std::string_view line = rest().substr(0, rest().find('\n'));
      continued = line.ends_with('\\');
      at_ += std::min(rest().size(), line.size() + 1);
    }
    return name;
  }
  /// Where the line after it begins.
  std::size_t at() const { return at_; }

 private:
  std::string_view rest() const { return source_.substr(at_); }
  void skip_space_and_comments() {
    for (std::size_t before = source_.npos; before != at_;) {
      before = at_;
      at_ += std::min(rest().size(), rest().find_first_not_of(" \t\r\n"));
      if (rest().starts_with("//")) at_ += std::min(rest().size(), rest().find('\n'));
      if (rest().starts_with("/*")) at_ += std::min(rest().size(), rest().find("*/", 2) + 2);
    }
  }

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace

std::string plugin_of_statements(std::string_view statements) {
  LeadingDirectives directives(statements);
  std::size_t head = 0;
  while (const auto name = directives.next())
    if (*name == "include") head = directives.at();
  const auto line = 1 + std::count(statements.begin(), statements.begin() + static_cast<std::ptrdiff_t>(head), '\n');
  // The statements are in a block of their own, where they may call a variable `m` too.
  return fmt::format(
      "#line 1 \"{0}\"\n{1}\n"
      "ENGINERY_PLUGIN(execute_cpp, m) {{\n"
      "using namespace enginery;\nusing namespace enginery::literals;\n{{\n"
      "#line {2} \"{0}\"\n{3}\n}}\n}}\n",
      kStatementsName, statements.substr(0, head), line, statements.substr(head));
}

bool defines_before_including(std::string_view source) {
  LeadingDirectives directives(source);
  for (auto name = directives.next(); name && *name != "include"; name = directives.next())
    if (*name == "define" || *name == "undef") return true;
  return false;
}

}  // namespace enginery
