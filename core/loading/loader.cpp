// core/loading/loader.cpp: from a plugin's name or file to its tasks.
//
// A file is read once; those bytes are checked and those bytes are loaded. First comes what the file says about itself:
// is it a shared object for this machine, built for the same ABI and for this processor, with all libraries at hand?
// Nothing is mapped until all of that is certain. Then the bytes go to the module cache, at a path that contains the
// build-id: the dynamic linker gives the old code for a known path, and a linker that writes over a mapped file kills
// the process. If the build is new to this host, or to what is loaded here, a probe opens it first, beside what is
// loaded here. When the probe has lived, this process opens it. Only then does the plugin's body run; what it throws
// comes back as data.
//
// A module that a client brought lies in the cache already, its hash checked, and so do the libraries of the user's own
// that it needs; those are opened before it, because the dynamic linker looks for a name that it has loaded nowhere
// else. For the same reason a library of which another build is loaded gets another name, in a copy of it and of each
// file that needs it: then the same file may be mapped several times, and its build-id does not tell which one is
// meant. So what is brought is known by its generation.
#include "core/loading/loader.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/abi.hpp>

#include "core/delivery/content_hash.hpp"
#include "core/modules/elf_file.hpp"
#include "core/modules/processor.hpp"
#include "core/processes/floating_point_scope.hpp"

