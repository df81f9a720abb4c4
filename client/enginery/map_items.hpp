// client/enginery/map_items.hpp: the items of a map: ranges, read side by side, as the columns that engines get.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>  // which declares enable_view
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/call_arguments.hpp>
#include <enginery/codec.hpp>
#include <enginery/errors.hpp>
#include <enginery/value.hpp>

namespace enginery::detail {

/// As std::ranges::input_range, whose header costs every user's file a fifth of a second.
template <class R>
concept InputRange = requires(std::remove_reference_t<R>& range) {
  { std::ranges::begin(range) } -> std::input_iterator;
  std::ranges::end(range);
};

/// Has the range an end? Of std::views::iota(0) the compiler knows that it has none.
template <class R>
inline constexpr bool kEnds = !std::is_same_v<decltype(std::ranges::end(std::declval<std::remove_reference_t<R>&>())),
                                              std::unreachable_sentinel_t>;

/// A range that is being read.
template <class R>
class Cursor {
  using Iterator = decltype(std::ranges::begin(std::declval<R&>()));
  using Reference = std::iter_reference_t<Iterator>;

 public:
  /// What an item is. A proxy, such as vector<bool> and Eigen's rows have, is taken as the value that it stands for.
  using Item = std::iter_value_t<Iterator>;

  explicit Cursor(R& range) : at_(std::ranges::begin(range)), end_(std::ranges::end(range)) {}
  bool at_end() const { return at_ == end_; }
  void next() { ++at_; }
  decltype(auto) item() const {
    if constexpr (std::is_same_v<std::remove_cvref_t<Reference>, Item>)
      return *at_;
    else
      return static_cast<Item>(*at_);
  }

 private:
  Iterator at_;
  decltype(std::ranges::end(std::declval<R&>())) end_;
};

/// Stands for the parameter of a task whose type is not known here.
struct UnknownParameter {};

/// Items for one parameter, as they are sent: numbers as an array, else a list.
template <class P, class Item>
class Column {
  static constexpr bool kUnknown = std::is_same_v<P, UnknownParameter>;
  using To = std::conditional_t<kUnknown, Item, std::remove_cvref_t<P>>;
  static constexpr bool kNumbers = Number<To> && (std::is_same_v<To, Item> || std::is_arithmetic_v<Item>);

 public:
  template <class A>
  void add(const A& item) {
    if constexpr (kNumbers) {
      if constexpr (!kUnknown) check_argument<P, Item>();
      items_.push_back(number_argument<To, Item>(item));
    } else if constexpr (kUnknown) {
      items_.push_back(value_by_name(item));
    } else {
      items_.push_back(encode_argument<P>(item));
    }
  }
  /// What was added, and none is left.
  Value take() {
    std::conditional_t<kNumbers, std::vector<To>, List> items = std::exchange(items_, {});
    if constexpr (kNumbers)
      return Codec<std::vector<To>>::encode(items);
    else
      return Value::list(std::move(items));
  }

 private:
  std::conditional_t<kNumbers, std::vector<To>, List> items_;
};

/// Ranges that are read side by side, to the end of the shortest. `Parameters` is a std::tuple<std::type_identity<P>…>.
template <class Parameters, class... R>
class MapItems {
  using Cursors = std::tuple<Cursor<R>...>;
  template <std::size_t I>
  using Parameter = typename std::tuple_element_t<I, Parameters>::type;

 public:
  /// Requires: the ranges outlive this.
  explicit MapItems(R&... ranges) : cursors_(Cursor<R>(ranges)...) {}

  /// Reads up to `most` items, fewer only at the end. As Python's zip: a range behind the one that ends
  /// is read no further. What the ranges throw, and Errors of items that do not fit their parameter, which name the
  /// item.
  std::size_t read(std::size_t most, std::vector<Value>& columns) {
    return read(most, columns, std::index_sequence_for<R...>());
  }

 private:
  template <std::size_t... I>
  std::size_t read(std::size_t most, std::vector<Value>& columns, std::index_sequence<I...>) {
    std::tuple<Column<Parameter<I>, typename Cursor<R>::Item>...> made;
    std::size_t count = 0;
    for (; count < most; ++count) {
      ended_ = ended_ || (ends(std::get<I>(cursors_)) || ...);
      if (ended_) break;
      (add(std::get<I>(made), std::get<I>(cursors_)), ...);
      ++read_;
    }
    (columns.push_back(std::get<I>(made).take()), ...);
    return count;
  }
  /// Goes on to the next item, if there is one.
  template <class Range>
  bool ends(Cursor<Range>& cursor) const {
    if (read_ > 0) cursor.next();
    return cursor.at_end();
  }
  template <class C, class Range>
  void add(C& column, const Cursor<Range>& cursor) {
    decltype(auto) item = cursor.item();
    try {
      column.add(item);
    } catch (const Error&) {
      rethrow_within("item " + std::to_string(read_));
    }
  }

  Cursors cursors_;
  std::size_t read_ = 0;
  bool ended_ = false;
};

/// More items are not read before a map begins: the ranges have no end, or not enough memory.
inline constexpr std::size_t kMostItems = std::size_t{1} << 28;

/// All items. ValueError when there are more than kMostItems.
template <class Parameters, class... R>
std::size_t read_items(std::vector<Value>& columns, R&... ranges) {
  const std::size_t count = MapItems<Parameters, R...>(ranges...).read(kMostItems, columns);
  if (count == kMostItems)
    throw ValueError("the ranges have more than " + std::to_string(kMostItems) +
                     " items, all of which map reads before it begins; imap reads them as engines become free");
  return count;
}

/// Where the items of a map come from that is fed while it runs.
class ItemSource {
 public:
  virtual ~ItemSource() = default;
  /// As MapItems::read().
  virtual std::size_t read(std::size_t most, std::vector<Value>& columns) = 0;
};

/// How a range that was given as an S&& is kept: temporaries and views themselves, others as references.
template <class S>
using Kept = std::conditional_t<std::is_lvalue_reference_v<S> && std::ranges::enable_view<std::remove_cvref_t<S>> &&
                                    std::copyable<std::remove_cvref_t<S>>,
                                std::remove_cvref_t<S>, S>;

/// Ranges that are kept until they are read; each R is a Kept<S>.
template <class Parameters, class... R>
class KeptRanges final : public ItemSource {
 public:
  template <class... S>
  explicit KeptRanges(std::in_place_t, S&&... ranges) : ranges_(std::forward<S>(ranges)...) {}
  std::size_t read(std::size_t most, std::vector<Value>& columns) override {
    if (!items_) std::apply([this](auto&... range) { items_.emplace(range...); }, ranges_);
    return items_->read(most, columns);
  }

 private:
  std::tuple<R...> ranges_;
  std::optional<MapItems<Parameters, std::remove_reference_t<R>...>> items_;
};

}  // namespace enginery::detail
