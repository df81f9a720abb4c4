// core/codecs/parameter.cpp: which objects a task's reference may see, and why not.
//
// A parameter T& is a promise that the task changes the engine's own object. So nothing is converted for it: an object
// of another type is refused, with the way to get a copy, since a change of a copy would be lost in silence.
#include <enginery/parameter.hpp>

#include "core/values/dtype.hpp"
#include "core/values/objects.hpp"

namespace enginery::detail {

ObjectWanted::~ObjectWanted() = default;

static std::string object_wanted(const Value& got, const std::string& type) {
  return "expected an object of type " + type + " itself, got " +
         (got.is_none() ? std::string("None") : got.type_name() + " " + brief(got)) + ": ";
}

void throw_opaque_wanted(const Value& got, std::string_view type, MemberWithoutCodec member) {
  const std::string name(type), field(member.name);
  throw ObjectWanted(
      object_wanted(got, name) +
      "pass a Reference to one that lives on the engine (kept there by store_as or Value::opaque); a parameter by "
      "value takes what has a Codec" +
      (field.empty() ? std::string()
                     : "; " + name + " has none, since its member '" + field +
                           (member.is_array ? "' is a C array" : "' has none") + ": ENGINERY_FIELDS(" + name + ", " +
                           (member.is_array ? field : "a, b") + ") or a Codec of your own lets it travel"));
}

void throw_opaque_not_value_wanted(const Value& got, std::string_view type) {
  throw ObjectWanted(object_wanted(got, std::string(type)) +
                     "pass a Reference to one that lives on the engine (kept there by store_as or Value::opaque). What "
                     "has a Codec is kept as a Value, which a parameter T& does not bind to: take that by value or "
                     "const T&, or put it into a class without a Codec");
}

Array& writable_vector(const Value& value, DType dtype, std::string_view wanted) {
  const std::string prefix =
      "expected the object's own memory for " + std::string(wanted) + ": a 1-d array of " + to_string(dtype) + ", got ";
  if (value.kind() != Kind::array) throw TypeError(prefix + value.type_name() + " " + brief(value));
  Array& array = value.as_array();
  if (array.ndim() != 1 || array.dtype() != dtype)
    throw TypeError(prefix + "an " + array.describe() + "; take a vector by value to get a converted copy");
  return array;
}

Array readable_vector(const Value& value, DType dtype, std::string_view wanted) {
  if (!has_items(value)) throw_expected("an array for " + std::string(wanted), value);
  const Array array = array_of(value, dtype);
  if (array.ndim() != 1)
    throw TypeError("expected a 1-d array for " + std::string(wanted) + ", got an " + array.describe());
  return array;
}

void check_extent(std::size_t extent, std::size_t size) {
  if (extent != size)
    throw ValueError("expected an array of " + std::to_string(extent) + " elements, got " + std::to_string(size));
}

const Value& of_kind(Kind kind, const Value& value, std::string_view wanted) {
  if (value.kind() != kind) throw_expected(wanted, value);
  return value;
}

Value list_or_tuple(const Value& value) {
  if (value.kind() == Kind::list || value.kind() == Kind::tuple) return value;
  return Value::list(sequence_items(value, "a list"));
}

}  // namespace enginery::detail