namespace enginery::modules {
namespace {

constexpr const char* kDescriptorSymbol = "enginery_plugin_descriptor";
/// The plugin that statements are compiled as: its body is what the user runs, and what that throws is theirs.
constexpr std::string_view kStatements = "execute_cpp";

void check_abi(const ElfFile& elf, const std::string& file) {
  if (!elf.abi_tag)
    throw PluginLoadError(LoadStage::abi, file, "it has no enginery note, so it is not a plugin of enginery",
                          "Define its tasks with ENGINERY_PLUGIN and build it with enginery_add_plugin");
  if (*elf.abi_tag != ENGINERY_ABI_TAG)
    throw PluginLoadError(
        LoadStage::abi, file,
        fmt::format("it was built by {} for \"{}\", and this process by {} for \"{}\"",
                    elf.built_by.empty() ? "an unknown compiler" : elf.built_by, *elf.abi_tag, ENGINERY_BUILT_BY,
                    ENGINERY_ABI_TAG),
        "Build it again with the C++ library, the flags and the enginery headers of this installation");
}

/// Instructions that this processor does not have would kill the process, whenever they come.
void check_processor(const ElfFile& elf, const std::string& file) {
  const Processor& here = Processor::this_one();
  const std::vector<std::string> lacks = missing(elf.instruction_sets, here.instruction_sets);
  if (lacks.empty()) return;
  throw PluginLoadError(
      LoadStage::processor, file,
      fmt::format("it was compiled for the instruction sets {}, which this host's processor, {}, does not have",
                  fmt::join(lacks, ", "), here.name),
      "Compile it for what the processors of all engines have: without -march=native, or with -march=x86-64-v2 or -v3");
}

const EngineryPluginDescriptor& descriptor_of(const SharedObject& object) {
  const auto* descriptor = static_cast<const EngineryPluginDescriptor*>(object.symbol(kDescriptorSymbol));
  if (!descriptor)
    throw PluginLoadError(LoadStage::symbol, object.file(), fmt::format("it does not define {}", kDescriptorSymbol),
                          "Define its tasks with ENGINERY_PLUGIN; if it does, no version script may hide that symbol");
  if (descriptor->size < sizeof(EngineryPluginDescriptor) || descriptor->abi != ENGINERY_PLUGIN_ABI)
    throw PluginLoadError(LoadStage::abi, object.file(),
                          fmt::format("its descriptor is of plugin ABI {}, and this process has {}", descriptor->abi,
                                      ENGINERY_PLUGIN_ABI),
                          "Build it again with the enginery headers of this installation");
  return *descriptor;
}

void enter(const SharedObject& object, const EngineryPluginDescriptor& descriptor, Module& module) {
  const FloatingPointScope scope;
  Error thrown("", "");
  const EngineryReport report = [](void* context, const char* ename, const char* text) {
    *static_cast<Error*>(context) = Error(ename, text);
  };
  if (descriptor.enter(&module, report, &thrown)) return;
  if (descriptor.name == kStatements) throw thrown;
  throw PluginLoadError(
      LoadStage::init, object.file(),
      fmt::format("the body of ENGINERY_PLUGIN({}) threw {}: {}", descriptor.name, thrown.ename(), thrown.what()),
      "Correct what it does, or move it into a task; importing again runs it again");
}

/// A short name of these very files, in whatever order; empty if there are none. What a path in the cache leads to
/// never changes.
std::string name_of(std::span<const LoadedFile> files, const ModuleCache& cache) {
  std::vector<std::string> each;
  for (const LoadedFile& file : files) {
    const bool changes = !file.path.starts_with(cache.folder().string() + '/');
    const std::optional<FileStamp> stamp = changes ? FileStamp::of(file.path) : std::nullopt;
    each.push_back(fmt::format("{}\n{}\n{}\n", file.path, stamp ? stamp->size : 0, stamp ? stamp->modified_ns : 0));
  }
  if (each.empty()) return {};
  std::ranges::sort(each);
  const std::string all = fmt::format("{}", fmt::join(each, ""));
  return ContentHash::of(std::as_bytes(std::span(all))).hex().substr(0, 16);
}

/// What is brought again comes to an empty place.
[[noreturn]] void refuse_changed(const std::string& file, const std::filesystem::path& copy) {
  std::error_code gone;
  std::filesystem::remove(copy, gone);
  throw PluginLoadError(
      LoadStage::read, file, "its copy in the module cache was changed",
      "Make a new Client, which brings it again, and see who writes to that folder: " + copy.parent_path().string());
}

}  // namespace

ModuleMissing::ModuleMissing(const GenerationId& generation)
    : Error("ModuleMissing", "this engine does not have the module " + generation.hex +
                                 ", and the call brought none; use one version of enginery on both sides") {}

std::shared_ptr<const SharedObject> Loader::loaded(const GenerationId& generation) const {
  const auto found = objects_.find(generation);
  return found == objects_.end() ? nullptr : found->second;
}

std::shared_ptr<const SharedObject> Loader::load(const std::string& path) {
  if (const auto found = seen_.find(path); found != seen_.end() && FileStamp::of(path) == found->second.stamp)
    return found->second.object;
  const PluginFile file = PluginFile::read(path);
  const ElfFile elf = ElfFile::read(file.bytes.span(), path);
  elf.require_build_id(path);
  check_abi(elf, path);
  check_processor(elf, path);
  const GenerationId generation = GenerationId::of(elf.build_id);
  std::shared_ptr<const SharedObject> object = loaded(generation);
  if (!object) {
    const Neighbours neighbours = check_dependencies(elf, path);
    const std::filesystem::path copy =
        cache().keep(elf.build_id.hex, std::filesystem::path(path).filename(), file.bytes.span());
    object = open(generation, {path, elf.build_id, {{copy, file.bytes}}, neighbours});
  }
  seen_.insert_or_assign(path, Seen{file.stamp, object});
  return object;
}

ModuleCache& Loader::cache() {
  if (!cache_) cache_ = ModuleCache::standard();
  return *cache_;
}

std::vector<LoadedFile> Loader::loaded_files() const {
  std::vector<LoadedFile> files;
  for (OwnFile& own : own_loaded_files()) {
    const auto known =
        std::ranges::find_if(objects_, [&](const auto& one) { return one.second->loaded() == own.path; });
    if (known == objects_.end()) {
      files.push_back({own.path, own.path});
      continue;
    }
    // Of statements there may be hundreds, and none registers itself.
    if (!own.constructs || std::filesystem::path(own.path).stem() == kStatements) continue;
    files.push_back({std::move(own.path), known->second->file()});
  }
  return files;
}

std::shared_ptr<const SharedObject> Loader::open(const GenerationId& generation, const Copies& copies) {
  const std::filesystem::path& module = copies.all.back().path;
  if (probe_) {
    std::vector<LoadedFile> beside = loaded_files();
    std::erase_if(beside, [&](const LoadedFile& file) { return file.path == module; });  // another Loader's
    const std::string which = name_of(beside, cache());
    const auto proven = [&](const Copy& copy) { return cache().proven(copy.path, which); };
    if (!std::ranges::all_of(copies.all, proven)) {
      probe_->open(copies.file, module, copies.neighbours.folders, beside);
      // That took its time, in which another process of this user may have written there.
      for (const Copy& copy : copies.all) {
        const PluginFile now = PluginFile::read(copy.path);
        if (!std::ranges::equal(now.bytes.span(), copy.checked.span())) refuse_changed(copies.file, copy.path);
      }
      for (const Copy& copy : copies.all) cache().set_proven(copy.path, which);
    }
  }
  const FloatingPointScope scope;  // libraries have constructors, too
  // The copy would not find these by itself. Once they are loaded, the dynamic linker takes them.
  for (const std::string& library : copies.neighbours.libraries)
    if (!dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL)) throw_dl_error(library, library, dlerror());
  auto object = std::make_shared<const SharedObject>(copies.file, module, copies.build_id);
  objects_.emplace(generation, object);
  if (brought_) brought_->set_loaded(generation);
  return object;
}

