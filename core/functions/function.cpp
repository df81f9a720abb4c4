// core/functions/function.cpp: binding arguments as Python binds them, with Python's words when they do not fit.
//
// A call has three steps: arguments are bound to parameters, decoded, and the code runs. The last two happen in one
// erased function (detail::ErasedCall), which notes in Call::decoding which argument it decodes. So one catch block
// tells an argument that does not fit, whose error is thrown again with the task's and the parameter's name, from an
// exception of the code itself, which passes untouched. Calls whose arguments are all positional and complete skip the
// binding.
#include <enginery/function.hpp>

#include <algorithm>
#include <cstring>
#include <new>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/diagnosis/thrown.hpp"
#include "core/errors/error_text.hpp"
#include "core/values/objects.hpp"

namespace enginery {

Function::Function(Declaration declaration, std::span<const std::string> types, std::string result, Callable callable)
    : declaration_(std::move(declaration)),
      qualified_name_(declaration_.module.empty() ? declaration_.name : declaration_.module + '.' + declaration_.name),
      result_(std::move(result)),
      callable_(std::move(callable)) {
  std::vector<Formal>& formals = declaration_.formals;
  if (formals.empty()) {
    for (std::size_t i = 0; i < types.size(); ++i) formals.push_back({fmt::format("arg{}", i), {}, {}});
  }
  if (formals.size() != types.size()) {
    throw ValueError(fmt::format("{}() has {} parameters and {} names for them: name all of them, or none",
                                 qualified_name_, types.size(), formals.size()));
  }
  for (std::size_t i = 0; i < formals.size(); ++i) {
    formals[i].type = types[i];
    if (i > 0 && formals[i - 1].fallback && !formals[i].fallback) {
      throw ValueError(
          fmt::format("{}(): parameter '{}' without a default follows one with a default: give it one, or "
                      "change their order",
                      qualified_name_, formals[i].name));
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (formals[j].name == formals[i].name) {
        throw ValueError(
            fmt::format("{}() has two parameters called '{}': rename one", qualified_name_, formals[i].name));
      }
    }
  }
}

static std::vector<std::string> names_of(std::span<const detail::TypeName> types) {
  std::vector<std::string> names;
  for (const detail::TypeName type : types) names.push_back(type());
  return names;
}

std::shared_ptr<const Function> Function::make(Declaration&& declaration, const Type& type,
                                               std::shared_ptr<void> object) {
  return std::make_shared<const Function>(std::move(declaration), names_of(type.parameters), type.result(),
                                          Callable{std::move(object), type.size, type.alignment, type.invoke});
}

std::shared_ptr<void> detail::copy_of(const void* object, std::size_t size, std::size_t alignment) {
  const std::align_val_t aligned{alignment};
  const std::shared_ptr<void> copy(operator new(size, aligned), [aligned](void* at) { operator delete(at, aligned); });
  std::memcpy(copy.get(), object, size);
  return copy;
}

std::string Function::signature() const {
  std::string text = name() + '(';
  for (const Formal& formal : formals()) {
    if (text.back() != '(') text += ", ";
    text += formal.name + ": " + formal.type;
    if (formal.fallback) text += " = " + formal.fallback->repr();
  }
  return text + ") -> " + result_;
}

std::string Function::type() const {
  std::vector<std::string> types;
  for (const Formal& formal : formals()) types.push_back(formal.type);
  return fmt::format("({}) -> {}", fmt::join(types, ", "), result_);
}

std::string function_type(std::span<const detail::TypeName> parameters, detail::TypeName result) {
  return fmt::format("({}) -> {}", fmt::join(names_of(parameters), ", "), result());
}

Value Function::call(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keyword) const {
  return call_on(callable_.object.get(), positional, keyword);
}

Value Function::call_on(void* object, std::span<const Value> positional,
                        std::span<const std::pair<std::string, Value>> keyword) const {
  constexpr std::size_t kOnStack = 8;
  const std::size_t count = formals().size();
  std::array<const Value*, kOnStack> few;
  std::vector<const Value*> many(count > kOnStack ? count : 0);
  const Value** bound = count > kOnStack ? many.data() : few.data();
  if (keyword.empty() && positional.size() == count) {
    for (std::size_t i = 0; i < count; ++i) bound[i] = &positional[i];
  } else {
    bind(positional, keyword, bound);
  }
  Call call{bound};
  try {
    return callable_.invoke(object, call);
  } catch (...) {
    if (call.decoding == Call::kDecoded) throw;  // of the code's own
    refuse(call.decoding, *bound[call.decoding]);
  }
}

/// "'a'", "'a' and 'b'", "'a', 'b', and 'c'": as Python lists what is missing.
static std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 < names.size() ? ", " : names.size() == 2 ? " and " : ", and ";
    text += '\'' + names[i] + '\'';
  }
  return text;
}

