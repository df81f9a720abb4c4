// client/enginery/view.hpp: views of one engine, whose results are plain values, and of several, whose are vectors.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/calls.hpp>
#include <enginery/map_calls.hpp>
#include <enginery/untyped_view.hpp>
#include <enginery/value.hpp>

namespace enginery {

template <class Shape>
class View;

/// `view["a"]`, `view["a[0]"]`: reads and writes what a name or path of the engine's namespace leads to, and waits for
/// it; of several engines, gives every one the same, or reads what each has. It keeps what it needs of the view, so it
/// may outlive it: `auto a = rc[0]["a"]; a = 5;`.
template <class Shape>
class ViewItem {
 public:
  ViewItem(const View<Shape>& view, std::string name) : view_(view), name_(std::move(name)) {}
  ViewItem(const ViewItem&) = delete;

  operator typename Shape::template Values<Value>() const { return view_.get(name_); }
  template <ResultOf T>
  requires Shape::kOne operator T() const { return view_.template get<T>(name_); }
  ViewItem& operator=(const Value& value) {
    view_.update({{name_, value}});
    return *this;
  }
  template <Unassignable T>
  ViewItem& operator=(const T&) {
    require_encodable<std::decay_t<T>>();
    return *this;
  }
  /// Assigns the other's value, as `a = b` does.
  ViewItem& operator=(const ViewItem& other) {
    static_assert(Shape::kOne,
                  "enginery: each engine has a value of its own there: write all.execute(\"a = b\"), or give all the "
                  "same value");
    return *this = Value(other);
  }

 private:
  View<Shape> view_;
  std::string name_;
};
/// The value; of several engines, a list of each one's.
template <class Shape>
std::ostream& operator<<(std::ostream& stream, const ViewItem<Shape>& item) {
  if constexpr (Shape::kOne)
    return stream << Value(item);
  else
    return stream << Value::list(std::vector<Value>(item));
}

/// What every view has, whatever it aims at; `Shape` says what its results are: OneValue, ValueOfEach.
///
/// Threads: all const functions from any; the flags are the caller's.
template <class Shape>
class View : public Calls<Shape> {
 public:
  template <class R>
  using Result = typename Shape::template Result<R>;
  /// A T, or each engine's T in target order.
  template <class T>
  using Values = typename Shape::template Values<T>;

  using Calls<Shape>::Calls;

  Result<void> push(std::initializer_list<Item> items) const {
    return this->template sent<void>(this->send_push(items));
  }
  /// As push, but always waits.
  void update(std::initializer_list<Item> items) const { Result<void>(this->send_push(items)).get(); }
  Result<Value> pull(const Name& name) const { return this->template sent<Value>(this->send_pull(name)); }
  /// A list of the values.
  Result<Value> pull(std::initializer_list<Name> names) const {
    return this->template sent<Value>(this->send_pull(names));
  }
  /// The value as a T; always waits. Throws NameError, TypeError as RemoteError or here.
  template <class T>
  Values<T> pull(std::string_view name) const {
    return get<T>(name);
  }
  template <class T, class U, class... More, class... N>
  requires(sizeof...(N) == sizeof...(More) + 2) Values<std::tuple<T, U, More...>> pull(const N&... names)
  const {
    (require_decodable<T>(), require_decodable<U>(), (require_decodable<More>(), ...));
    return Shape::each(Result<Value>(this->send_pull({Name(names)...})).get(), [](const Value& list) {
      return decode_all<T, U, More...>(list, std::index_sequence_for<T, U, More...>());
    });
  }

