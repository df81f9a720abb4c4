// client/scripts/script_cache.cpp: where compiled scripts are kept, and how it is known that they are still good.
//
// An entry is a folder with a lock file. Two threads or processes that want the same script compile it once: the second
// waits for the lock. Other processes may have a product open, so a file is never changed, only replaced as a whole.
// The list of prerequisites has a hash and a stamp for each file; a file with the same stamp is not read again.
#include "client/scripts/script_cache.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/delivery/module_cache.hpp"

namespace enginery {

namespace fs = std::filesystem;

namespace {

constexpr const char* kLock = "lock";

/// For the reason in errno.
[[noreturn]] void refuse(const fs::path& file) {
  modules::refuse_cached(file, fmt::format("cannot write to the cache of scripts: {}", std::strerror(errno)));
}

using modules::FileStamp;

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string hash_of(const std::string& path) { return ScriptHash().add(text_of(path)).hex(); }

/// The files after the colon of a make rule, without make's quoting.
std::vector<std::string> prerequisites_of(const std::string& rule) {
  std::vector<std::string> words(1);
  const std::size_t colon = rule.find(": ");
  for (std::size_t i = colon == rule.npos ? rule.size() : colon + 2; i < rule.size(); ++i) {
    const char c = rule[i], next = i + 1 < rule.size() ? rule[i + 1] : '\n';
    const bool quotes = (c == '\\' && (next == ' ' || next == '#' || next == '\\')) || (c == '$' && next == '$');
    if (quotes)
      words.back() += rule[++i];
    else if (c == '\n' || c == ' ' || (c == '\\' && next == '\n'))
      words.emplace_back();
    else
      words.back() += c;
  }
  std::erase(words, "");
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

}  // namespace

ScriptHash& ScriptHash::add(std::string_view text) {
  const std::size_t size = text.size();
  hasher_.add(std::as_bytes(std::span(&size, 1)));
  hasher_.add(std::as_bytes(std::span(text)));
  return *this;
}

std::optional<Prerequisites> Prerequisites::of_rule(const fs::path& rule, std::int64_t started_ns) {
  Prerequisites result;
  for (const std::string& word : prerequisites_of(text_of(rule.string()))) {
    const std::string path = fs::absolute(word).lexically_normal().string();
    const std::optional<FileStamp> stamp = FileStamp::of(path);
    // Stamps may be some milliseconds behind the clock, never ahead; a compiler takes longer to come to reading a file.
    if (!stamp || stamp->modified_ns > started_ns || stamp->changed_ns > started_ns) return std::nullopt;
    result.files_.push_back({path, hash_of(path), *stamp});
  }
  return result;
}

void Prerequisites::save(const fs::path& file) const {
  std::ofstream out(file);
  for (const auto& [path, hash, stamp] : files_)
    out << hash << ' ' << stamp.device << ' ' << stamp.inode << ' ' << stamp.size << ' ' << stamp.modified_ns << ' '
        << stamp.changed_ns << ' ' << path << '\n';
  out << "end\n";
  if (!out.flush()) modules::refuse_cached(file, "cannot write to the cache of scripts");
}

std::optional<Prerequisites> Prerequisites::load(const fs::path& file) {
  std::ifstream in(file);
  Prerequisites result;
  for (std::string line; std::getline(in, line);) {
    if (line == "end") return result;
    std::istringstream words(line);
    File one;
    words >> one.hash >> one.stamp.device >> one.stamp.inode >> one.stamp.size >> one.stamp.modified_ns >>
        one.stamp.changed_ns;
    words.ignore(1);
    if (!std::getline(words, one.path)) return std::nullopt;
    result.files_.push_back(std::move(one));
  }
  return std::nullopt;
}

bool Prerequisites::unchanged() const {
  return std::all_of(files_.begin(), files_.end(), [](const File& file) {
    const std::optional<FileStamp> stamp = FileStamp::of(file.path);
    return stamp && (*stamp == file.stamp || (stamp->size == file.stamp.size && hash_of(file.path) == file.hash));
  });
}

std::string Prerequisites::digest() const {
  ScriptHash hash;
  for (const File& file : files_) hash.add(file.path).add(file.hash);
  return hash.hex();
}

ScriptEntry::ScriptEntry(const fs::path& cache, const std::string& key) : folder_(cache / key) {
  std::error_code error;
  fs::create_directories(folder_, error);
  lock_ = cluster::Descriptor(::open(file(kLock).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!lock_) refuse(folder_);
  while (::flock(lock_.get(), LOCK_EX) != 0)
    if (errno != EINTR) refuse(folder_);  // such as a file system without locks
  ::futimens(lock_.get(), nullptr);
}

void ScriptEntry::publish(const std::string& name) const {
  if (::rename(draft(name).c_str(), file(name).c_str()) != 0) refuse(file(name));
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
