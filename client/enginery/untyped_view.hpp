// client/enginery/untyped_view.hpp: what a view asks for, before the results have types.
#pragma once

#include <initializer_list>
#include <iosfwd>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/call_arguments.hpp>
#include <enginery/flags.hpp>
#include <enginery/names.hpp>
#include <enginery/output_stream.hpp>
#include <enginery/result_text.hpp>
#include <enginery/travels.hpp>

namespace enginery {

class Aim;
class Future;

/// The base of every view. What it aims at, an engine, several, this process, decides where its tasks go. A value:
/// copies aim at the same. Keeps the client's connections alive.
class ENGINERY_API UntypedView : public Flags {
 public:
  explicit UntypedView(std::shared_ptr<const Aim> aim) : aim_(std::move(aim)) {}

  /// The engines of a call made now; of local(), -1. Throws NoEnginesRegistered when there are none.
  std::vector<int> targets() const;

  /// What apply is made of, with arguments that are Values already. `keep`: where the result stays on the engine, a
  /// name that begins with @; empty when it travels.
  std::shared_ptr<Future> call(const Callee& callee, const CallArguments& arguments, std::string_view keep = {}) const;

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

 private:
  std::shared_ptr<const Aim> aim_;
};

}  // namespace enginery
