// core/functions/namespace.cpp: named values, in the order in which they were first assigned, and paths that lead into
// them: norms.get_norms, a[0], d['key'].
//
// A list keeps the order and the addresses of the entries, a hash index finds them. What a value's destructor does is
// the user's code, which may use the namespace: so a value is dropped only after the namespace has its new state.
//
// A path is a name and then steps, .name or [key]. It is read and followed at once, one step at a time, without a
// parsed form: most paths are one name. Before anything is changed, the whole path is checked, so that a wrong path
// changes nothing; assign_all() checks the paths of all its items first.
#include <enginery/namespace.hpp>

#include <algorithm>
#include <charconv>
#include <ostream>
#include <unordered_map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/errors/error_text.hpp"
#include "core/functions/namespace_paths.hpp"
#include "core/values/objects.hpp"

namespace enginery {

Variable::Variable(Namespace& names, std::string_view name) : names_(names), name_(name) {}

Variable::operator Value() const { return names_.get(name_); }

Variable& Variable::operator=(const Value& value) {
  names_.set(name_, value);
  return *this;
}

Variable& Variable::operator=(const Variable& other) { return *this = Value(other); }

Variable& Variable::augment(Operator op, const Value& right) {
  Value value = names_.get(name_);
  value.augment(op, right);
  names_.set(name_, std::move(value));
  return *this;
}

std::ostream& operator<<(std::ostream& out, const Variable& variable) { return out << Value(variable); }

class Namespace::Index : public std::unordered_map<std::string_view, Entries::iterator> {};

Namespace::Namespace() : by_name_(std::make_unique<Index>()) {}
Namespace::~Namespace() = default;

const Value* Namespace::find(std::string_view name) const noexcept {
  const auto found = by_name_->find(name);
  return found == by_name_->end() ? nullptr : &found->second->second;
}

Value Namespace::get(std::string_view name) const {
  if (const Value* value = find(name)) return *value;
  throw NameError(fmt::format("name '{}' is not defined.{} Push or assign it first, or, if it is a plugin, import {}",
                              name, modules::did_you_mean(name, keys()), name));
}

void Namespace::set(std::string_view name, Value value) {
  if (const auto found = by_name_->find(name); found != by_name_->end()) {
    const Value before = std::exchange(found->second->second, std::move(value));  // dropped at the end, see above
    return;
  }
  entries_.emplace_back(name, std::move(value));
  const auto entry = std::prev(entries_.end());
  by_name_->emplace(entry->first, entry);
}

bool Namespace::erase(std::string_view name) {
  const auto found = by_name_->find(name);
  if (found == by_name_->end()) return false;
  const auto entry = found->second;
  by_name_->erase(found);
  entries_.erase(entry);
  return true;
}

void Namespace::clear() {
  // What the values' destructors find is an empty namespace, which they may use.
  Entries before;
  before.swap(entries_);
  by_name_->clear();
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

Namespace& globals() {
  // Never destroyed: threads and destructors of other libraries may still look at it while the process ends.
  static Namespace* const names = new Namespace;
  return *names;
}

}  // namespace enginery

namespace enginery::modules {
namespace {

[[noreturn]] void throw_none(const Value& object, std::string_view name) {
  throw AttributeError(
      fmt::format("'{}' object has no attribute '{}'; only modules and dicts have", object.type_name(), name));
}

[[noreturn]] void throw_unknown(const ModuleNamespace& module, std::string_view name) {
  throw AttributeError(fmt::format("module '{}' has no attribute '{}'.{} It has: {}", module.name, name,
                                   did_you_mean(name, module.attributes.keys()),
                                   fmt::join(module.attributes.keys(), ", ")));
}

/// A struct is a dict of its fields, and has as many as reflection sees, at most. Data may have millions of keys.
constexpr std::size_t kMostFields = 64;

/// Says all fields, where Dict's own words end with the first few keys.
[[noreturn]] void throw_no_field(const Dict& dict, std::string_view name) {
  std::vector<std::string> fields;
  if (dict.size() <= kMostFields)
    for (const auto [key, value] : dict)
      if (key.kind() == Kind::string) fields.push_back(key.as_string());
  if (fields.empty() || fields.size() < dict.size()) throw_missing_key(dict, Value::string(std::string(name)));
  const std::string meant = did_you_mean(name, fields);
  throw KeyError(fmt::format("'{}' is not among the dict's keys: '{}'{}{}", name, fmt::join(fields, "', '"),
                             meant.empty() ? "" : ".", meant));
}

Value key_of(std::string_view name) { return Value::string(std::string(name)); }

}  // namespace

Value attribute(const Value& object, std::string_view name) {
  if (object.kind() == Kind::module) {
    const ModuleNamespace& module = *object.as_module();
    if (const Value* value = module.attributes.find(name)) return *value;
    throw_unknown(module, name);
  }
  if (object.kind() == Kind::dict) {
    if (const Value* value = object.as_dict().find(name)) return *value;
    throw_no_field(object.as_dict(), name);
  }
  throw_none(object, name);
}

void set_attribute(const Value& object, std::string_view name, Value value) {
  if (object.kind() == Kind::module) return object.as_module()->attributes.set(name, std::move(value));
  if (object.kind() == Kind::dict) return object.set_item(key_of(name), value);
  throw_none(object, name);
}

void delete_attribute(const Value& object, std::string_view name) {
  if (object.kind() == Kind::module) {
    if (!object.as_module()->attributes.erase(name)) throw_unknown(*object.as_module(), name);
    return;
  }
  if (object.kind() == Kind::dict) return object.delete_item(key_of(name));
  throw_none(object, name);
}

}  // namespace enginery::modules

namespace enginery {
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
    const std::string_view name = path_.substr(start, position_ - start);
    if (name.empty() || (name[0] >= '0' && name[0] <= '9')) {
      position_ = start;
      refuse("a name");
    }
    return name;
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

/// A step into an object: .name, or [key] if the name is empty. The name is a part of the path's own text.
struct Step {
  std::string_view name{};
  Value key{};

