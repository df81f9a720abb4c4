// core/enginery/opaque_fields.hpp: what the compiler sees of an opaque type. Include value.hpp.
#pragma once

#include <enginery/codec_struct.hpp>

namespace enginery {
namespace detail {

constexpr std::uint64_t kSeed = 0xcbf29ce484222325;
constexpr std::uint64_t mixed(std::uint64_t hash, std::string_view text) {
  for (const char character : text) hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
  return (hash ^ 0xff) * 0x100000001b3;
}
constexpr std::uint64_t mixed(std::uint64_t hash, std::uint64_t number) {
  return (hash ^ number ^ number >> 32) * 0x100000001b3;
}

/// Does a type's name speak of nothing but C++'s own types and what is in one of two namespaces?
constexpr bool names_only(std::string_view text, std::string_view space, std::string_view other = "std::") {
  const auto is_letter = [](char c) { return c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  constexpr std::string_view kOwn[] = {"bool",     "char",    "short",   "int",      "long",     "signed",
                                       "unsigned", "float",   "double",  "void",     "const",    "true",
                                       "false",    "wchar_t", "char8_t", "char16_t", "char32_t", "std::byte"};
  for (std::size_t i = 0; i < text.size();) {
    if (is_digit(text[i])) {  // with its suffix
      while (i < text.size() && (is_digit(text[i]) || is_letter(text[i]))) ++i;
    } else if (is_letter(text[i])) {
      const std::size_t start = i;
      while (i < text.size() && (is_letter(text[i]) || is_digit(text[i]) || text[i] == ':')) ++i;
      const std::string_view word = text.substr(start, i - start);
      bool known = word.starts_with(space) || word.starts_with(other) || word.starts_with("::");
      for (const std::string_view own : kOwn) known = known || word == own;
      if (!known) return false;
    } else if (text[i] == '{' || text[i] == '*' || text[i] == '&') {
      return false;  // something without a name, or elsewhere
    } else {
      ++i;
    }
  }
  return true;
}

template <class T, class... Outer>
consteval std::uint64_t structure();

template <class T, class... Outer>
struct PartsOf {
  static constexpr std::uint64_t kHash = 0;
};
template <template <class...> class C, class... A, class... Outer>
struct PartsOf<C<A...>, Outer...> {
  static constexpr std::uint64_t kHash = [] {
    std::uint64_t hash = kSeed;
    const auto add = [&](std::uint64_t part) { hash = hash != 0 && part != 0 ? mixed(hash, part) : 0; };
    (add(structure<A, Outer...>()), ...);
    return hash;
  }();
};

template <class T, std::size_t N, class... Outer>
struct PartsOf<std::array<T, N>, Outer...> {
  static constexpr std::uint64_t kHash = structure<T, Outer...>();
};

/// A number of all that is known of how a T lies in memory; 0 if that is not all. `Outer` are the types it is part of.
template <class T, class... Outer>
consteval std::uint64_t structure() {
  constexpr std::string_view name = type_name<T>();
  std::uint64_t hash = mixed(kSeed, name);
  if constexpr ((std::is_same_v<T, Outer> || ...)) {
    return hash;
  } else if constexpr (std::is_reference_v<T> || std::is_pointer_v<T> || std::is_void_v<T> || std::is_function_v<T>) {
    return 0;
  } else if constexpr (!requires { sizeof(T); }) {
    return 0;  // what a smart pointer holds may be incomplete: a library's handle, or an array
  } else {
    hash = mixed(mixed(hash, sizeof(T)), alignof(T));
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                  (name.starts_with("std::") && names_only(name, "std::"))) {
      return hash;
    } else if constexpr (!kShared<T>.tag.empty()) {
      return mixed(mixed(hash, kShared<T>.tag), kShared<T>.version);
    } else if constexpr (name.starts_with("std::")) {
      constexpr std::uint64_t parts = PartsOf<T, Outer...>::kHash;
      return parts ? mixed(hash, parts) : 0;
    } else if constexpr (is_plain<T>()) {
      return [&]<std::size_t... I>(std::index_sequence<I...>) {
        using Seen = Fields<T>;
        const std::pair<std::string_view, std::uint64_t> fields[] = {
            {Seen::template name<I>(), structure<typename Seen::template Type<I>, T, Outer...>()}...};
        for (const auto& [field, part] : fields) hash = hash && part ? mixed(mixed(hash, field), part) : 0;
        return hash;
      }
      (std::make_index_sequence<Fields<T>::kCount>{});
    } else {
      return 0;
    }
  }
}

}  // namespace detail

template <class T>
OpaqueType OpaqueType::of() noexcept {
  static_assert(!std::is_const_v<T> && !std::is_reference_v<T>, "an opaque object is held by its plain type");
  constexpr bool complete = requires { sizeof(T); };
  static_assert(complete,
                "enginery: an opaque object cannot be of an incomplete type, such as a C library's handle: make it of "
                "what owns the handle, a std::unique_ptr with a deleter or a class of your own");
  if constexpr (!complete) {
    return {};
  } else {
    constexpr bool plain = std::is_trivially_copyable_v<T>;
    return {&typeid(T),
            sizeof(T),
            alignof(T),
            plain ? 0 : detail::kWidestAlignment,
            (plain ? 1U : 0U) | (std::is_polymorphic_v<T> ? 2U : 0U) | (std::is_aggregate_v<T> ? 4U : 0U) |
                (std::is_empty_v<T> ? 8U : 0U) | (std::is_standard_layout_v<T> ? 16U : 0U),
            &detail::this_module,
            kShared<T>,
            kShared<T>.tag.empty() ? detail::structure<T>() : 0};
  }
}

}  // namespace enginery
