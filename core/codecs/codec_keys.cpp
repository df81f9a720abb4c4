// core/codecs/codec_keys.cpp: lists and dicts, taken apart and put together item by item.
//
// The keys of a dict cannot change and are never two: what would make them so in silence, and lose something, throws.
#include <enginery/codec_keys.hpp>

#include "core/values/objects.hpp"

namespace enginery::detail {

List sequence_items(const Value& value, std::string_view wanted) {
  if (!has_items(value)) throw_expected(wanted, value);
  return value.elements();
}

Items::Items(const Value& value, TypeName wanted)
    : items_(has_items(value) ? value.elements() : sequence_items(value, wanted())) {}

Items::Items(const Value& value, TypeName wanted, std::size_t count) : Items(value, wanted) {
  if (size() != count)
    throw ValueError("expected " + wanted() + " with " + std::to_string(count) + (count == 1 ? " item" : " items") +
                     ", got " + std::to_string(size()) + ": " + brief(value));
}

Items::~Items() = default;

void Items::rethrow() const { rethrow_within("item " + std::to_string(next_ - 1)); }

ListMaker::ListMaker(std::size_t count) { items_.reserve(count); }
ListMaker::~ListMaker() = default;
void ListMaker::add(Value item) { items_.push_back(std::move(item)); }
Value ListMaker::list() { return Value::list(std::move(items_)); }
Value ListMaker::tuple() { return Value::tuple(std::move(items_)); }

DictMaker::DictMaker(std::size_t count, TypeName name) : name_(name) { dict_.reserve(count); }
DictMaker::~DictMaker() = default;

void DictMaker::add(Value key, Value item) {
  if (kMutable.has(key.kind()))
    throw TypeError("a key of " + name_() + " became a " + key.type_name() +
                    ", which can change and so be no key of a dict: let its Codec give a tuple");
  const std::size_t before = dict_.size();
  dict_.set(key, std::move(item));
  if (dict_.size() == before) {
    for (const auto& [earlier, unused] : dict_)
      if (Value::equal(earlier, key)) throw_same_key(earlier, key, name_);
  }
}

Value DictMaker::dict() { return Value::dict(std::move(dict_)); }

void throw_same_key(const Value& first, const Value& second, TypeName name) {
  const auto text = [](const Value& key) { return key.type_name() + ' ' + key.repr(); };
  throw ValueError(text(first) + " and " + text(second) + " would become one in " + name() +
                   ", and something would be lost");
}

Value tuples_of_array(const Value& array) {
  const Array& contents_of = contents<ArrayObject>(array);
  if (contents_of.size() == 0 && contents_of.ndim() > 1)
    throw ValueError("an empty matrix cannot be a key: a tuple does not keep its shape");
  List items = array.elements();
  if (contents_of.ndim() > 1)
    for (Value& item : items) item = tuples_of_array(item);
  return Value::tuple(std::move(items));
}

Value pairs_of_dict(const Value& dict) {
  List pairs;
  for (const auto& [key, item] : contents<DictObject>(dict)) pairs.push_back(Value::tuple({key, item}));
  return Value::tuple(std::move(pairs));
}

Value dict_of_pairs(const Value& value) {
  if (value.kind() != Kind::tuple) return value;
  Dict dict;
  for (const Value& pair : items_of(value)) {
    if (pair.kind() != Kind::tuple || items_of(pair).size() != 2) return value;
    dict.set(items_of(pair)[0], items_of(pair)[1]);
  }
  return dict.size() == items_of(value).size() ? Value::dict(std::move(dict)) : value;
}

}  // namespace enginery::detail
