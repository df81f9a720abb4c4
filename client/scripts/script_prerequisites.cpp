// client/scripts/script_prerequisites.cpp: the files that something was compiled from.
#include "client/scripts/script_prerequisites.hpp"

#include <time.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <enginery/errors.hpp>

#include "client/scripts/script_hash.hpp"

namespace enginery {
namespace {

namespace fs = std::filesystem;
using modules::FileStamp;

std::string text_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string hash_of(const std::string& path) { return ScriptHash().add(text_of(path)).hex(); }

/// The words after the colon of a rule of make's, without make's quoting.
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

std::int64_t Prerequisites::now_ns() {
  timespec now;
  // Stamps may be some milliseconds behind this, never ahead; a compiler takes longer to come to reading a file.
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

std::optional<Prerequisites> Prerequisites::of_rule(const fs::path& rule, std::int64_t started_ns) {
  Prerequisites result;
  for (const std::string& word : prerequisites_of(text_of(rule.string()))) {
    const std::string path = fs::absolute(word).lexically_normal().string();
    const std::optional<FileStamp> stamp = FileStamp::of(path);
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
  if (!out.flush())
    throw PluginLoadError(LoadStage::read, file.string(), "cannot write to the cache of scripts",
                          "Set ENGINERY_CACHE to a folder of your own on a disk with room");
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

}  // namespace enginery
