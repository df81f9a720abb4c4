// client/enginery/reference.hpp: a name that stands for an engine's own object.
#pragma once

#include <string>
#include <utility>

#include <enginery/value.hpp>

namespace enginery {

/// As an argument, also inside a list or dict: the very object that the engine's namespace has under this name or path.
/// An unknown name is a NameError, and the function is not called.
class Reference {
 public:
  explicit Reference(std::string path) : path_(std::move(path)) {}
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

template <>
struct Codec<Reference> {
  static Value encode(const Reference& reference) { return Value::reference(reference.path()); }
  static Reference decode(const Value& value) { return Reference(value.as_reference()); }
  static std::string name() { return "Reference"; }
};

}  // namespace enginery
