// core/tasks/kept_results.cpp: results that stay on the engine.
//
// Each belongs to a caller, so that all of a caller's can go when the caller is gone. A failed call leaves its reason
// under the name of its result, and `unbound_` remembers variables that were to get such a result: the task that binds
// a variable is often one that nobody waits for, and the next use of the variable must say what really went wrong.
#include "core/tasks/kept_results.hpp"

namespace enginery::tasks {

void KeptResults::keep(const std::string& name, const Uuid& owner, Value result) {
  insert(name, {owner, std::move(result)});
}

void KeptResults::fail(const std::string& name, const Uuid& owner, std::string why) {
  insert(name, {owner, Failed{std::move(why)}});
}

void KeptResults::insert(const std::string& name, Kept kept) {
  drop(name);
  ++counts_[kept.owner];
  results_.emplace(name, std::move(kept));
}

const Value& KeptResults::get(std::string_view name) const {
  const auto found = results_.find(name);
  if (found == results_.end())
    throw NameError(
        "the result that was to be used is not on this engine: its call did not run, or was another engine's, or "
        "nobody kept what apply() gave until this use, or its client was not heard for so long that the engine ended "
        "its "
        "session; store_as() gives a result a name that stays");
  if (const auto* failed = std::get_if<Failed>(&found->second.result)) throw NameError(failed->why);
  return std::get<Value>(found->second.result);
}

void KeptResults::drop(const std::string& name) {
  const auto found = results_.find(name);
  if (found == results_.end()) return;
  const auto count = counts_.find(found->second.owner);
  if (--count->second == 0) counts_.erase(count);
  results_.erase(found);
}

void KeptResults::clear() {
  results_.clear();
  counts_.clear();
}

void KeptResults::drop_of(const Uuid& owner) {
  const auto owned = [&](const auto& entry) { return entry.second.owner == owner; };
  std::erase_if(results_, owned);
  counts_.erase(owner);
  std::erase_if(unbound_, owned);
}

void KeptResults::set_unbound(const std::string& variable, const Uuid& owner, std::string why) {
  unbound_.insert_or_assign(variable, Unbound{owner, std::move(why)});
}

void KeptResults::forget_unbound(std::string_view variable) {
  if (const auto found = unbound_.find(variable); found != unbound_.end()) unbound_.erase(found);
}

const std::string* KeptResults::why_unbound(std::string_view variable) const {
  const auto found = unbound_.find(variable);
  return found == unbound_.end() ? nullptr : &found->second.why;
}

}  // namespace enginery::tasks
