// engine/import_list.cpp: the plugins that an engine imported, for the one that takes its place.
//
// A plugin can crash the engine while it is imported. So restore() takes each plugin off the list on disk before it
// imports it; only a successful import puts the plugin back. An engine that dies of a plugin thus dies of it once.
#include "engine/import_list.hpp"

#include <algorithm>
#include <exception>
#include <fstream>
#include <system_error>
#include <utility>

namespace enginery::engine {

std::filesystem::path ImportList::place(const std::filesystem::path& directory, int id) {
  return directory / ("p-" + std::to_string(id));
}

ImportList::ImportList(std::filesystem::path file) : file_(std::move(file)) {
  std::ifstream stream(file_);
  for (Import import;
       std::getline(stream, import.name) && std::getline(stream, import.file) && std::getline(stream, import.copy);)
    imports_.push_back(import);
}

void ImportList::restore(const std::function<void(const Import&)>& import,
                         const std::function<void(const std::string& words)>& on_failure) {
  for (const Import& one : std::vector<Import>(imports_)) {
    std::erase(imports_, one);
    save();
    try {
      import(one);
    } catch (const std::exception& error) {
      on_failure(error.what());
    }
  }
}

void ImportList::add(const Import& import) {
  if ((import.name + import.file + import.copy).find('\n') != std::string::npos) return;
  const auto known = std::ranges::find(imports_, import.name, &Import::name);
  if (known == imports_.end())
    imports_.push_back(import);
  else if (std::exchange(*known, import) == import)
    return;
  save();
}

void ImportList::save() const {
  const std::filesystem::path fresh = file_.string() + ".new";
  std::ofstream stream(fresh, std::ios::trunc);
  for (const Import& import : imports_) stream << import.name << '\n' << import.file << '\n' << import.copy << '\n';
  stream.close();
  std::error_code none;
  if (stream) std::filesystem::rename(fresh, file_, none);
}

}  // namespace enginery::engine
