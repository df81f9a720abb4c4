// core/values/subscript.cpp: self[…] with indices, keys and slices.
#include <enginery/subscript.hpp>

#include "core/values/objects.hpp"

namespace enginery {
namespace {

[[noreturn]] void refuse(const Value& self, const char* what) {
  throw TypeError("'" + self.type_name() + "' object does not support " + what);
}

/// The only part, if it is an index or a key; several parts are one tuple of them.
Value key_of(const Value& self, std::span<const Subscript> subscripts) {
  List keys;
  for (const Subscript& subscript : subscripts) {
    const Value* key = std::get_if<Value>(&subscript);
    if (!key) refuse(self, "this subscript");
    keys.push_back(*key);
  }
  return keys.size() == 1 ? keys.front() : Value::tuple(std::move(keys));
}

}  // namespace

Value Value::at(std::span<const Subscript> subscripts) const {
  if (subscripts.size() == 1)
    if (const Slice* slice = std::get_if<Slice>(&subscripts.front()))
      return this->slice(slice->start, slice->stop, slice->step);
  return at(key_of(*this, subscripts));
}

void Value::set_item(std::span<const Subscript> subscripts, const Value& value) const {
  set_item(key_of(*this, subscripts), value);
}

void Value::delete_item(std::span<const Subscript> subscripts) const { delete_item(key_of(*this, subscripts)); }

}  // namespace enginery
