// client/scripts/script_statements.hpp: statements of C++, made a plugin of.
#pragma once

#include <string>
#include <string_view>

namespace enginery {

/// What the compiler, the errors and AsyncResults call statements that have no file.
inline constexpr const char* kStatementsName = "<execute_cpp>";

/// The source of a plugin whose body is the statements. What leads up to the last #include before the first statement
/// is in front of it. The compiler numbers lines as in `statements`.
std::string plugin_of_statements(std::string_view statements);

/// Whether a source defines macros before its first #include: headers compiled before would not see them.
bool defines_before_including(std::string_view source);

}  // namespace enginery
