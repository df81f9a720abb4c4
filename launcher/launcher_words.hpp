// launcher/launcher_words.hpp: what a launcher says, and what its children said last.
#pragma once

#include <filesystem>
#include <string>

namespace enginery::tools {

/// Progress, to stdout.
void say(const std::string& words);
/// Troubles, to stderr.
void warn(const std::string& words);
/// What a child that died wrote last to its log, to be put behind a message; empty if there is none.
std::string last_words(const std::filesystem::path& log);

}  // namespace enginery::tools