std::shared_ptr<const SharedObject> Loader::module(const GenerationId& generation) {
  if (auto known = loaded(generation)) return known;
  const auto brought = brought_ ? brought_->find(generation) : std::nullopt;
  if (!brought) throw ModuleMissing(generation);
  try {
    return open_brought(generation, *brought);
  } catch (const PluginLoadError& error) {
    // What cannot be read any more is not here: a client that asks is to bring it again.
    if (error.stage() == LoadStage::read) brought_->forget(generation);
    throw;
  }
}

std::shared_ptr<const SharedObject> Loader::open_brought(const GenerationId& generation,
                                                         const std::vector<BroughtFile>& brought) {
  const BroughtFile& module = brought.back();
  std::vector<std::string> libraries;
  for (const BroughtFile& file : std::span(brought).first(brought.size() - 1)) libraries.push_back(file.what.name);

  Copies copies{module.what.path, module.what.build_id, {}, {}};
  LibraryRenames renames;
  std::vector<std::string> names;
  for (const BroughtFile& file : brought) {
    const std::string& path = file.what.path;
    cache().restore(file);
    const PluginFile content = PluginFile::read(file.cached);
    if (ContentHash::of(content.bytes.span()) != file.what.hash) refuse_changed(path, file.cached);
    const ElfFile elf = ElfFile::read(content.bytes.span(), path);
    if (elf.build_id != file.what.build_id)
      throw PluginLoadError(LoadStage::elf, path, "it came with another build-id than it has", "Call again");
    if (&file == &module) check_abi(elf, path);
    check_processor(elf, path);
    const Neighbours system = check_dependencies(elf, path, libraries);
    Neighbours& neighbours = copies.neighbours;
    neighbours.libraries.insert(neighbours.libraries.end(), system.libraries.begin(), system.libraries.end());
    neighbours.folders.insert(neighbours.folders.end(), system.folders.begin(), system.folders.end());

    LibraryRenames here;  // what this file is to call otherwise
    for (const std::string& library : elf.needed)
      if (const auto other = renames.find(library); other != renames.end()) here.insert(*other);
    const std::string name = &file == &module ? file.what.name : names_.of(file.what, here, module.what.path);
    if (name != file.what.name) {
      here.emplace(file.what.name, name);
      renames.emplace(file.what.name, name);
    }
    Copy copy{file.cached, content.bytes};
    if (!here.empty()) {
      copy.checked = with_other_names(content.bytes.span(), path, here);
      copy.path = cache().keep(ContentHash::of(copy.checked.span()).hex(), name, copy.checked.span());
    }
    copies.all.push_back(std::move(copy));
    if (&file == &module) break;
    names.push_back(name);
    neighbours.folders.push_back(copies.all.back().path.parent_path());
    if (!mapped_library(name)) neighbours.libraries.push_back(copies.all.back().path);
  }
  auto object = open(generation, copies);
  libraries_.emplace(generation, std::move(names));
  return object;
}

