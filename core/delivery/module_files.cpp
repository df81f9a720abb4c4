// core/delivery/module_files.cpp: a module and the user's own libraries that it needs, as files of two hosts.
//
// ModuleFiles is what the client's host has. For a file on disk, libraries are sought as the dynamic linker would. For
// a module in this process, they are those that the linker has mapped, and each file must still be what is in memory:
// the file is what travels, and an offset into other code would call anything.
//
// BroughtModules is what has come to the engine's host and is not loaded yet.
#include "core/delivery/module_files.hpp"

#include <fcntl.h>

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/elf_file.hpp"
#include "core/modules/library_search.hpp"

namespace enginery::modules {
namespace {

class Collection {
 public:
  explicit Collection(bool mapped) : mapped_(mapped) {}

  /// Adds what the file needs, then the file. `expected`: the build-id that it has in memory.
  void add(const std::string& path, const std::string& name, const BuildId* expected) {
    PluginFile file = PluginFile::read(path);
    const ElfFile elf = ElfFile::read(file.bytes.span(), path);
    elf.require_build_id(path);
    if (expected && elf.build_id != *expected)
      throw PluginLoadError(LoadStage::read, path,
                            "the program was rebuilt since it started: its code in memory is not "
                            "what the file holds now",
                            "Start it again");
    for (const std::string& library : elf.needed)
      if (!of_enginery(library)) add_library(library, elf, path);
    files.push_back({name, path, elf.build_id, ContentHash::of(file.bytes.span()), file.bytes.size()});
    sources.push_back({std::filesystem::absolute(path), file.stamp});
  }

  std::vector<ModuleFile> files;
  std::vector<ModuleFiles::Source> sources;

 private:
  void add_library(const std::string& library, const ElfFile& elf, const std::string& needing) {
    if (!seen_.insert(library).second) return;
    std::optional<MappedLibrary> mapped;
    std::string path;
    if (!mapped_)
      if (const auto found = LibrarySearch(elf, needing).find(library)) path = found->path;
    if (path.empty() && (mapped = mapped_library(library))) path = mapped->path;
    if (path.empty() || of_system(path)) return;  // the engine's system has it, or the engine says what is missing
    // Another engine finds it only by its soname: it lies elsewhere there.
    const std::string soname = ElfFile::of(path).soname;
    if (soname != library)
      throw PluginLoadError(LoadStage::dependency, path,
                            soname.empty()
                                ? fmt::format("it has no soname, so {} cannot find it where it is brought", needing)
                                : fmt::format("its soname is {}, and {} needs it as {}", soname, needing, library),
                            fmt::format("Link it with -Wl,-soname,{0} and {1} with that one, or link it statically",
                                        std::filesystem::path(library).filename().string(), needing));
    add(path, soname, mapped ? &mapped->build_id : nullptr);
  }

