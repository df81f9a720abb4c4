// client/enginery/names.hpp: names in an engine's namespace, as arguments of views.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <enginery/codec.hpp>
#include <enginery/value.hpp>

namespace enginery {

/// One name. The constrained constructor keeps `pull({"b", "a"})` a list of names.
struct Name {
  template <class T>
  requires std::convertible_to<const T&, std::string_view> &&
      (!std::same_as<std::decay_t<T>, std::nullptr_t>)Name(const T& name)
      : text(std::string_view(name)) {}
  std::string text;
};

/// A name and what it is to be bound to.
struct Item {
  Item(std::string given_key, Value given_value) : key(std::move(given_key)), value(std::move(given_value)) {}
  template <Unassignable T>
  Item(std::string given_key, const T&) : key(std::move(given_key)) {
    require_encodable<std::decay_t<T>>();
  }
  std::string key;
  Value value;
};

}  // namespace enginery
