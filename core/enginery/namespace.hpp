// core/enginery/namespace.hpp: named values, in the order in which they were first assigned: an engine's, or a
// module's.
#pragma once

#include <iosfwd>
#include <list>

#include <enginery/build_id.hpp>
#include <enginery/value.hpp>

namespace enginery {

class Namespace;

/// `ns["a"]`: the name, not the object. Reading looks the name up, and throws NameError when it is not there; assigning
/// defines it. Outlived by the namespace.
class ENGINERY_API Variable {
 public:
  operator Value() const;
  template <class T>
  T as() const;

  Variable& operator=(const Value& value);
  template <Unassignable T>
  Variable& operator=(const T&) {
    require_encodable<std::decay_t<T>>();
    return *this;
  }
  /// Assigns the other's value, as `a = b` does.
  Variable& operator=(const Variable& other);
  Variable(const Variable&) = delete;

  // Python's augmented assignments: lists and arrays change in place, what is immutable is bound anew.
  Variable& operator+=(const Value& value) { return augment(Operator::add, value); }
  Variable& operator-=(const Value& value) { return augment(Operator::subtract, value); }
  Variable& operator*=(const Value& value) { return augment(Operator::multiply, value); }
  Variable& operator/=(const Value& value) { return augment(Operator::divide, value); }
  Variable& operator%=(const Value& value) { return augment(Operator::modulo, value); }

  friend bool operator==(const Variable& a, const Value& b) { return Value(a) == b; }
  friend bool operator==(const Variable& a, const Variable& b) { return Value(a) == Value(b); }
  friend Value operator+(const Variable& a, const Value& b) { return Value(a) + b; }
  friend Value operator-(const Variable& a, const Value& b) { return Value(a) - b; }
  friend Value operator*(const Variable& a, const Value& b) { return Value(a) * b; }
  friend Value operator/(const Variable& a, const Value& b) { return Value(a) / b; }

 private:
  friend class Namespace;
  Variable(Namespace& names, std::string_view name);
  Variable& augment(Operator op, const Value& right);

  Namespace& names_;
  std::string name_;
};

ENGINERY_API std::ostream& operator<<(std::ostream&, const Variable&);

/// An engine's variables, a module's attributes: string → Value, ordered.
///
/// Threads: belongs to one thread at a time.
class ENGINERY_API Namespace {
 public:
  using Entries = std::list<std::pair<std::string, Value>>;

  Namespace();
  ~Namespace();
  Namespace(const Namespace&) = delete;
  Namespace& operator=(const Namespace&) = delete;

  Variable operator[](std::string_view name) & { return Variable(*this, name); }

  /// The value of `name`. Throws NameError.
  Value get(std::string_view name) const;
  /// The value of `name`, if it is defined; a pointer that lives until the name is erased.
  const Value* find(std::string_view name) const noexcept;
  /// The value of `name` as a T. Throws NameError, TypeError, ValueError.
  template <class T>
  T at(std::string_view name) const {
    require_decodable<T>();
    const Value value = get(name);
    if constexpr (Decodable<T>) try {
        return Codec<T>::decode(value);
      } catch (...) {
        rethrow_for(name);
      }
  }
  void set(std::string_view name, Value value);
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }
  /// Whether there was such a name.
  bool erase(std::string_view name);
  void clear();
  std::vector<std::string> keys() const;
  const Entries& entries() const noexcept { return entries_; }
  std::size_t size() const noexcept { return entries_.size(); }
  bool empty() const noexcept { return entries_.empty(); }

  /// What a path such as `a`, `norms.get_norms`, `a.b`, `a[0]`, `a['key']` leads to, through modules, dicts, lists,
  /// tuples and arrays: the very object where it is one. Throws NameError, AttributeError, KeyError, IndexError,
  /// TypeError; SyntaxError if `path` is none.
  Value resolve(std::string_view path) const;
  /// Throws SyntaxError, before anything is looked up, if `path` is none.
  static void check_path(std::string_view path);
  /// Binds a name, or changes what a path leads into: a module's attribute, a dict's entry, a list's or array's
  /// element. Throws as resolve().
  void assign(std::string_view path, Value value);
  /// Deletes what a path leads to. Throws as resolve().
  void remove(std::string_view path);

 private:
  /// What a path begins with. Throws NameError; when more follows, it says how plugins are imported.
  Value first_of_path(std::string_view name, bool alone) const;
  /// Throws what is being handled again, with `name` in its text.
  [[noreturn]] static void rethrow_for(std::string_view name);

  Entries entries_;
  class Index;
  std::unique_ptr<Index> by_name_;  // its keys are the entries' own strings
};

template <class T>
T Variable::as() const {
  return names_.at<T>(name_);
}

/// The attributes of one build of a plugin, and where it came from.
///
/// Threads: filled by the thread that imports; then read only.
struct ModuleNamespace {
  std::string name;
  std::string doc;
  /// ENGINERY_PLUGIN_VERSION where it was built; empty if it has none.
  std::string version;
  BuildId build_id;
  /// The file it was loaded from, as the user named it, not the cached copy.
  std::string file;
  /// The copy in the module cache that is mapped.
  std::string copy;
  Namespace attributes;
};

/// Inside a task, the engine's namespace; in any other process, that process's own.
ENGINERY_API Namespace& globals();

}  // namespace enginery