  const bool mapped_;
  std::set<std::string> seen_;
};

/// What was made of paths and of builds, so that a second call costs nothing. It changes nothing that can be seen.
struct Known {
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<const ModuleFiles>, std::less<>> by_path;
  std::map<BuildId, std::shared_ptr<const ModuleFiles>> by_build;
};
Known& known() {
  static Known* const known = new Known;  // threads of clients may outlive destructors
  return *known;
}

std::shared_ptr<const ModuleFiles> collect(const std::string& path, const BuildId* expected) {
  Collection collection(expected != nullptr);
  collection.add(path, std::filesystem::path(path).filename(), expected);
  return std::make_shared<const ModuleFiles>(std::move(collection.files), std::move(collection.sources));
}

}  // namespace

GenerationId generation_of(std::span<const ModuleFile> files) {
  if (files.size() == 1) return GenerationId::of(files.front().build_id);
  std::string builds;
  for (const ModuleFile& file : files) builds += file.build_id.hex + ' ';
  return {ContentHash::of(std::as_bytes(std::span(builds))).hex()};
}

ModuleFiles::ModuleFiles(std::vector<ModuleFile> files, std::vector<Source> sources)
    : files_(std::move(files)), sources_(std::move(sources)), generation_(generation_of(files_)) {
  std::vector<std::uint8_t> hashes;
  for (const ModuleFile& file : files_) hashes.insert(hashes.end(), file.hash.bytes.begin(), file.hash.bytes.end());
  fingerprint_ = ContentHash::of(std::as_bytes(std::span(hashes)));
}

std::shared_ptr<const ModuleFiles> ModuleFiles::of_file(const std::string& path) {
  const std::string place = std::filesystem::absolute(path);
  {
    const std::lock_guard lock(known().mutex);
    const auto found = known().by_path.find(place);
    if (found != known().by_path.end() && found->second->module().path == path && found->second->unchanged())
      return found->second;
  }
  auto files = collect(path, nullptr);
  const std::lock_guard lock(known().mutex);
  known().by_path.insert_or_assign(place, files);
  return files;
}

std::shared_ptr<const ModuleFiles> ModuleFiles::of_mapped(const std::string& path, const BuildId& build_id) {
  {
    const std::lock_guard lock(known().mutex);
    if (const auto found = known().by_build.find(build_id); found != known().by_build.end()) return found->second;
  }
  auto files = collect(path, &build_id);
  const std::lock_guard lock(known().mutex);
  return known().by_build.try_emplace(build_id, std::move(files)).first->second;
}

bool ModuleFiles::unchanged() const {
  return std::ranges::all_of(sources_, [](const Source& one) { return FileStamp::of(one.place) == one.stamp; });
}

Bytes ModuleFiles::read(std::size_t index, std::uint64_t offset, std::size_t length) const {
  const Source& source = sources_[index];
  const cluster::Descriptor file(open(source.place.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  auto [bytes, memory] = Bytes::fresh(length);
  if (file) cluster::read_at(file.get(), offset, {memory, length});  // if bytes are missing, the stamp has changed
  // Last, so that it shows what was written while this read.
  if (!file || FileStamp::of(source.place) != source.stamp)
    throw PluginLoadError(LoadStage::read, files_[index].path, "it was built anew or removed before its engine had it",
                          "Call again when it is there; a program that was rebuilt is to be started again");
  return std::move(bytes);
}

static GenerationId generation_of(const std::vector<BroughtFile>& brought) {
  std::vector<ModuleFile> files;
  for (const BroughtFile& file : brought) files.push_back(file.what);
  return generation_of(files);
}

void BroughtModules::add(std::vector<BroughtFile> files) {
  GenerationId generation = generation_of(files);
  const std::lock_guard lock(mutex_);
  if (loaded_.contains(generation)) return;
  std::erase_if(waiting_, [&](const Waiting& one) { return one.generation == generation; });
  waiting_.push_back({std::move(generation), std::move(files)});
  if (waiting_.size() > kMost) waiting_.pop_front();
}

std::optional<std::vector<BroughtFile>> BroughtModules::find(const GenerationId& generation) const {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find(waiting_, generation, &Waiting::generation);
  if (found == waiting_.end()) return std::nullopt;
  return found->files;
}

std::optional<GenerationId> BroughtModules::newest(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  for (auto one = waiting_.rbegin(); one != waiting_.rend(); ++one)
    if (is_plugin_file(one->files.back().what.path, name)) return one->generation;
  return std::nullopt;
}

void BroughtModules::forget(const GenerationId& generation) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.generation == generation; });
}

void BroughtModules::set_loaded(const GenerationId& generation) {
  const std::lock_guard lock(mutex_);
  loaded_.insert(generation);
  std::erase_if(waiting_, [&](const Waiting& one) { return one.generation == generation; });
}

bool BroughtModules::loaded(const GenerationId& generation) const {
  const std::lock_guard lock(mutex_);
  return loaded_.contains(generation);
}

}  // namespace enginery::modules
