// core/values/list_object.hpp: what lies behind a list: its items, or columns until somebody wants to change it.
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>

#include <enginery/handle.hpp>

namespace enginery {

/// A list. One of many items of one form is kept in columns, as core/enginery/columns.hpp describes them, and looks as
/// if it had items; they are made when somebody asks for them.
///
/// Threads: as a vector; what only reads may make items all the same.
class ListObject : public Object {
 public:
  explicit ListObject(List items);
  /// Requires: is_columns(count, columns).
  ListObject(std::size_t count, Value columns);
  ~ListObject();

  /// The items as a vector, which they are from now on.
  List& items() {
    if (in_columns_.load(std::memory_order_acquire)) expand();
    return items_;
  }
  std::size_t size() const;
  /// The very item, also when it is asked for again. Requires: index < size().
  Value item(std::size_t index) const;
  /// As that, to be looked at and let go.
  Value seen(std::size_t index) const;
  /// A copy of all items.
  List elements() const;
  /// The items, if they are in no columns.
  const List* plain() const noexcept { return in_columns_.load(std::memory_order_acquire) ? nullptr : &items_; }
  /// The columns, if the items are kept so and all are as they were made.
  std::optional<Value> columns() const;
  /// What slice() gives of them, if the items are kept so and nobody can change one. Requires: they exist.
  std::optional<Value> sliced(std::int64_t start, std::int64_t step, std::int64_t count) const;

 private:
  struct InColumns;
  void expand() const;
  template <class F>
  Value item_by(std::size_t index, F f) const;

  mutable List items_;
  mutable std::atomic<InColumns*> in_columns_{nullptr};
};

/// The answer of Value::equal(), if both are lists whose columns are alike.
std::optional<bool> equal_in_columns(const Value& a, const Value& b);

}  // namespace enginery
