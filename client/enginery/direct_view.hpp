// client/enginery/direct_view.hpp: one engine: results are plain values.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/calls.hpp>
#include <enginery/flags.hpp>
#include <enginery/names.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/reference.hpp>
#include <enginery/result_text.hpp>

namespace enginery {

class Engines;
class DirectView;

/// `view["a"]`, `view["a[0]"]`: reads and writes what a name or path of the engine's namespace leads to, and waits for
/// it. It keeps what it needs of the view, so it may outlive it: `auto a = rc[0]["a"]; a = 5;`.
class ENGINERY_API ViewItem {
 public:
  operator Value() const;
  template <ResultOf T>
  operator T() const {
    return decode_as<T>(Value(*this), Origin::variable, name_);
  }
  ViewItem& operator=(const Value& value);
  template <Unassignable T>
  ViewItem& operator=(const T&) {
    require_encodable<std::decay_t<T>>();
    return *this;
  }
  /// Assigns the other's value, as `a = b` does.
  ViewItem& operator=(const ViewItem& other);
  ViewItem(const ViewItem&) = delete;
  ~ViewItem();

 private:
  friend class DirectView;
  ViewItem(const DirectView& view, std::string name);
  DirectView view() const;

  std::shared_ptr<Engines> engines_;
  int id_;
  std::optional<Seconds> timeout_;
  std::string name_;
};
ENGINERY_API std::ostream& operator<<(std::ostream&, const ViewItem&);

/// One engine of a client. A value: copies are views of the same engine. Keeps the client's connections alive.
///
/// Threads: all const functions from any; `block` is the caller's.
class ENGINERY_API DirectView : public Calls<DirectView, AsyncResult, StayingResult>, public Flags<DirectView> {
 public:
  DirectView(std::shared_ptr<Engines> engines, int id);
  DirectView(const DirectView&);
  DirectView(DirectView&&) noexcept;
  DirectView& operator=(const DirectView&);
  DirectView& operator=(DirectView&&) noexcept;
  ~DirectView();
  int id() const noexcept { return id_; }

  /// What apply is made of, with arguments that are Values already. `keep`: where the result stays on the engine, a
  /// name that begins with @; empty when it travels.
  std::shared_ptr<Future> call(const Callee& callee, const CallArguments& arguments, std::string_view keep = {}) const;

  AsyncResult<void> push(std::initializer_list<Item> items) const;
  /// As push, but always waits.
  void update(std::initializer_list<Item> items) const;
  AsyncResult<Value> pull(const Name& name) const;
  /// A list of the values.
  AsyncResult<Value> pull(std::initializer_list<Name> names) const;
  /// The value as a T; always waits. Throws NameError, TypeError as RemoteError or here.
  template <class T>
  T pull(std::string_view name) const {
    return decode_as<T>(value(name), Origin::variable, name);
  }
  template <class T, class U, class... More, class... N>
  requires(sizeof...(N) == sizeof...(More) + 2) std::tuple<T, U, More...> pull(const N&... names)
  const {
    const Value all = values({Name(names)...});
    return decode_all<T, U, More...>(all, std::index_sequence_for<T, U, More...>());
  }

  // The dictionary interface; always waits.
  ViewItem operator[](const Name& name) const { return ViewItem(*this, name.text); }
  template <std::integral I>
  ViewItem operator[](I) const = delete;
  ViewItem operator[](std::nullptr_t) const = delete;
  template <class T = Value>
  T get(std::string_view name) const {
    return decode_as<T>(value(name), Origin::variable, name);
  }
  /// Throws RemoteError NameError when it is not there.
  void erase(std::string_view name) const;
  /// Forgets all names, also those of plugins.
  void clear() const;
  std::vector<std::string> keys() const;
  bool contains(std::string_view name) const;

  /// Executes statements of a small Python-like language in the engine's namespace (docs/execute.md). What the last one
  /// gives is in the metadata's `execute_result`, as text.
  AsyncResult<void> execute(std::string_view code, ResultText text = ResultText::whole) const;
  /// Brings the plugin at `path`, a .so of this host, to the engine, and runs its body in the engine's own namespace. A
  /// bare name is sought as `import` does, on this host. A .cpp is compiled first, here, unless that was done before.
  /// Throws PluginLoadError when it cannot be read, CompileError when it does not compile.
  AsyncResult<void> run(std::string_view path) const;
  /// Compiles statements of C++ here, unless that was done before, and runs them on the engine, where globals() are its
  /// variables. What <enginery/script.hpp> includes is there; #include lines may lead. Throws CompileError, whose lines
  /// are those of `statements`.
  AsyncResult<void> execute_cpp(std::string_view statements) const;
  /// Imports plugins in this process and on the engine, and says so in one line on stdout, unless it is to be quiet. An
  /// engine that lacks the very builds of this host gets them. Throws before anything is imported if one is not found.
  void sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options = {}) const;
  /// Prints what this client's tasks on the engine print, while they run, as long as the result lives.
  OutputStream stream_output(std::ostream& out, std::ostream& err) const;
  OutputStream stream_output(std::ostream& out) const;
  OutputStream stream_output() const;

 private:
  friend class ViewItem;
  template <class R>
  AsyncResult<R> finished_if_blocking(std::shared_ptr<Future> task) const;
  Value value(std::string_view name) const;
  Value values(std::initializer_list<Name> names) const;
  template <class... T, std::size_t... I>
  static std::tuple<T...> decode_all(const Value& list, std::index_sequence<I...>) {
    (require_decodable<T>(), ...);
    return {Codec<T>::decode(list.as_list()[I])...};
  }

  std::shared_ptr<Engines> engines_;
  int id_;
};

/// A view of this process: the same calls, run in the calling thread against globals(), with no engine. For trying and
/// debugging tasks.
ENGINERY_API DirectView local();

/// <DirectView 0>
ENGINERY_API std::ostream& operator<<(std::ostream&, const DirectView&);

}  // namespace enginery
