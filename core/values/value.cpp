// core/values/value.cpp: making Values, how much a statement may make, taking their contents, and letting them go.
#include <enginery/value.hpp>

#include <iterator>
#include <ostream>

#include "core/values/allocation_limit.hpp"
#include "core/values/objects.hpp"

namespace enginery {
namespace {

template <class O>
O* allocate(auto contents) {
  return new O(std::move(contents));
}

const char* word(Kind kind) {
  static constexpr const char* kWords[] = {"NoneType", "bool",      "int",      "float",  "complex",
                                           "str",      "bytes",     "list",     "tuple",  "dict",
                                           "ndarray",  "Reference", "function", "module", "opaque"};
  static_assert(std::size(kWords) == static_cast<std::size_t>(Kind::opaque) + 1);
  return kWords[static_cast<std::size_t>(kind)];
}

/// The contents as O's, or a TypeError.
template <class O>
auto& checked(const Value& value, Kind kind) {
  if (value.kind() != kind) detail::throw_expected(word(kind), value);
  return contents<O>(value);
}

void delete_object(Object* object) {
  with_object(object, [](auto& typed) { delete &typed; });
}

// How deep destroy() is nested, and the objects that the outermost call will take.
thread_local int destroying = 0;
thread_local std::vector<Object*>* postponed = nullptr;

}  // namespace

// Destroying a deeply nested list must not overflow the stack. Beyond kDeepest levels, objects are put off: the
// outermost call takes them one after the other.
void Value::destroy(Object* object) noexcept {
  constexpr int kDeepest = 100;
  if (object->kind < Kind::list || object->kind > Kind::dict) return delete_object(object);
  if (destroying == 0) {
    std::vector<Object*> waiting;
    postponed = &waiting;
    ++destroying;
    delete_object(object);
    while (!waiting.empty()) {
      Object* const next = waiting.back();
      waiting.pop_back();
      delete_object(next);
    }
    --destroying;
    postponed = nullptr;
  } else if (destroying < kDeepest) {
    ++destroying;
    delete_object(object);
    --destroying;
  } else {
    postponed->push_back(object);
  }
}

Value Value::boolean(bool truth) {
  // As in Python there is one True and one False. They are never freed, since plugins may outlive static destructors.
  static const Value* const yes = new Value(adopt(allocate<BooleanObject>(true)));
  static const Value* const no = new Value(adopt(allocate<BooleanObject>(false)));
  return truth ? *yes : *no;
}
Value Value::integer(std::int64_t number) { return adopt(allocate<IntegerObject>(number)); }
Value Value::unsigned_integer(std::uint64_t number) { return adopt(allocate<IntegerObject>(number)); }
Value Value::real(double number) { return adopt(allocate<RealObject>(number)); }
Value Value::complex(std::complex<double> number) { return adopt(allocate<ComplexObject>(number)); }
Value Value::string(std::string text) { return adopt(allocate<StringObject>(std::move(text))); }
Value Value::bytes(std::string bytes) { return adopt(allocate<BytesObject>(std::move(bytes))); }
Value Value::list(List items) { return adopt(allocate<ListObject>(std::move(items))); }
Value Value::tuple(List items) { return adopt(allocate<TupleObject>(std::move(items))); }
Value Value::dict(Dict dict) { return adopt(allocate<DictObject>(std::move(dict))); }
Value Value::array(Array array) { return adopt(allocate<ArrayObject>(std::move(array))); }
Value Value::reference(std::string path) { return adopt(allocate<ReferenceObject>(std::move(path))); }
Value Value::function(std::shared_ptr<const Function> function, std::string description) {
  return adopt(allocate<FunctionObject>(Described<const Function>{std::move(function), std::move(description)}));
}
Value Value::module(std::shared_ptr<ModuleNamespace> module, std::string description) {
  return adopt(allocate<ModuleObject>(Described<ModuleNamespace>{std::move(module), std::move(description)}));
}
Value Value::opaque(const OpaqueType& type, std::shared_ptr<void> object) {
  if (!object) return Value();
  return adopt(allocate<OpaqueHolding>(OpaqueObject{type, std::move(object)}));
}

std::string Value::type_name() const {
  return kind() == Kind::opaque ? contents<OpaqueHolding>(*this).type.name() : word(kind());
}

bool Value::as_boolean() const { return checked<BooleanObject>(*this, Kind::boolean); }
std::int64_t Value::as_integer() const {
  if (kind() != Kind::integer) detail::throw_expected(word(Kind::integer), *this);
  if (is_large(*this)) throw OverflowError(repr() + " is beyond what as_integer() gives; take as_unsigned()");
  return static_cast<std::int64_t>(integral(*this));
}
bool Value::is_large_integer() const noexcept { return is_large(*this); }
std::uint64_t Value::as_unsigned() const {
  if (kind() != Kind::integer) detail::throw_expected(word(Kind::integer), *this);
  if (integral(*this) < 0) throw OverflowError(repr() + " is below what as_unsigned() gives; take as_integer()");
  return static_cast<std::uint64_t>(integral(*this));
}
double Value::as_real() const { return checked<RealObject>(*this, Kind::real); }
std::complex<double> Value::as_complex() const { return checked<ComplexObject>(*this, Kind::complex); }
const std::string& Value::as_string() const& { return checked<StringObject>(*this, Kind::string); }
const std::string& Value::as_bytes() const& { return checked<BytesObject>(*this, Kind::bytes); }
List& Value::as_list() const& { return checked<ListObject>(*this, Kind::list); }
const List& Value::as_tuple() const& { return checked<TupleObject>(*this, Kind::tuple); }
Dict& Value::as_dict() const& { return checked<DictObject>(*this, Kind::dict); }
Array& Value::as_array() const& { return checked<ArrayObject>(*this, Kind::array); }
const Dict Value::as_dict() const&& { return as_dict(); }
const Array Value::as_array() const&& { return as_array(); }
const std::string& Value::as_reference() const& { return checked<ReferenceObject>(*this, Kind::reference); }
const std::shared_ptr<const Function>& Value::as_function() const& {
  return checked<FunctionObject>(*this, Kind::function).object;
}
const std::shared_ptr<ModuleNamespace>& Value::as_module() const& {
  return checked<ModuleObject>(*this, Kind::module).object;
}

const OpaqueType* Value::opaque_type() const& noexcept {
  return kind() == Kind::opaque ? &contents<OpaqueHolding>(*this).type : nullptr;
}

const std::shared_ptr<void>& Value::opaque_pointer(const OpaqueType& wanted) const& {
  if (kind() != Kind::opaque) detail::throw_opaque_wanted(*this, wanted.name());
  const OpaqueObject& held = contents<OpaqueHolding>(*this);
  if (!held.type.agrees_with(wanted)) detail::throw_other_opaque(held.type, wanted);
  return held.object;
}

std::ostream& operator<<(std::ostream& stream, const Value& value) { return stream << value.str(); }

static thread_local AllocationLimit* innermost = nullptr;

AllocationLimit::AllocationLimit(std::size_t bytes) noexcept : limit_(bytes), outer_(innermost) { innermost = this; }
AllocationLimit::~AllocationLimit() { innermost = outer_; }

void AllocationLimit::charge(std::size_t bytes) {
  if (!innermost) return;
  if (bytes > innermost->limit_ - innermost->used_)
    throw Error("MemoryError", "this statement would allocate more than " + std::to_string(innermost->limit_ >> 20) +
                                   " MiB; do it in a task of a plugin, or in smaller parts");
  innermost->used_ += bytes;
}

}  // namespace enginery
