// launcher/allowed_cores.hpp: how many cores this process may use.
#pragma once

#include <filesystem>

namespace enginery::tools {

/// What its affinity allows, and the quota of its control group and of those around it: whole cores, at least one.
/// `root`: in place of "/", for tests.
int allowed_cores(const std::filesystem::path& root = "/");

}  // namespace enginery::tools
