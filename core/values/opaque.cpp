// core/values/opaque.cpp: whether two modules mean one type, and what to say if they do not.
#include <enginery/opaque.hpp>

#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

#include <enginery/parameter.hpp>

namespace enginery {
namespace {

/// What keeps code that wants one type from an object of another.
enum class Obstacle : std::uint8_t { none, name, structure, tag, build, module };

/// Of the file of the module, without its folder: a plugin or program keeps it from build to build.
std::string_view module_file(const OpaqueType& type) noexcept {
  Dl_info where{};
  if (!type.module || dladdr(type.module, &where) == 0 || !where.dli_fname) return "?";
  const std::string_view path = where.dli_fname;
  return path.substr(path.rfind('/') + 1);
}

bool same_structure(const OpaqueType& a, const OpaqueType& b) noexcept {
  return a.size == b.size && a.alignment == b.alignment && a.widest == b.widest && a.traits == b.traits;
}

Obstacle obstacle(const OpaqueType& a, const OpaqueType& b) noexcept {
  // One object: the linker or the dynamic linker knows that it is one type.
  if (a.type == b.type && same_structure(a, b)) return Obstacle::none;
  if (std::strcmp(a.type->name(), b.type->name()) != 0) return Obstacle::name;
  if (!same_structure(a, b) || a.module == b.module) return Obstacle::structure;
  if (!a.shared.tag.empty() && !b.shared.tag.empty()) return a.shared == b.shared ? Obstacle::none : Obstacle::tag;
  if (module_file(a) != module_file(b)) return Obstacle::module;
  return a.fields != 0 && a.fields == b.fields ? Obstacle::none : Obstacle::build;
}

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status),
                                                         &std::free);
  return text ? text.get() : name;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// As it compiles: a name with commas would be several arguments.
std::string macro(const OpaqueType& type) {
  const std::string name = type.name();
  const bool has_comma = name.find(',') != name.npos;
  return (has_comma ? "using Shared = " + name + "; " : "") + "ENGINERY_SHARED(" + (has_comma ? "Shared" : name) +
         ", \"" + name + "\", 1)";
}

std::string structure_text(const OpaqueType& type) {
  return std::to_string(type.size) + " bytes aligned to " + std::to_string(type.alignment) + ", widest alignment " +
         std::to_string(type.widest) + ", traits " + std::to_string(type.traits);
}

std::string tag_text(const OpaqueType& type) {
  return "\"" + std::string(type.shared.tag) + "\" version " + std::to_string(type.shared.version);
}

}  // namespace

std::string OpaqueType::name() const { return demangled(type->name()); }

bool OpaqueType::agrees_with(const OpaqueType& other) const noexcept {
  return obstacle(*this, other) == Obstacle::none;
}

void detail::throw_other_opaque(const OpaqueType& held, const OpaqueType& wanted) {
  const std::string expected = "expected an object of type " + wanted.name(), got = ", got one of type " + held.name();
  const std::string by = " of the module " + quoted(module_file(wanted)),
                    from = " of the module " + quoted(module_file(held));
  switch (obstacle(held, wanted)) {
    case Obstacle::none:
    case Obstacle::name:
      throw detail::ObjectWanted(expected + got + ": pass an object of that very type");
    case Obstacle::structure:
      throw detail::ObjectWanted(
          expected + by + got + from + ", which is another type of that name (expected " + structure_text(wanted) +
          "; got " + structure_text(held) +
          "): build both modules from one header with the same compiler flags (-mavx, -march), give types "
          "in anonymous namespaces a name, and declare beside the class what is shared: " +
          macro(wanted));
    case Obstacle::tag:
      throw detail::ObjectWanted(expected + by + ", shared as " + tag_text(wanted) + got + from + ", shared as " +
                                 tag_text(held) +
                                 ": build both with one version of the header that has its ENGINERY_SHARED");
    case Obstacle::build:
      throw detail::ObjectWanted(
          expected + by + got + " of another build of it" +
          (held.fields != 0 && wanted.fields != 0 ? ", which has other fields"
                                                  : ", and reflection does not see whether it is the same") +
          ": make the object again, or declare beside the class that both builds mean the same: " + macro(wanted));
    case Obstacle::module:
      throw detail::ObjectWanted(
          expected + by + got + from +
          ": an object belongs to the module that made it, unless both declare its type in a header that "
          "they have in common: " +
          macro(wanted));
  }
  throw detail::ObjectWanted(expected + got);
}

}  // namespace enginery
