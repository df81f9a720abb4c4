// client/views/command_file.hpp: where the command `enginery` is.
#pragma once

#include <filesystem>

namespace enginery {

/// `given`, else $ENGINERY_COMMAND, else the command that was installed or built with this library, else the one in
/// $PATH. Throws ConnectionError, with all the places that were looked at, when there is none.
std::filesystem::path command_file(const std::filesystem::path& given);

}  // namespace enginery
