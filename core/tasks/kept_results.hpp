// core/tasks/kept_results.hpp: results that stay on the engine.
#pragma once

#include <map>

#include <enginery/uuid.hpp>
#include <enginery/value.hpp>

namespace enginery::tasks {

/// Results that their callers asked to leave here, under names that no namespace can have, until the callers let them
/// go or are gone themselves.
///
/// Threads: the main thread.
class ENGINERY_API KeptResults {
 public:
  /// Whether a Reference's path leads here: "@…".
  static bool is_name(std::string_view path) { return path.starts_with('@'); }

  /// Requires: is_name(name).
  void keep(const std::string& name, const Uuid& owner, Value result);
  /// There is no such result, since its call failed; `why` is for those who ask for it. Requires: is_name(name).
  void fail(const std::string& name, const Uuid& owner, std::string why);
  /// Throws NameError, which says why when it is known.
  const Value& get(std::string_view name) const;
  void drop(const std::string& name);
  void clear();
  /// Drops all that is `owner`'s.
  void drop_of(const Uuid& owner);
  /// Whether anything is `owner`'s.
  bool has_of(const Uuid& owner) const { return counts_.contains(owner); }
  std::size_t size() const noexcept { return results_.size(); }

  /// A variable was to be bound to a result that there is not.
  void set_unbound(const std::string& variable, const Uuid& owner, std::string why);
  /// Another value was bound to it, or it was deleted.
  void forget_unbound(std::string_view variable);
  void forget_unbound() { unbound_.clear(); }
  /// Why there is no such variable; null when nothing is known.
  const std::string* why_unbound(std::string_view variable) const;

 private:
  struct Failed {
    std::string why;
  };
  struct Kept {
    Uuid owner;
    std::variant<Value, Failed> result;
  };
  struct Unbound {
    Uuid owner;
    std::string why;
  };
  void insert(const std::string& name, Kept kept);

  std::map<std::string, Kept, std::less<>> results_;
  std::map<Uuid, std::size_t> counts_;  // by owner
  std::map<std::string, Unbound, std::less<>> unbound_;
};

}  // namespace enginery::tasks