const void* Loader::code(const CodeAddress& address) {
  if (address.generation.empty()) {
    if (const void* const code = find_code(address)) return code;
    module(GenerationId::of(address.build_id));
    return find_code(address);
  }
  const auto object = module(address.generation);
  if (address.build_id == object->build_id()) return find_code(address, object->base());
  const auto libraries = libraries_.find(address.generation);
  if (libraries == libraries_.end()) return nullptr;
  for (const std::string& name : libraries->second)
    if (const auto mapped = mapped_library(name); mapped && mapped->build_id == address.build_id)
      return find_code(address, mapped->base);
  return nullptr;
}

std::shared_ptr<ModuleNamespace> Loader::import_file(const std::string& path) { return import(*load(path)); }

std::shared_ptr<ModuleNamespace> Loader::import(const SharedObject& object) {
  const EngineryPluginDescriptor& descriptor = descriptor_of(object);
  std::shared_ptr<ModuleNamespace>& known = modules_[object.base()];
  if (!known) {
    auto made = std::make_shared<ModuleNamespace>();
    made->name = descriptor.name;
    made->version = descriptor.version;
    made->build_id = object.build_id();
    made->file = object.file();
    made->copy = object.loaded();
    Module module(made->attributes, made->name, made->build_id);
    enter(object, descriptor, module);
    made->doc = module.text();
    known = std::move(made);
  }
  imported_.insert_or_assign(known->name, known);
  return known;
}

std::shared_ptr<ModuleNamespace> Loader::import(std::string_view name) {
  if (const auto file = look_for_plugin(name)) return import(name, *load(*file));
  // As in Python, what is imported stays, whatever became of the file.
  if (const auto known = imported_.find(name); known != imported_.end()) return known->second;
  if (const auto object = brought_plugin(name)) return import(name, *object);
  return import(name, *load(find_plugin(name)));  // which throws, and says where it has looked
}

std::shared_ptr<const SharedObject> Loader::brought_plugin(std::string_view name) {
  if (const auto generation = brought_ ? brought_->newest(name) : std::nullopt) return module(*generation);
  for (const auto& [generation, object] : objects_)
    if (is_plugin_file(object->file(), name)) return object;
  return nullptr;
}

std::shared_ptr<ModuleNamespace> Loader::import(std::string_view name, const SharedObject& object) {
  const EngineryPluginDescriptor& descriptor = descriptor_of(object);
  if (descriptor.name != name)
    throw PluginLoadError(LoadStage::symbol, object.file(),
                          fmt::format("it is the plugin '{}', and '{}' was to be imported", descriptor.name, name),
                          fmt::format("Call the file {}.so, or write ENGINERY_PLUGIN({}, …)", descriptor.name, name));
  return import(object);
}

void Loader::clear() {
  for (const auto& [base, module] : modules_)
    if (module) module->attributes.clear();
}

void Loader::run(const std::string& path, Namespace& names) { run(*load(path), names); }

void Loader::run(const SharedObject& object, Namespace& names) {
  const EngineryPluginDescriptor& descriptor = descriptor_of(object);
  Module module(names, {}, object.build_id());
  enter(object, descriptor, module);
}

Value as_value(std::shared_ptr<ModuleNamespace> module) {
  const std::string description = fmt::format("module '{}'", module->name);
  return Value::module(std::move(module), description);
}

}  // namespace enginery::modules
