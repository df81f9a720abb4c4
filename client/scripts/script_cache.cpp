// client/scripts/script_cache.cpp: where compiled scripts are kept.
#include "client/scripts/script_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/delivery/module_cache.hpp"

namespace enginery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLock = "lock";

[[noreturn]] void refuse(const fs::path& file, const char* reason) {
  throw PluginLoadError(LoadStage::read, file.string(), fmt::format("cannot write to the cache of scripts: {}", reason),
                        "Set ENGINERY_CACHE to a folder of your own on a disk with room");
}

}  // namespace

ScriptEntry::ScriptEntry(const fs::path& cache, const std::string& key) : folder_(cache / key) {
  std::error_code error;
  fs::create_directories(folder_, error);
  lock_ = cluster::Descriptor(::open(file(kLock).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) refuse(folder_, std::strerror(errno));
  while (::flock(lock_.get(), LOCK_EX) != 0)
    if (errno != EINTR) refuse(folder_, std::strerror(errno));  // a file system without locks
  ::futimens(lock_.get(), nullptr);
}

void ScriptEntry::publish(const std::string& name) const {
  if (::rename(draft(name).c_str(), file(name).c_str()) != 0) refuse(file(name), std::strerror(errno));
}

fs::path script_cache_folder() {
  return modules::ModuleCache(modules::ModuleCache::standard().folder() / "scripts").folder();
}

void trim_script_cache(const fs::path& cache) {
  constexpr std::size_t kScripts = 300, kHeaders = 4;  // headers take 150 MB
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
  std::vector<std::pair<fs::file_time_type, fs::path>> entries;
  std::error_code error;
  for (fs::directory_iterator entry(cache, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const fs::file_time_type used = fs::last_write_time(entry->path() / kLock, gone);
    if (!gone) entries.emplace_back(used, entry->path());
  }
  std::sort(entries.rbegin(), entries.rend());
  std::size_t scripts = 0, headers = 0;
  for (const auto& [used, folder] : entries) {
    const bool many =
        folder.filename().string().starts_with(kHeadersPrefix) ? ++headers > kHeaders : ++scripts > kScripts;
    if (many && used < yesterday) fs::remove_all(folder, error);
  }
}

}  // namespace enginery
