// client/enginery/multi_view.hpp: several engines: results are vectors in target order.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <enginery/async_result.hpp>
#include <enginery/call_by_name.hpp>
#include <enginery/names.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/reference.hpp>

namespace enginery {

class Engines;

/// Some engines of a client, frozen, or all of them, evaluated anew at each call.
///
/// Threads: all const functions from any; `block` is the caller's.
class ENGINERY_API MultiView : public CallByName<MultiView, AsyncResults> {
 public:
  /// Whether apply, push and untyped pull wait for their results.
  bool block = false;

  /// Without ids: all engines.
  MultiView(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> ids)
      : engines_(std::move(engines)), ids_(std::move(ids)) {}

  /// The targets of a call made now. Throws NoEnginesRegistered when there are none.
  std::vector<int> targets() const;

  /// What apply is made of: a task by name, with arguments that are Values already.
  std::vector<TaskHandle> call(std::string_view name, const CallArguments& arguments) const;

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
    for (const Value& value : MultiView(engines_, ids_).pull(Name(name)).get())
      values.push_back(Codec<T>::decode(value));
    return values;
  }
  /// Throws when it is not there on one of them.
  void erase(std::string_view name) const;

  /// Runs the body of the plugin at `path`, a file on the engines' hosts, in each engine's own namespace.
  AsyncResults<void> run(std::string_view path) const;
  /// Loads plugins in this process and on the engines, and says so in one line on stdout.
  void sync_imports(std::initializer_list<Name> plugins) const;
  /// Prints what this client's tasks on these engines print, while they run, as long as the result lives.
  OutputStream stream_output(std::ostream& out = std::cout, std::ostream& err = std::cerr) const;

 private:
  std::shared_ptr<Engines> engines_;
  std::optional<std::vector<int>> ids_;
};

/// <MultiView [0, 1, 2]>
ENGINERY_API std::ostream& operator<<(std::ostream&, const MultiView&);

}  // namespace enginery
