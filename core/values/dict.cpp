// core/values/dict.cpp: slots in order of insertion, and an index into them once there are many.
//
// Entries stand in a vector of slots, in the order of their insertion. With more than kFewSlots of them there is also
// an index: a hash table with open addressing, at most half full, whose places hold slot numbers. An erased entry
// leaves a dead slot behind, so that the others keep their order and the index stays right; reindex() drops dead slots
// when the index has to grow, and when there are many more of them than of live ones. A slot keeps the hash of its key,
// so that keys are hashed once.
#include <enginery/dict.hpp>

#include <functional>

#include "core/values/objects.hpp"

namespace enginery {
namespace {

constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
constexpr std::size_t kFewSlots = 8;  // up to so many are compared one by one, without an index
constexpr std::uint32_t kFree = 0;

/// Enters the slot into the index, whose size is a power of two, at the first free place from its hash on.
void enter(std::vector<std::uint32_t>& index, std::size_t hash, std::size_t slot) {
  const std::size_t mask = index.size() - 1;
  std::size_t at = hash & mask;
  while (index[at] != kFree) at = (at + 1) & mask;
  index[at] = static_cast<std::uint32_t>(slot + 1);
}

}  // namespace

Dict::Dict() = default;
Dict::Dict(const Dict&) = default;
Dict& Dict::operator=(const Dict&) = default;
Dict::~Dict() = default;
Dict::Dict(Dict&& other) noexcept
    : slots_(std::move(other.slots_)), index_(std::move(other.index_)), live_(std::exchange(other.live_, 0)) {
  other.clear();
}
Dict& Dict::operator=(Dict&& other) noexcept {
  slots_ = std::move(other.slots_);
  index_ = std::move(other.index_);
  live_ = other.live_;
  if (this != &other) other.clear();
  return *this;
}
Dict::Dict(std::initializer_list<std::pair<Value, Value>> entries) {
  reserve(entries.size());
  for (const auto& [key, value] : entries) set(key, value);
}

template <class Match>
std::size_t Dict::probe(std::size_t hash, Match match) const {
  const auto found = [&](const Slot& slot) { return slot.live && slot.hash == hash && match(slot.key); };
  if (index_.empty()) {
    for (std::size_t i = 0; i < slots_.size(); ++i)
      if (found(slots_[i])) return i;
    return kNowhere;
  }
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = hash & mask; index_[at] != kFree; at = (at + 1) & mask)
    if (found(slots_[index_[at] - 1])) return index_[at] - 1;
  return kNowhere;
}

std::size_t Dict::locate(const Value& key, std::size_t hash) const {
  // As in Python a key matches if it is the same object or equal: so a NaN can be found again.
  return probe(hash, [&](const Value& other) { return other.is(key) || Value::equal(other, key); });
}

std::size_t Dict::locate(std::string_view key) const {
  return probe(std::hash<std::string_view>{}(key), [&](const Value& other) {
    return other.kind() == Kind::string && contents<StringObject>(other) == key;
  });
}

const Value* Dict::find(const Value& key) const& {
  const std::size_t at = locate(key, key.hash());
  return at == kNowhere ? nullptr : &slots_[at].value;
}
Value* Dict::find(const Value& key) & { return const_cast<Value*>(std::as_const(*this).find(key)); }
const Value* Dict::find(std::string_view key) const& {
  const std::size_t at = locate(key);
  return at == kNowhere ? nullptr : &slots_[at].value;
}
Value* Dict::find(std::string_view key) & { return const_cast<Value*>(std::as_const(*this).find(key)); }
const Value* Dict::find(const char* key) const& { return find(std::string_view(key)); }
Value* Dict::find(const char* key) & { return find(std::string_view(key)); }

void throw_missing_key(const Dict& dict, const Value& key) {
  constexpr std::size_t kShown = 8;
  std::string text = key.repr() + (dict.empty() ? ": the dict is empty" : " is not among the dict's keys:");
  std::size_t shown = 0;
  for (const auto [known, value] : dict) {
    if (shown == kShown) throw KeyError(text + ", …");
    text += (shown++ == 0 ? " " : ", ") + brief(known);
  }
  throw KeyError(text);
}

const Value& Dict::at(const Value& key) const& {
  const Value* const value = find(key);
  if (!value) throw_missing_key(*this, key);
  return *value;
}

Value& Dict::operator[](const Value& key) & {
  const std::size_t hash = key.hash();
  const std::size_t at = locate(key, hash);
  return slots_[at == kNowhere ? insert(key, hash, Value()) : at].value;
}

void Dict::set(Value key, Value value) {
  const std::size_t hash = key.hash();
  const std::size_t at = locate(key, hash);
  if (at == kNowhere)
    insert(std::move(key), hash, std::move(value));
  else
    slots_[at].value.swap(value);  // the old value is destroyed last: its destructor may use this dict
}

std::size_t Dict::insert(Value key, std::size_t hash, Value value) {
  // Half full at most, counting the slots that were erased.
  if (slots_.size() >= kFewSlots && (slots_.size() + 1) * 2 > index_.size()) reindex(live_ + 1);
  slots_.push_back({std::move(key), std::move(value), hash, true});
  ++live_;
  const std::size_t slot = slots_.size() - 1;
  if (!index_.empty()) enter(index_, hash, slot);
  return slot;
}

/// Drops erased slots and builds an index with room for `entries` and as many again.
void Dict::reindex(std::size_t entries) {
  std::erase_if(slots_, [](const Slot& slot) { return !slot.live; });
  if (entries <= kFewSlots) return index_.clear();
  if (entries >= std::numeric_limits<std::uint32_t>::max() / 4)
    throw OverflowError("a dict has at most 2**30 entries; keep that many in arrays");
  std::size_t capacity = 4 * kFewSlots;
  while (capacity < entries * 4) capacity *= 2;
  index_.assign(capacity, kFree);
  for (std::size_t i = 0; i < slots_.size(); ++i) enter(index_, slots_[i].hash, i);
}

bool Dict::erase(const Value& key) {
  const std::size_t at = locate(key, key.hash());
  if (at == kNowhere) return false;
  Slot& slot = slots_[at];
  const Value last_key = std::move(slot.key);  // both are destroyed last: their destructors may use this dict
  const Value last_value = std::move(slot.value);
  slot.live = false;
  if (--live_ == 0)
    clear();
  else if (slots_.size() > 2 * live_ + kFewSlots)
    reindex(live_);
  return true;
}

void Dict::clear() noexcept {
  std::vector<Slot> dropped;
  dropped.swap(slots_);
  index_.clear();
  live_ = 0;
}

void Dict::reserve(std::size_t entries) {
  slots_.reserve(entries);
  if (entries > kFewSlots && entries * 2 > index_.size()) reindex(entries);
}

bool Dict::equal(const Dict& a, const Dict& b) {
  if (a.size() != b.size()) return false;
  for (const Slot& slot : a.slots_) {
    if (!slot.live) continue;
    const std::size_t at = b.locate(slot.key, slot.hash);
    if (at == kNowhere) return false;
    const Value& other = b.slots_[at].value;
    if (!other.is(slot.value) && !Value::equal(other, slot.value)) return false;
  }
  return true;
}

}  // namespace enginery
