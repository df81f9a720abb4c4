// core/tasks/code_table.hpp: the code that calls have named by where it is.
#pragma once

#include <unordered_map>

#include <enginery/function.hpp>

#include "core/loading/loader.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery::tasks {

/// Finds the code of a call once, and knows it afterwards. It grows with the functions that are called, not with calls.
///
/// Threads: belongs to one thread at a time.
class CodeTable {
 public:
  explicit CodeTable(modules::Loader& loader) : loader_(loader) {}

  struct Entry {
    std::shared_ptr<const Function> function;
    const void* target = nullptr;  ///< when what is called is a pointer
  };

  /// An Entry with the bytes of what is called, if that is no pointer. Each call has a copy of them. Both outlive this.
  class Callee {
   public:
    /// Throws ProtocolError when the bytes are too few or many.
    Callee(const Entry& entry, const std::string& object);
    ~Callee();
    Callee(const Callee&) = delete;
    Callee& operator=(const Callee&) = delete;

    Value call(std::span<const Value> arguments) const;

   private:
    const Entry& entry_;
    const std::string& object_;
    void* copy_ = nullptr;  // aligned as an object of that type; the same memory for each call
  };

  /// `name` is what errors call it. Throws ModuleMissing, PluginLoadError, ProtocolError.
  const Entry& find(const wire::Code& code, const std::string& name);

 private:
  const void* address_of(const std::string& text);

  modules::Loader& loader_;
  std::unordered_map<std::string, Entry> entries_;
};

}  // namespace enginery::tasks
