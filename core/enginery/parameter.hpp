// core/enginery/parameter.hpp: what holds a task's argument while the task runs.
#pragma once

#include <new>

#include <enginery/codec_struct.hpp>

namespace enginery {

/// The argument for a parameter that is declared as P. The constructor decodes (TypeError or ValueError), get() gives
/// what to pass, once; what it refers to lives as long as the Parameter.
///
/// A value, `const T&` and `T&&` are decoded copies; an opaque T is seen itself by `const T&`. `const Value&`, `List&`,
/// `Dict&`, `Array&` (also const), `const std::string&`, `string_view` and spans see the very object. Any other `T&`
/// needs an opaque object of that very type.
template <class P>
class Parameter;

namespace detail {

/// Types that look into a Value, so that `const V&` and `V&&` mean the same as V.
template <class T>
inline constexpr bool is_view = false;
template <>
inline constexpr bool is_view<std::string_view> = true;
template <class T, std::size_t N>
inline constexpr bool is_view<std::span<T, N>> = true;

/// Types whose objects are seen, not copied, by reference.
template <class T>
inline constexpr bool is_seen =
    std::same_as<T, Value> || std::same_as<T, List> || std::same_as<T, Dict> || std::same_as<T, Array>;

/// An object itself was wanted, of one very type. The text says that whole; what throws it again adds only of which
/// parameter.
class ENGINERY_API ObjectWanted : public TypeError {
 public:
  using TypeError::TypeError;
  ~ObjectWanted() override;
};

/// The first member of a plain struct that has no codec; none if the name is empty.
struct MemberWithoutCodec {
  std::string_view name;
  bool is_array = false;
};

template <class T>
constexpr MemberWithoutCodec member_without_codec() {
  MemberWithoutCodec found;
  [[maybe_unused]] const auto look_at = [&found](std::string_view name, bool has_codec, bool is_array) {
    if (found.name.empty() && !has_codec) found = {name, is_array};
  };
  if constexpr (PlainStruct<T>) {
    using Seen = Fields<T>;
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (look_at(Seen::template name<I>(), Decodable<typename Seen::template Type<I>>,
               std::is_array_v<typename Seen::template Type<I>>),
       ...);
    }
    (std::make_index_sequence<Seen::kCount>());
  }
  return found;
}

/// ObjectWanted: what came is none, and `type` has no codec, of a plain struct because of `member`.
[[noreturn]] ENGINERY_API void throw_opaque_wanted(const Value& got, std::string_view type,
                                                   MemberWithoutCodec member = {});
/// The same of a T& to a type that may have a codec.
[[noreturn]] ENGINERY_API void throw_opaque_not_value_wanted(const Value& got, std::string_view type);

/// The value, if it is of that kind; else TypeError.
ENGINERY_API const Value& of_kind(Kind kind, const Value& value, std::string_view wanted);
/// The list or tuple itself, or an array's elements as a list. TypeError for anything else.
ENGINERY_API Value list_or_tuple(const Value& value);
/// Throws TypeError unless `value` is a 1-d array of `dtype`: why a writing view cannot see it.
ENGINERY_API Array& writable_vector(const Value& value, DType dtype, std::string_view wanted);
/// The object's own array if it is a 1-d one of `dtype` (sharing its memory), else a converted copy.
ENGINERY_API Array readable_vector(const Value& value, DType dtype, std::string_view wanted);
ENGINERY_API void check_extent(std::size_t extent, std::size_t size);

/// The object if it is an opaque T, else null. TypeError if it is opaque and of another type.
template <class T>
T* opaque_object(const Value& value) {
  if constexpr (!std::is_const_v<T> && !std::is_pointer_v<T>)
    if (value.kind() == Kind::opaque) return &value.as_opaque<T>();
  return nullptr;
}

template <class T>
T decode_argument(const Value& value) {
  if constexpr (Decodable<T>)
    return Codec<T>::decode(value);
  else
    throw_opaque_wanted(value, type_name<T>(), member_without_codec<T>());
}

/// As std::copy_constructible, which believes containers of what cannot be copied.
template <class T>
inline constexpr bool is_copyable = std::copy_constructible<T>;
template <Sequence T>
inline constexpr bool is_copyable<T> = is_copyable<typename SequenceItem<T>::type>;
template <class T>
inline constexpr bool is_copyable<std::optional<T>> = is_copyable<T>;
template <class A, class B>
inline constexpr bool is_copyable<std::pair<A, B>> = is_copyable<A>&& is_copyable<B>;
template <class... T>
inline constexpr bool is_copyable<std::tuple<T...>> = (is_copyable<T> && ...);
template <class K, class V, class C, class A>
inline constexpr bool is_copyable<std::map<K, V, C, A>> = is_copyable<V>;
template <class K, class V, class H, class E, class A>
inline constexpr bool is_copyable<std::unordered_map<K, V, H, E, A>> = is_copyable<V>;

template <class P>
inline constexpr bool can_be_parameter = Decodable<std::remove_cvref_t<P>> || std::is_lvalue_reference_v<P> ||
                                         (is_copyable<std::remove_cvref_t<P>> &&
                                          !std::is_pointer_v<std::remove_cvref_t<P>>);

}  // namespace detail

/// By value and `T&&`.
template <class P>
class Parameter {
  using T = std::remove_cvref_t<P>;
  static_assert((detail::check_decode<T>(), true));
  static_assert(
      detail::can_be_parameter<P>,
      "enginery: a task cannot have a parameter of this type: it has no Codec<T>::decode, and is a pointer or "
      "cannot be copied. Take it as T& or const T&, which see an object that lives on the engine, or "
      "specialise enginery::Codec.");

 public:
  explicit Parameter(const Value& value) : object_(decode(value)) {}
  T&& get() { return static_cast<T&&>(object_); }

