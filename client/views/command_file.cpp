// client/views/command_file.cpp: where the command `enginery` is.
#include "client/views/command_file.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/processes/spawn.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;

/// A file that the user named: nothing else will do.
fs::path named(const fs::path& file, const char* where) {
  if (cluster::can_run(file)) return file;
  throw ConnectionError(fmt::format("{} names {}, which is not an executable file. Let it name the command `enginery`",
                                    where, file.string()));
}

/// In <prefix>/bin, seen from this library in <prefix>/lib, the build's folder lib, or <prefix>/lib/<architecture>.
std::vector<fs::path> beside_this_library() {
  Dl_info here;
  if (dladdr(reinterpret_cast<const void*>(&command_file), &here) == 0 || !here.dli_fname) return {};
  std::error_code error;
  const fs::path prefix = fs::canonical(here.dli_fname, error).parent_path().parent_path();
  if (error) return {};
  return {prefix / "bin" / "enginery", prefix.parent_path() / "bin" / "enginery"};
}

}  // namespace

fs::path command_file(const fs::path& given) {
  if (!given.empty()) return named(given, "ClusterOptions::command");
  if (const char* variable = std::getenv("ENGINERY_COMMAND"); variable && *variable)
    return named(variable, "$ENGINERY_COMMAND");
  std::vector<fs::path> places = beside_this_library();
  for (fs::path& file : cluster::places_in_path("enginery", cluster::EmptyElement::is_left_out))
    places.push_back(std::move(file));
  std::vector<std::string> looked;
  for (const fs::path& file : places) {
    if (cluster::can_run(file)) return file;
    looked.push_back(file.string());
  }
  throw ConnectionError(
      fmt::format("the command `enginery`, which starts a cluster, is in none of these places: {}. Install it, or "
                  "name it in $ENGINERY_COMMAND or ClusterOptions::command",
                  fmt::join(looked, ", ")));
}

}  // namespace enginery
