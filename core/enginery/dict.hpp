// core/enginery/dict.hpp: an insertion-ordered map from hashable Values, as Python's dict.
#pragma once

#include <initializer_list>
#include <iterator>

#include <enginery/handle.hpp>

namespace enginery {

/// Keys keep the order of their first insertion; 1, 1.0 and True are one key. A key that is mutable (a list, a dict, an
/// array) is a TypeError.
///
/// Pointers and iterators to entries live until the next insertion or erasure. A dict that is a temporary gives none.
class ENGINERY_API Dict {
  struct Slot {
    Value key, value;
    std::size_t hash = 0;
    bool live = true;
  };

 public:
  /// What iteration gives: `for (auto [key, value] : dict)`.
  struct Entry {
    const Value& key;
    const Value& value;
  };
  class Iterator {
   public:
    using value_type = Entry;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    Iterator() = default;
    Iterator(const Slot* at, const Slot* end) : at_(at), end_(end) { skip(); }
    Entry operator*() const { return {at_->key, at_->value}; }
    Iterator& operator++() {
      ++at_;
      skip();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void skip() {
      while (at_ != end_ && !at_->live) ++at_;
    }
    const Slot* at_ = nullptr;
    const Slot* end_ = nullptr;
  };

  Dict();
  Dict(std::initializer_list<std::pair<Value, Value>> entries);
  Dict(const Dict&);
  Dict(Dict&&) noexcept;
  Dict& operator=(const Dict&);
  Dict& operator=(Dict&&) noexcept;
  ~Dict();

  std::size_t size() const noexcept { return live_; }
  bool empty() const noexcept { return live_ == 0; }
  void begin() const&& = delete;
  void end() const&& = delete;
  Iterator begin() const& { return {slots_.data(), slots_.data() + slots_.size()}; }
  Iterator end() const& {
    const Slot* const last = slots_.data() + slots_.size();
    return {last, last};
  }

  /// The value of `key`, or nullptr.
  const Value* find(const Value& key) const&;
  Value* find(const Value& key) &;
  /// As find(Value::string(key)), without making one.
  // Defined elsewhere: a call of find() here would decide, before the codecs are known, what is Encodable.
  const Value* find(std::string_view key) const&;
  Value* find(std::string_view key) &;
  const Value* find(const char* key) const&;
  Value* find(const char* key) &;
  template <class K>
  void find(const K&) const&& {
    static_assert(!std::is_same_v<K, K>,
                  "enginery: this dict is a temporary, and what find() points to would end with it: keep the dict, or "
                  "the Value it came from, in a variable; at(key) gives a Value, contains(key) a bool");
  }
  bool contains(const Value& key) const { return find(key) != nullptr; }
  /// The value of `key`. KeyError, which says the key and those that are there.
  const Value& at(const Value& key) const&;
  Value at(const Value& key) const&& { return at(key); }
  /// The value of `key`, which is inserted as None if it is new.
  Value& operator[](const Value& key) &;
  /// Inserts or replaces; a key that is there stays as it is.
  void set(Value key, Value value);
  /// Was it there?
  bool erase(const Value& key);
  void clear() noexcept;
  void reserve(std::size_t entries);

  /// Equal keys with equal values, in any order.
  friend bool operator==(const Dict& a, const Dict& b) { return equal(a, b); }

 private:
  static bool equal(const Dict& a, const Dict& b);
  std::size_t locate(const Value& key, std::size_t hash) const;
  std::size_t locate(std::string_view key) const;
  template <class Match>
  std::size_t probe(std::size_t hash, Match match) const;
  std::size_t insert(Value key, std::size_t hash, Value value);
  void reindex(std::size_t capacity);

  std::vector<Slot> slots_;           // in order of insertion; erased ones stay until there are many
  std::vector<std::uint32_t> index_;  // slot + 1, open addressing; empty while there are few slots
  std::size_t live_ = 0;
};

}  // namespace enginery