 private:
  static T decode(const Value& value) {
    if constexpr (detail::is_copyable<T>)
      if (const T* const seen = detail::opaque_object<T>(value)) return *seen;
    return detail::decode_argument<T>(value);
  }

  T object_;
};

/// The object itself if it is an opaque one, else what is decoded.
template <class T>
requires(!detail::is_seen<T> && !detail::is_view<T>) class Parameter<const T&> {
  static_assert((detail::check_decode<T>(), true));

 public:
  explicit Parameter(const Value& value) : value_(value), seen_(detail::opaque_object<T>(value)) {
    if (!seen_) seen_ = ::new (static_cast<void*>(std::addressof(decoded_))) T(detail::decode_argument<T>(value));
  }
  ~Parameter() {
    if (seen_ == std::addressof(decoded_)) decoded_.~T();
  }
  Parameter(const Parameter&) = delete;
  Parameter& operator=(const Parameter&) = delete;
  const T& get() { return *seen_; }

 private:
  Value value_;
  const T* seen_;
  union {
    T decoded_;
  };
};

/// `T&`: the object that a Reference leads to, if it is a T.
template <class T>
requires(!std::is_const_v<T> && !detail::is_seen<T>) class Parameter<T&> {
 public:
  explicit Parameter(const Value& value) : value_(value) {
    if (value.kind() != Kind::opaque) refuse(value);
    object_ = &value.as_opaque<T>();
  }
  T& get() { return *object_; }

 private:
  [[noreturn]] static void refuse(const Value& value) {
    // Not whether T is Encodable: a type that holds vectors of itself cannot be asked.
    if constexpr (requires { sizeof(Codec<T>); })
      detail::throw_opaque_not_value_wanted(value, detail::type_name<T>());
    else
      detail::throw_opaque_wanted(value, detail::type_name<T>());
  }

  Value value_;
  T* object_;
};

template <>
class Parameter<Value> {
 public:
  explicit Parameter(const Value& value) : value_(value) {}
  Value& get() { return value_; }

 protected:
  Value value_;
};
template <>
class Parameter<const Value&> : public Parameter<Value> {
  using Parameter<Value>::Parameter;
};
template <>
class Parameter<Value&> : public Parameter<Value> {
  using Parameter<Value>::Parameter;
};

/// A list itself; `const List&` also takes a tuple, and an array's elements.
template <>
class Parameter<List&> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value) : Parameter<Value>(detail::of_kind(Kind::list, value, "a list itself")) {}
  List& get() { return value_.as_list(); }
};
template <>
class Parameter<const List&> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value) : Parameter<Value>(detail::list_or_tuple(value)) {}
  const List& get() { return value_.kind() == Kind::list ? value_.as_list() : value_.as_tuple(); }
};

template <>
class Parameter<Dict&> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value) : Parameter<Value>(detail::of_kind(Kind::dict, value, "a dict")) {}
  Dict& get() { return value_.as_dict(); }
};
template <>
class Parameter<const Dict&> : public Parameter<Dict&> {
  using Parameter<Dict&>::Parameter;
};

/// An array itself; `const Array&` also takes a list of numbers.
template <>
class Parameter<Array&> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value) : Parameter<Value>(detail::of_kind(Kind::array, value, "an array itself")) {}
  Array& get() { return value_.as_array(); }
};
template <>
class Parameter<const Array&> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value)
      : Parameter<Value>(value.kind() == Kind::array ? value : Value::array(Codec<Array>::decode(value))) {}
  const Array& get() { return value_.as_array(); }
};

template <>
class Parameter<const std::string&> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value) : Parameter<Value>(value), text_(detail::decode_text(value)) {}
  const std::string& get() { return text_; }

 private:
  const std::string& text_;
};
template <>
class Parameter<std::string_view> : public Parameter<const std::string&> {
  using Parameter<const std::string&>::Parameter;
};
/// nullptr for None.
template <>
class Parameter<const char*> : public Parameter<Value> {
 public:
  explicit Parameter(const Value& value)
      : Parameter<Value>(value), text_(value.is_none() ? nullptr : detail::decode_text(value).c_str()) {}
  const char* get() { return text_; }

 private:
  const char* text_;
};

/// A 1-d array's own memory; other numbers are converted if nothing is lost.
template <Number T, std::size_t N>
class Parameter<std::span<const T, N>> {
 public:
  explicit Parameter(const Value& value)
      : array_(detail::readable_vector(value, dtype_of<T>(), detail::type_name<std::span<const T, N>>())) {
    if constexpr (N != std::dynamic_extent) detail::check_extent(N, array_.size());
  }
  std::span<const T, N> get() { return std::span<const T, N>(array_.template elements<T>().data(), array_.size()); }

 private:
  Array array_;  // shares the memory, so that it outlives an assignment to the object while the task runs
};

/// A 1-d array's own memory, to be written to: nothing else will do.
template <Number T, std::size_t N>
class Parameter<std::span<T, N>> {
 public:
  explicit Parameter(const Value& value)
      : value_(value),
        span_(detail::writable_vector(value, dtype_of<T>(), detail::type_name<std::span<T, N>>())
                  .template mutable_elements<T>()) {
    if constexpr (N != std::dynamic_extent) detail::check_extent(N, span_.size());
  }
  std::span<T, N> get() { return std::span<T, N>(span_.data(), span_.size()); }

 private:
  Value value_;
  std::span<T> span_;
};

template <class V>
requires detail::is_view<V>
class Parameter<const V&> : public Parameter<V> {
  using Parameter<V>::Parameter;
};
template <class V>
requires detail::is_view<V>
class Parameter<V&&> : public Parameter<V> {
  using Parameter<V>::Parameter;
};

}  // namespace enginery
