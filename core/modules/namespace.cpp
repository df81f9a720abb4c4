// core/modules/namespace.cpp: named values, and the paths that lead into them.
#include <enginery/namespace.hpp>

#include <charconv>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/module_namespace.hpp>

#include "core/modules/attribute.hpp"
#include "core/modules/nearest_name.hpp"

namespace enginery {

Variable::operator Value() const { return names_.get(name_); }

Variable& Variable::operator=(const Value& value) {
  names_.set(name_, value);
  return *this;
}

Variable& Variable::operator=(const Variable& other) { return *this = Value(other); }

static void augment(Namespace& names, const std::string& name, Operator op, const Value& right) {
  Value value = names.get(name);
  value.augment(op, right);
  names.set(name, std::move(value));
}

Variable& Variable::operator+=(const Value& value) {
  augment(names_, name_, Operator::add, value);
  return *this;
}
Variable& Variable::operator-=(const Value& value) {
  augment(names_, name_, Operator::subtract, value);
  return *this;
}
Variable& Variable::operator*=(const Value& value) {
  augment(names_, name_, Operator::multiply, value);
  return *this;
}
Variable& Variable::operator/=(const Value& value) {
  augment(names_, name_, Operator::divide, value);
  return *this;
}
Variable& Variable::operator%=(const Value& value) {
  augment(names_, name_, Operator::modulo, value);
  return *this;
}

std::ostream& operator<<(std::ostream& out, const Variable& variable) { return out << Value(variable); }

static std::string did_you_mean(std::string_view name, const Namespace& names) {
  const std::string meant = modules::nearest_name(name, names.keys());
  return meant.empty() ? std::string() : fmt::format(" Did you mean '{}'?", meant);
}

const Value* Namespace::find(std::string_view name) const noexcept {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &found->second->second;
}

Value Namespace::get(std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  throw NameError(fmt::format("name '{}' is not defined.{} Push or assign it first", name, did_you_mean(name, *this)));
}

void Namespace::set(std::string_view name, Value value) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    found->second->second = std::move(value);
    return;
  }
  entries_.emplace_back(name, std::move(value));
  const auto entry = std::prev(entries_.end());
  by_name_.emplace(entry->first, entry);
}

bool Namespace::erase(std::string_view name) {
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) return false;
  const auto entry = found->second;
  by_name_.erase(found);
  entries_.erase(entry);
  return true;
}

void Namespace::clear() {
  by_name_.clear();
  entries_.clear();
}

std::vector<std::string> Namespace::keys() const {
  std::vector<std::string> names;
  names.reserve(entries_.size());
  for (const auto& [name, value] : entries_) names.push_back(name);
  return names;
}

void Namespace::rethrow_for(std::string_view name) {
  try {
    throw;
  } catch (const TypeError& error) {
    throw TypeError(fmt::format("'{}': {}", name, error.what()));
  } catch (const ValueError& error) {
    throw ValueError(fmt::format("'{}': {}", name, error.what()));
  }
}

namespace {

/// The steps of a path, one at a time.
class PathReader {
 public:
  explicit PathReader(std::string_view path) : path_(path) {}

  bool at_end() const { return position_ == path_.size(); }
  bool take(char wanted) {
    if (at_end() || path_[position_] != wanted) return false;
    ++position_;
    return true;
  }

  std::string_view name() {
    const std::size_t start = position_;
    while (!at_end() && is_name(path_[position_])) ++position_;
    if (start == position_ || (path_[start] >= '0' && path_[start] <= '9')) refuse("a name");
    return path_.substr(start, position_ - start);
  }

  /// What stands between [ and ]: an integer, or a text in quotes without escapes.
  Value key() {
    Value key;
    if (take('\'') || take('"')) {
      const std::size_t end = path_.find(path_[position_ - 1], position_);
      if (end == std::string_view::npos) refuse("a closing quote");
      key = Value::string(std::string(path_.substr(position_, end - position_)));
      position_ = end + 1;
    } else {
      std::int64_t index = 0;
      const char* first = path_.data() + position_;
      const auto [end, error] = std::from_chars(first, path_.data() + path_.size(), index);
      if (error != std::errc()) refuse("an integer or a text in quotes");
      position_ += static_cast<std::size_t>(end - first);
      key = Value::integer(index);
    }
    if (!take(']')) refuse("]");
    return key;
  }

  [[noreturn]] void refuse(std::string_view expected) const {
    throw SyntaxError(
        fmt::format("'{}' is not a path: expected {} at character {}; a path is like a, norms.get_norms, "
                    "a.b, a[0] or a['key']",
                    path_, expected, position_ + 1));
  }

 private:
  /// Bytes of UTF-8 beyond ASCII belong to names, as in Python.
  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
  }

  std::string_view path_;
  std::size_t position_ = 0;
};

}  // namespace

namespace modules {

Value attribute(const Value& object, std::string_view name) {
  if (object.kind() == Kind::module) {
    const ModuleNamespace& module = *object.as_module();
    if (const Value* value = module.attributes.find(name)) return *value;
    throw AttributeError(fmt::format("module '{}' has no attribute '{}'.{} It has: {}", module.name, name,
                                     did_you_mean(name, module.attributes), fmt::join(module.attributes.keys(), ", ")));
  }
  if (object.kind() == Kind::dict) return object.at(Value::string(std::string(name)));
  throw AttributeError(
      fmt::format("'{}' object has no attribute '{}'; only modules and dicts have", object.type_name(), name));
}

}  // namespace modules

Value Namespace::resolve(std::string_view path) const {
  PathReader reader(path);
  const std::string_view first = reader.name();
  const Value* found = find(first);
  if (!found) {
    if (reader.at_end()) return get(first);  // throws
    throw NameError(
        fmt::format("name '{}' is not defined.{} If it is a plugin, import {} first: sync_imports({{\"{}\"}}), or "
                    "`enginery start --load {}`",
                    first, did_you_mean(first, *this), first, first, first));
  }
  Value value = *found;
  while (!reader.at_end()) {
    if (reader.take('.'))
      value = modules::attribute(value, reader.name());
    else if (reader.take('['))
      value = value.at(reader.key());
    else
      reader.refuse(". or [");
  }
  return value;
}

Namespace& globals() {
  // Never destroyed: threads and destructors of other libraries may still look at it while the process ends.
  static Namespace* const names = new Namespace;
  return *names;
}

}  // namespace enginery
