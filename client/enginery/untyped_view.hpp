// client/enginery/untyped_view.hpp: what a view asks for, before the results have types; and what it is told.
#pragma once

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <enginery/call_arguments.hpp>
#include <enginery/codec.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/task_handle.hpp>
#include <enginery/travels.hpp>
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

/// The flags to set; the others stay as they are.
struct FlagSettings {
  std::optional<bool> block{};
  std::optional<Seconds> timeout{};
};

/// Options of sync_imports: `view.sync_imports({"norms"}, {.quiet = true})`.
struct ImportOptions {
  bool quiet = false;  ///< says nothing on stdout
};

class TemporaryFlags;

class Flags {
 public:
  /// Whether apply, push, execute, run and untyped pull wait for their results.
  bool block = false;

  /// How long each task of a call may take, from when its engine has received it; without one, any time. A task whose
  /// time is over fails as TaskTimeout: one that waits does not run, one that runs is asked to stop, and get() does not
  /// wait for it. The engine keeps the time; when it is stopped or cut off, the client does, once it has heard nothing
  /// of it for two seconds, and then nobody knows whether the task runs. Has no effect on local().
  std::optional<Seconds> timeout{};

  /// `const auto flags = view.temp_flags({.block = true});`
  inline TemporaryFlags temp_flags(const FlagSettings& settings) &;
  template <class V = void>
  void temp_flags(const FlagSettings&) && {
    static_assert(!std::is_same_v<V, V>,
                  "enginery: this view is a temporary, which ends with the statement: keep it in a variable, "
                  "auto view = rc[0];, whose flags can be changed for a while");
  }
};

/// Sets a view's flags, and resets them when it ends. The view must outlive it.
class [[nodiscard]] TemporaryFlags {
 public:
  TemporaryFlags(Flags& view, const FlagSettings& settings) : view_(view), block_(view.block), timeout_(view.timeout) {
    if (settings.block) view.block = *settings.block;
    if (settings.timeout) view.timeout = settings.timeout;
  }
  ~TemporaryFlags() {
    view_.block = block_;
    view_.timeout = timeout_;
  }
  TemporaryFlags(const TemporaryFlags&) = delete;

 private:
  Flags& view_;
  const bool block_;
  const std::optional<Seconds> timeout_;
};

TemporaryFlags Flags::temp_flags(const FlagSettings& settings) & { return {*this, settings}; }

class Aim;
class Future;
class MapFuture;

/// The base of every view. What it aims at, an engine, several, this process, decides where its tasks go. A value:
/// copies aim at the same. Keeps the client's connections alive.
class ENGINERY_API UntypedView : public Flags {
 public:
  explicit UntypedView(std::shared_ptr<const Aim> aim) : aim_(std::move(aim)) {}

  /// The engines of a call made now; of local(), -1. Throws NoEnginesRegistered when there are none.
  std::vector<int> targets() const;
  /// How many they are. Throws as targets().
  std::size_t size() const { return targets().size(); }

  /// The untyped call behind apply, with arguments that are Values already. `keep`: where the result stays on the
  /// engine, a name that begins with @; empty when it travels.
  std::shared_ptr<Future> call(const Callee& callee, const CallArguments& arguments, std::string_view keep = {}) const;

  /// The untyped call behind map: one call for each of `count` items. `constants`: leading arguments of every item;
  /// `columns`: for each further parameter a list or array of `count` elements. `open`: more items come by a MapFeeder.
  std::shared_ptr<MapFuture> map_call(const Callee& callee, List constants, std::vector<Value> columns,
                                      std::size_t count, bool open = false) const;

  /// Imports plugins in this process and on the engines, and says so in one line on stdout, unless it is to be quiet.
  /// Engines that lack the very builds of this host get them. Throws before anything is imported if one is not found.
  void sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options = {}) const;
  /// Prints what this client's tasks on these engines print, while they run, as long as the result lives.
  OutputStream stream_output(std::ostream& out, std::ostream& err) const;
  OutputStream stream_output(std::ostream& out) const;
  OutputStream stream_output() const;

 protected:
  using Tasks = std::shared_ptr<Future>;
  Tasks send_push(std::initializer_list<Item> items) const;
  Tasks send_pull(const Name& name) const;
  Tasks send_pull(std::initializer_list<Name> names) const;
  Tasks send_erase(std::string_view name) const;
  Tasks send_clear() const;
  Tasks send_keys() const;
  Tasks send_blocks(const Name& name, const Value& sequence, bool flatten) const;
  Tasks send_execute(std::string_view code, ResultText text) const;
  Tasks send_run(std::string_view path) const;
  Tasks send_statements(std::string_view statements) const;
  const std::shared_ptr<const Aim>& aim() const noexcept { return aim_; }

 private:
  std::shared_ptr<const Aim> aim_;
};

}  // namespace enginery