void Function::bind(std::span<const Value> positional, std::span<const std::pair<std::string, Value>> keyword,
                    const Value** bound) const {
  const std::vector<Formal>& formals = declaration_.formals;
  const std::size_t count = formals.size();
  std::fill_n(bound, count, nullptr);

  for (std::size_t i = 0; i < std::min(positional.size(), count); ++i) bound[i] = &positional[i];
  for (const auto& [key, value] : keyword) {
    const auto formal = std::ranges::find(formals, key, &Formal::name);
    if (formal == formals.end()) {
      std::vector<std::string> names;
      for (const Formal& known : formals) names.push_back(known.name);
      const std::string meant = modules::nearest_name(key, names);
      throw TypeError(fmt::format("{}() got an unexpected keyword argument '{}'{} signature is {}", name(), key,
                                  meant.empty() ? "; its" : fmt::format(". Did you mean '{}'? Its", meant),
                                  signature()));
    }
    const Value*& place = bound[formal - formals.begin()];
    if (place) throw TypeError(fmt::format("{}() got multiple values for argument '{}'; give it once", name(), key));
    place = &value;
  }
  if (positional.size() > count) {
    const auto required =
        static_cast<std::size_t>(std::count_if(formals.begin(), formals.end(), [](auto& f) { return !f.fallback; }));
    throw TypeError(
        fmt::format("{}() takes {} positional argument{} but {} {} given; its signature is {}", name(),
                    required < count ? fmt::format("from {} to {}", required, count) : fmt::to_string(count),
                    required == count && count == 1 ? "" : "s", positional.size(),
                    positional.size() == 1 ? "was" : "were", signature()));
  }

  std::vector<std::string> missing;
  for (std::size_t i = 0; i < count; ++i) {
    if (bound[i]) continue;
    if (formals[i].fallback)
      bound[i] = &*formals[i].fallback;
    else
      missing.push_back(formals[i].name);
  }
  if (!missing.empty()) {
    throw TypeError(fmt::format("{}() missing {} required positional argument{}: {}; its signature is {}", name(),
                                missing.size(), missing.size() == 1 ? "" : "s", listed(missing), signature()));
  }
}

/// The object itself where it is short to say, else nothing.
static std::string glimpse(const Value& value) {
  constexpr std::size_t kLongest = 40;
  const bool is_short = is_number(value) || (value.kind() == Kind::string && value.as_string().size() <= kLongest);
  return is_short ? ' ' + value.repr() : std::string();
}

void Function::refuse(std::size_t index, const Value& given) const {
  const Formal& formal = formals()[index];
  const auto not_of_type = [&](const char* reason) {
    return fmt::format("{}(): argument '{}' must be {}, not {}{}: {}", qualified_name_, formal.name, formal.type,
                       given.type_name(), glimpse(given), reason);
  };
  // The type is right, and what it holds is not.
  const auto unfit = [&](const char* reason) {
    return fmt::format("{}(): argument '{}' of type {}: {}", qualified_name_, formal.name, formal.type, reason);
  };
  try {
    throw;
  } catch (const detail::ObjectWanted& error) {
    throw detail::ObjectWanted(fmt::format("{}(): argument '{}': {}", qualified_name_, formal.name, error.what()));
  } catch (const TypeError& error) {
    throw TypeError(not_of_type(error.what()));
  } catch (const ValueError& error) {
    throw ValueError(unfit(error.what()));
  } catch (const OverflowError& error) {
    throw OverflowError(unfit(error.what()));
  } catch (const RemoteError&) {
    throw;  // with its traceback
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception&) {  // of a codec of somebody's own
    const Thrown thrown = Thrown::current();
    throw Error(thrown.ename, unfit(thrown.text.c_str()));
  }
}

}  // namespace enginery