  static Step read(PathReader& reader) {
    if (reader.take('.')) return {.name = reader.name()};
    if (reader.take('[')) return {.key = reader.key()};
    reader.refuse(". or [");
  }
  bool is_attribute() const { return !name.empty(); }
};

Value follow(const Value& object, const Step& step) {
  return step.is_attribute() ? modules::attribute(object, step.name) : object.at(step.key);
}

void set_step(const Value& object, const Step& step, Value value) {
  if (step.is_attribute())
    modules::set_attribute(object, step.name, std::move(value));
  else
    object.set_item(step.key, value);
}

/// Throws as set_step() does for an object that has no such place.
void check_settable(const Value& object, const Step& step) {
  const Kind kind = object.kind();
  if (kind == Kind::dict || (kind == Kind::module && step.is_attribute())) return;
  if ((kind == Kind::list || kind == Kind::array) && !step.is_attribute())
    object.at(step.key);
  else
    set_step(object, step, Value());  // such an object takes nothing
}

/// Where a path ends: a step from an object. Nothing when the path is a name alone.
std::optional<std::pair<Value, Step>> last_step(PathReader& reader, const Value& first) {
  if (reader.at_end()) return std::nullopt;
  std::pair<Value, Step> last{first, Step::read(reader)};
  while (!reader.at_end()) {
    last.first = follow(last.first, last.second);
    last.second = Step::read(reader);
  }
  return last;
}

}  // namespace

void Namespace::check_path(std::string_view path) {
  PathReader reader(path);
  reader.name();
  while (!reader.at_end()) Step::read(reader);
}

Value Namespace::first_of_path(std::string_view name, bool alone) const {
  if (const Value* found = find(name)) return *found;
  if (alone) return get(name);  // throws
  throw NameError(
      fmt::format("name '{}' is not defined.{} If it is a plugin, import {} first: sync_imports({{\"{}\"}}), or "
                  "`enginery start --load {}`",
                  name, modules::did_you_mean(name, keys()), name, name, name));
}

Value Namespace::resolve(std::string_view path) const {
  PathReader reader(path);
  const std::string_view name = reader.name();
  Value value = first_of_path(name, reader.at_end());
  while (!reader.at_end()) value = follow(value, Step::read(reader));
  return value;
}

void Namespace::assign(std::string_view path, Value value) {
  check_path(path);
  PathReader reader(path);
  const std::string_view name = reader.name();
  if (reader.at_end()) return set(name, std::move(value));
  const auto [object, step] = *last_step(reader, first_of_path(name, false));
  set_step(object, step, std::move(value));
}

void Namespace::remove(std::string_view path) {
  check_path(path);
  PathReader reader(path);
  const std::string_view name = reader.name();
  const Value first = first_of_path(name, reader.at_end());
  const auto last = last_step(reader, first);
  if (!last) {
    erase(name);
    return;
  }
  const auto& [object, step] = *last;
  if (step.is_attribute())
    modules::delete_attribute(object, step.name);
  else
    object.delete_item(step.key);
}

void modules::assign_all(Namespace& names, std::vector<std::pair<std::string, Value>> items) {
  if (items.size() > 1) {  // an only one that fails binds nothing anyway
    for (const auto& item : items) Namespace::check_path(item.first);
    for (auto item = items.begin(); item != items.end(); ++item) {
      const std::string& path = item->first;
      PathReader reader(path);
      const std::string_view name = reader.name();
      // What leads into an object of these items is found when that is there.
      const auto leads_here = [&](const auto& earlier) { return path.starts_with(earlier.first); };
      if (reader.at_end() || std::any_of(items.begin(), item, leads_here)) continue;
      const Value* const first = names.find(name);
      const auto [object, step] = *last_step(reader, first ? *first : names.resolve(path));
      check_settable(object, step);
    }
  }
  for (auto& [path, value] : items) names.assign(path, std::move(value));
}

}  // namespace enginery
