// client/enginery/multi_view.hpp: several engines: results are vectors in target order.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/calls.hpp>
#include <enginery/flags.hpp>
#include <enginery/gathered.hpp>
#include <enginery/names.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/reference.hpp>
#include <enginery/result_text.hpp>

namespace enginery {

class Engines;
class MultiView;

/// `view["a"]`: gives every engine the same, or reads what each has, in target order; waits. It keeps what it needs of
/// the view, so it may outlive it.
class ENGINERY_API MultiViewItem {
 public:
  operator std::vector<Value>() const;
  MultiViewItem& operator=(const Value& value);
  template <Unassignable T>
  MultiViewItem& operator=(const T&) {
    require_encodable<std::decay_t<T>>();
    return *this;
  }
  MultiViewItem(const MultiViewItem&) = delete;
  MultiViewItem& operator=(const MultiViewItem&) = delete;
  ~MultiViewItem();

 private:
  friend class MultiView;
  MultiViewItem(const MultiView& view, std::string name);
  MultiView view() const;

  std::shared_ptr<Engines> engines_;
  std::optional<std::vector<int>> ids_;
  std::optional<Seconds> timeout_;
  std::string name_;
};
/// As a list.
ENGINERY_API std::ostream& operator<<(std::ostream&, const MultiViewItem&);

/// Some engines of a client, frozen, or all of them, evaluated anew at each call.
///
/// Threads: all const functions from any; `block` is the caller's.
class ENGINERY_API MultiView : public Calls<MultiView, AsyncResults, StayingResults>, public Flags<MultiView> {
 public:
  /// Without ids: all engines.
  MultiView(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> ids);
  MultiView(const MultiView&);
  MultiView(MultiView&&) noexcept;
  MultiView& operator=(const MultiView&);
  MultiView& operator=(MultiView&&) noexcept;
  ~MultiView();

  /// The targets of a call made now. Throws NoEnginesRegistered when there are none.
  std::vector<int> targets() const;

  /// What apply is made of, with arguments that are Values already. `keep`: where the result stays on the engine, a
  /// name that begins with @; empty when it travels.
  std::shared_ptr<Future> call(const Callee& callee, const CallArguments& arguments, std::string_view keep = {}) const;

  AsyncResults<void> push(std::initializer_list<Item> items) const;
  /// As push, but always waits.
  void update(std::initializer_list<Item> items) const;
  /// One value, or one list of values, for each engine.
  AsyncResults<Value> pull(const Name& name) const;
  AsyncResults<Value> pull(std::initializer_list<Name> names) const;
  template <class T>
  std::vector<T> pull(std::string_view name) const {
    return get<T>(name);
  }
  template <class T = Value>
  std::vector<T> get(std::string_view name) const {
    std::vector<T> values;
    for (const Value& value : this->values(name)) values.push_back(decode_as<T>(value, Origin::variable, name));
    return values;
  }
  MultiViewItem operator[](const Name& name) const { return MultiViewItem(*this, name.text); }
  /// Throws when it is not there on one of them.
  void erase(std::string_view name) const;
  /// Forgets all names of the engines, also those of plugins.
  void clear() const;

  /// Gives each engine one block of a list, tuple or array (along its first axis) under `name`: contiguous, in target
  /// order, the first size % engines blocks one longer. With `flatten` a block of one element is that element.
  /// Throws TypeError for what is no sequence.
  AsyncResults<void> scatter(const Name& name, const Value& sequence, bool flatten = false) const;
  template <Unassignable T>
  AsyncResults<void> scatter(const Name& name, const T&, bool flatten = false) const {
    require_encodable<std::decay_t<T>>();
    return scatter(name, Value(), flatten);
  }
  /// What scatter() gave, put together again in target order.
  template <class R = Value>
  AsyncGathered<R> gather(const Name& name) const {
    AsyncGathered<R> gathered(gather_tasks(name));
    if (block) gathered.check();
    return gathered;
  }

  /// Executes statements of a small Python-like language in each engine's namespace; see DirectView::execute().
  AsyncResults<void> execute(std::string_view code, ResultText text = ResultText::whole) const;
  /// Brings the plugin at `path`, a .so or .cpp of this host, to the engines, and runs its body in each engine's own
  /// namespace; see DirectView::run().
  AsyncResults<void> run(std::string_view path) const;
  /// Compiles statements of C++ here and runs them on each engine; see DirectView::execute_cpp().
  AsyncResults<void> execute_cpp(std::string_view statements) const;
  /// Imports plugins in this process and on the engines, and says so in one line on stdout, unless it is to be quiet.
  /// Engines that lack the very builds of this host get them. Throws before anything is imported if one is not found.
  void sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options = {}) const;
  /// Prints what this client's tasks on these engines print, while they run, as long as the result lives.
  OutputStream stream_output(std::ostream& out, std::ostream& err) const;
  OutputStream stream_output(std::ostream& out) const;
  OutputStream stream_output() const;

 private:
  friend class MultiViewItem;
  template <class R>
  AsyncResults<R> finished_if_blocking(std::shared_ptr<Future> tasks) const;
  std::vector<Value> values(std::string_view name) const;
  std::shared_ptr<Future> gather_tasks(const Name& name) const;

  std::shared_ptr<Engines> engines_;
  std::optional<std::vector<int>> ids_;
};

/// <MultiView [0, 1, 2]>
ENGINERY_API std::ostream& operator<<(std::ostream&, const MultiView&);

}  // namespace enginery
