// core/diagnosis/thrown.cpp: an exception of any type, in words.
//
// Catch clauses see public, unambiguous bases only, and none of what a pointer points at. The type's own description,
// which the compiler emits for them, tells where each base lies; it is read here as the C++ ABI defines it.
#include "core/diagnosis/thrown.hpp"

#include <cxxabi.h>
#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <exception>
#include <functional>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <typeinfo>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "core/diagnosis/throw_hook.hpp"
#include "core/modules/symbol_table.hpp"

namespace enginery {
namespace {

/// So many causes are told, and the last one.
constexpr std::size_t kCauses = 8;
/// Where the chain is not followed any further.
constexpr std::size_t kDeepest = 10'000;
constexpr const char* kNoText = "it has no text";

/// Something of a type that is known at run time only.
struct Object {
  const std::type_info* type = nullptr;
  const void* address = nullptr;
};

Object thrown_by(const std::exception_ptr& exception) {
  static_assert(sizeof exception == sizeof(void*));
  Object object{exception ? exception.__cxa_exception_type() : nullptr, nullptr};
  std::memcpy(&object.address, &exception, sizeof object.address);
  return object;
}

/// Calls `each` with the object, then with each of its bases, until it says true.
template <class Each>
bool any_part(const Object& object, const Each& each) {
  if (each(object)) return true;
  if (const auto* const single = dynamic_cast<const abi::__si_class_type_info*>(object.type))
    return any_part(Object{single->__base_type, object.address}, each);
  const auto* const several = dynamic_cast<const abi::__vmi_class_type_info*>(object.type);
  if (!several) return false;
  for (unsigned i = 0; i < several->__base_count; ++i) {
    const abi::__base_class_type_info& base = several->__base_info[i];
    std::ptrdiff_t offset = base.__offset();
    if (base.__is_virtual_p()) {  // then that is where the object's table has it
      const char* const table = *static_cast<const char* const*>(object.address);
      std::memcpy(&offset, table + offset, sizeof offset);
    }
    if (any_part(Object{base.__base_type, static_cast<const char*>(object.address) + offset}, each)) return true;
  }
  return false;
}

/// The object's part of type T, or null.
template <class T>
const T* part(const Object& object) {
  const T* found = nullptr;
  any_part(object, [&](const Object& of) {
    if (*of.type == typeid(T)) found = static_cast<const T*>(of.address);
    return found != nullptr;
  });
  return found;
}

/// Is it on this thread's stack? `throw &local;` points there, to what is gone.
bool is_on_stack(const void* address) {
  pthread_attr_t attributes;
  if (::pthread_getattr_np(::pthread_self(), &attributes) != 0) return false;
  void* lowest = nullptr;
  std::size_t size = 0;
  const bool known = ::pthread_attr_getstack(&attributes, &lowest, &size) == 0;
  ::pthread_attr_destroy(&attributes);
  return known && std::less_equal<const void*>()(lowest, address) &&
         std::less<const void*>()(address, static_cast<const char*>(lowest) + size);
}

/// What a pointer to an object of a class points at, as what it was made; else the same.
Object pointed_at(const Object& object) {
  const auto* const pointer = dynamic_cast<const abi::__pointer_type_info*>(object.type);
  if (!pointer || (pointer->__flags & abi::__pbase_type_info::__incomplete_mask) != 0) return object;
  const Object target{pointer->__pointee, *static_cast<const void* const*>(object.address)};
  if (!target.address || is_on_stack(target.address)) return object;
  if (!dynamic_cast<const abi::__class_type_info*>(target.type)) return object;
  const auto* const error = part<std::exception>(target);
  return error ? Object{&typeid(*error), dynamic_cast<const void*>(error)} : target;
}

std::string text_of(const char* text) { return text ? text : kNoText; }
std::string text_of(char* text) { return text ? text : kNoText; }
std::string text_of(std::nullptr_t) { return kNoText; }
template <class T>
std::string text_of(const T& value) {
  if constexpr (requires { value.category(); })  // an error code or condition
    return fmt::format("{} ({}:{})", value.message(), value.category().name(), value.value());
  else
    return fmt::format("{}", value);
}
std::string text_of(std::errc code) { return text_of(std::make_error_code(code)); }

/// The text of the first of the object's parts that is of one of these types.
template <class... Printed>
std::optional<std::string> printed(const Object& object) {
  std::optional<std::string> text;
  any_part(object, [&](const Object& of) {
    return ((*of.type == typeid(Printed) && (text = text_of(*static_cast<const Printed*>(of.address)))) || ...);
  });
  return text;
}

const char* python_word(const Object& object) {
  if (part<std::out_of_range>(object)) return "IndexError";
  if (part<std::invalid_argument>(object)) return "ValueError";
  if (part<std::domain_error>(object)) return "ValueError";
  if (part<std::overflow_error>(object)) return "OverflowError";
  if (part<std::system_error>(object)) return "OSError";
  if (part<std::bad_alloc>(object)) return "MemoryError";
  return nullptr;
}

std::string name_of(const std::type_info& type) {
  if (type == typeid(const char*)) return "const char*";
  if (type == typeid(std::string)) return "std::string";
  if (type == typeid(std::string_view)) return "std::string_view";
  // std::throw_with_nested throws an object of a class of its own, whose first base is what it was given.
  const auto* const several = dynamic_cast<const abi::__vmi_class_type_info*>(&type);
  const bool wraps = several && std::string_view(type.name()).starts_with("St17_Nested_exceptionI");
  return wraps ? name_of(*several->__base_info[0].__base_type) : modules::demangle(type.name());
}

const char* remedy_of_no_memory() {
  if (modules::last_throw().error != ENOMEM)
    return "the system has refused this thread no memory, so the task threw it by itself, or another thread of it did; "
           "if memory is short, let variables go (`del`, `clear`)";
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  return limit.rlim_cur == RLIM_INFINITY
             ? "this engine gets no more memory; let variables go (`del`, `clear`), or use more hosts"
             : "this engine has reached its --memory-limit; let variables go (`del`, `clear`), or raise it";
}

/// What the parts that are std::exceptions say; of two of them, both.
std::optional<std::string> what_of(const Object& object) {
  std::vector<std::string> texts;
  any_part(object, [&](const Object& of) {
    if (*of.type != typeid(std::exception)) return false;
    std::string text = text_of(static_cast<const std::exception*>(of.address)->what());
    if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    return false;
  });
  if (texts.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(texts, "; "));
}

/// Without what is nested in it.
Thrown described(const Object& object) {
  if (const auto* const error = part<RemoteError>(object)) return {error->ename(), error->evalue(), error->traceback()};
  if (const auto* const error = part<Error>(object)) return {error->ename(), text_of(error->what()), {}};
  const char* const word = python_word(object);
  std::string ename = word ? word : name_of(*object.type);
  if (auto text = what_of(object)) {
    if (part<std::bad_alloc>(object)) *text += fmt::format(": {}", remedy_of_no_memory());
    return {std::move(ename), *std::move(text), {}};
  }
  auto text = printed<const char*, char*, std::nullptr_t, std::string, std::string_view, std::error_code, std::errc,
                      std::error_condition, bool, char, signed char, unsigned char, short, unsigned short, int,
                      unsigned, long, unsigned long, long long, unsigned long long, float, double, long double>(object);
  if (!text && dynamic_cast<const abi::__pointer_type_info*>(object.type) &&
      !*static_cast<const void* const*>(object.address))
    text = "a null pointer was thrown";
  return {std::move(ename), text ? *std::move(text) : "a foreign exception was thrown, whose type prints no text", {}};
}

}  // namespace

Thrown Thrown::current() {
  std::exception_ptr exception = std::current_exception();
  if (!exception) return {"unknown", "a foreign exception was thrown, whose type prints no text", {}};
  Object object = pointed_at(thrown_by(exception));
  Thrown thrown = described(object);
  for (std::size_t causes = 0; causes < kDeepest; ++causes) {
    const auto* const nested = part<std::nested_exception>(object);
    const std::exception_ptr cause = nested ? nested->nested_ptr() : nullptr;
    if (!cause) break;
    exception = cause;
    object = pointed_at(thrown_by(exception));
    const auto* const next = part<std::nested_exception>(object);
    const bool last = !next || !next->nested_ptr();
    if (causes == kCauses && !last) thrown.text += "; …";
    if (causes >= kCauses && !last) continue;
    const Thrown why = described(object);
    thrown.text += fmt::format("; caused by {}: {}", why.ename, why.text);
  }
  return thrown;
}

}  // namespace enginery
