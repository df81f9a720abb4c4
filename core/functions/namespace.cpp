// core/functions/namespace.cpp: named values, in the order in which they were first assigned.
//
// A list keeps the order and the addresses of the entries, a hash index finds them. What a value's destructor does is
// the user's code, which may use the namespace: so a value is dropped only after the namespace has its new state.
#include <enginery/namespace.hpp>

#include <ostream>
#include <unordered_map>

#include <fmt/format.h>

#include "core/errors/error_text.hpp"

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
