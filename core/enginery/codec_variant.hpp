// core/enginery/codec_variant.hpp: codecs of what may be one thing or another: optional and variant.
#pragma once

#include <enginery/codec_containers.hpp>

namespace enginery {
namespace detail {

/// What an optional holds: as it is, but None and a tuple of one item are the item of a tuple.
ENGINERY_API Value encode_held(Value held);
/// The inverse.
ENGINERY_API Value decode_held(const Value& value);

/// How well an alternative takes a value: what it decodes to is encoded as the very same, as an equal one (1 and 1.0,
/// a list and an array), or as another.
enum class Likeness { not_at_all, changed, equal, same };
ENGINERY_API Likeness likeness_of(const Value& given, const Value& back);

/// (index, value).
ENGINERY_API Value tagged(std::size_t index, Value value);
/// The index of (index, value); `count` if it is anything else.
ENGINERY_API std::size_t index_of(const Value& value, std::size_t count) noexcept;
ENGINERY_API const Value& tagged_item(const Value& value);
/// For a catch block: throws the current error again, with the alternative before its message.
[[noreturn]] ENGINERY_API void rethrow_within_alternative(std::size_t index, std::string_view type);

/// The place of the only best fit. TypeError if there is none, or if there are several, which it names then.
ENGINERY_API std::size_t only_best(std::span<const Likeness> fits, const Value& value, TypeName name,
                                   std::span<const std::string_view> types, bool is_tagged);

}  // namespace detail

/// None, or what it holds. Where that may be None itself, (value,) stands for what could be mistaken.
template <class T>
struct Codec<std::optional<T>> {
  template <class How>
  static constexpr detail::Kinds kinds_as() {
    const detail::Kinds held = How::template kinds<T>();
    return held | (held.has(Kind::none) ? detail::Kinds::of(Kind::tuple) : detail::Kinds::of(Kind::none));
  }
  static constexpr detail::Kinds kKinds = kinds_as<detail::AsItem>();

  template <class How>
  static Value encode_as(const std::optional<T>& object) {
    if (!object) return Value();
    if constexpr (How::template kinds<T>().has(Kind::none))
      return detail::encode_held(How::template encode<T>(*object));
    else
      return How::template encode<T>(*object);
  }
  template <class How>
  static std::optional<T> decode_as(const Value& value) {
    if (value.is_none()) return std::nullopt;
    if constexpr (How::template kinds<T>().has(Kind::none))
      return std::optional<T>(std::in_place, How::template decode<T>(detail::decode_held(value)));
    else
      return std::optional<T>(std::in_place, How::template decode<T>(value));
  }
  static Value encode(const std::optional<T>& object) requires Encodable<T> {
    return encode_as<detail::AsItem>(object);
  }
  static std::optional<T> decode(const Value& value) requires Decodable<T> { return decode_as<detail::AsItem>(value); }
  static std::string name() {
    constexpr detail::TypeName item = detail::name_of<T>();
    return detail::generic_name("Optional", {&item, 1});
  }
};

/// What it holds, where the alternatives never become values of one kind; else (index, value).
///
/// What comes back is the alternative that was sent. A value without an index, such as one that `execute` made, becomes
/// the alternative that takes it exactly; TypeError if several do. Where there are indices, a tuple of two that begins
/// with one is never anything else.
template <class... T>
struct Codec<std::variant<T...>> {
  using Variant = std::variant<T...>;
  template <class How>
  static constexpr std::array<detail::Kinds, sizeof...(T)> kKindsOfEach{How::template kinds<T>()...};
  template <class How>
  static constexpr bool is_tagged() {
    detail::Kinds seen;
    for (const detail::Kinds kinds : kKindsOfEach<How>) {
      if (kinds.meets(seen)) return true;
      seen = seen | kinds;
    }
    return false;
  }
  template <class How>
  static constexpr detail::Kinds kinds_as() {
    if (is_tagged<How>()) return detail::Kinds::of(Kind::tuple);
    return (detail::Kinds() | ... | How::template kinds<T>());
  }
  static constexpr detail::Kinds kKinds = kinds_as<detail::AsItem>();

  template <class How>
  static Value encode_as(const Variant& variant) {
    Value held = std::visit([]<class Held>(const Held& object) { return How::template encode<Held>(object); }, variant);
    if constexpr (is_tagged<How>())
      return detail::tagged(variant.index(), std::move(held));
    else
      return held;
  }
  template <class How>
  static Variant decode_as(const Value& value) {
    if constexpr (is_tagged<How>()) {
      const std::size_t index = detail::index_of(value, sizeof...(T));
      if (index < sizeof...(T)) try {
          return kDecoders<How>[index](detail::tagged_item(value));
        } catch (const Error&) {
          detail::rethrow_within_alternative(index, kTypes[index]);
        }
    } else {
      const detail::Kinds kind = How::seen(detail::Kinds::of(value.kind()));
      for (std::size_t index = 0; index < sizeof...(T); ++index)
        if (kKindsOfEach<How>[index].meets(kind)) try {
            return kDecoders<How>[index](value);
          } catch (const Error&) {  // not as it is: another may take it
          }
    }
    return decode_best<How>(value);
  }
  static Value encode(const Variant& variant) requires(Encodable<T>&&...) { return encode_as<detail::AsItem>(variant); }
  static Variant decode(const Value& value) requires(Decodable<T>&&...) { return decode_as<detail::AsItem>(value); }
  static std::string name() {
    constexpr std::array<detail::TypeName, sizeof...(T)> of{detail::name_of<T>()...};
    return detail::generic_name("Union", of);
  }

 private:
  static constexpr std::array<std::string_view, sizeof...(T)> kTypes{detail::type_name<T>()...};

  template <class How, std::size_t I>
  static Variant decode_one(const Value& value) {
    return Variant(std::in_place_index<I>, How::template decode<std::variant_alternative_t<I, Variant>>(value));
  }
  template <class How>
  static constexpr auto kDecoders = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<Variant (*)(const Value&), sizeof...(T)>{&decode_one<How, I>...};
  }
  (std::index_sequence_for<T...>());

  template <class How, class Alternative>
  static detail::Likeness likeness(const Value& value) {
    try {
      const Alternative object = How::template decode<Alternative>(value);
      if constexpr (Encodable<Alternative>)
        return detail::likeness_of(value, How::template encode<Alternative>(object));
      else
        return detail::Likeness::changed;
    } catch (const Error&) {
      return detail::Likeness::not_at_all;
    }
  }
  template <class How>
  static Variant decode_best(const Value& value) {
    const std::array<detail::Likeness, sizeof...(T)> fits{likeness<How, T>(value)...};
    return kDecoders<How>[detail::only_best(fits, value, &name, kTypes, is_tagged<How>())](value);
  }
};

}  // namespace enginery