  // The dictionary interface; always waits.
  ViewItem<Shape> operator[](const Name& name) const { return {*this, name.text}; }
  template <std::integral I>
  ViewItem<Shape> operator[](I) const = delete;
  ViewItem<Shape> operator[](std::nullptr_t) const = delete;
  template <class T = Value>
  Values<T> get(std::string_view name) const {
    return Shape::each(Result<Value>(this->send_pull(Name(name))).get(),
                       [&](const Value& value) { return detail::decode_as<T>(value, detail::Origin::variable, name); });
  }
  /// Throws RemoteError NameError when it is not there; of several engines, when one of them has none.
  void erase(std::string_view name) const { Result<void>(this->send_erase(name)).get(); }
  /// Forgets all names, also those of plugins.
  void clear() const { Result<void>(this->send_clear()).get(); }
  Values<std::vector<std::string>> keys() const { return Result<std::vector<std::string>>(this->send_keys()).get(); }
  /// Whether there is such a name; of several engines, whether each has it.
  Values<bool> contains(std::string_view name) const {
    return Shape::each(keys(), [&](const std::vector<std::string>& all) {
      for (const std::string& one : all)
        if (one == name) return true;
      return false;
    });
  }

  /// Gives each engine one block of a list, tuple or array (along its first axis) under `name`: contiguous, in target
  /// order, the first size % engines blocks one longer; so one engine gets all. With `flatten` a block of one element
  /// is that element. Throws TypeError for what is no sequence.
  Result<void> scatter(const Name& name, const Value& sequence, bool flatten = false) const {
    return this->template sent<void>(this->send_blocks(name, sequence, flatten));
  }
  template <Unassignable T>
  Result<void> scatter(const Name& name, const T&, bool flatten = false) const {
    require_encodable<std::decay_t<T>>();
    return scatter(name, Value(), flatten);
  }
  /// What scatter() gave, put together again in target order.
  template <class R = Value>
  AsyncGathered<R> gather(const Name& name) const {
    return this->finished_if_blocking(AsyncGathered<R>(this->send_pull(name)));
  }

  /// Executes statements of a small Python-like language in the engine's namespace (docs/execute.md). What the last one
  /// gives is in the metadata's `execute_result`, as text.
  Result<void> execute(std::string_view code, ResultText text = ResultText::whole) const {
    return this->template sent<void>(this->send_execute(code, text));
  }
  /// Brings the plugin at `path`, a .so of this host, to the engine, and runs its body in the engine's own namespace. A
  /// bare name is sought as `import` does, on this host. A .cpp is compiled first, here, unless that was done before.
  /// Throws PluginLoadError when it cannot be read, CompileError when it does not compile.
  Result<void> run(std::string_view path) const { return this->template sent<void>(this->send_run(path)); }
  /// Compiles statements of C++ here, unless that was done before, and runs them on the engine, where globals() are its
  /// variables. What <enginery/script.hpp> includes is there; #include lines may lead. Throws CompileError, whose lines
  /// are those of `statements`.
  Result<void> execute_cpp(std::string_view statements) const {
    return this->template sent<void>(this->send_statements(statements));
  }

 private:
  template <class... T, std::size_t... I>
  static std::tuple<T...> decode_all(const Value& list, std::index_sequence<I...>) {
    return {Codec<T>::decode(list.as_list()[I])...};
  }
};

extern template class ENGINERY_API View<OneValue>;
extern template class ENGINERY_API View<ValueOfEach>;

/// One engine of a client, or this process.
class ENGINERY_API DirectView : public View<OneValue> {
 public:
  using View::View;
  int id() const { return targets().front(); }
};
/// <DirectView 0>
ENGINERY_API std::ostream& operator<<(std::ostream&, const DirectView&);

/// A view of this process: the same calls, run in the calling thread against globals(), with no engine. For trying and
/// debugging tasks.
ENGINERY_API DirectView local();

/// Some engines of a client, frozen, or all of them, evaluated anew at each call. map gives each one contiguous part of
/// the items, in target order.
class ENGINERY_API MultiView : public MapCalls<View<ValueOfEach>> {
 public:
  using MapCalls::MapCalls;
};
/// <MultiView [0, 1, 2]>
ENGINERY_API std::ostream& operator<<(std::ostream&, const MultiView&);

}  // namespace enginery
