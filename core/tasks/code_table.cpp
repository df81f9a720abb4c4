// core/tasks/code_table.cpp: the code that calls have named by where it is.
//
// A call of a function without a name says two places as text: `maker`, the address of describe<F> in the module that
// was compiled with F, and `function`, the address of the function itself if F is a pointer. Both are found once, in
// this process's mapping of the very same build. An object's bytes, such as a closure's captures, come with each call.
#include "core/tasks/code_table.hpp"

#include "core/modules/library_symbol.hpp"
#include "core/modules/mapped_code.hpp"

namespace enginery::tasks {

using modules::CodeAddress;
using modules::LibrarySymbol;

const void* CodeTable::address_of(const std::string& text) {
  if (const auto symbol = LibrarySymbol::parse(text)) return symbol->resolve();
  const auto address = CodeAddress::parse(text);
  if (!address) throw ProtocolError("a call names its code by '" + text + "', which is no address");
  if (const void* const code = loader_.code(*address)) return code;
  throw ProtocolError("a call names code at " + text + ", where that module has none");
}

const CodeTable::Entry& CodeTable::find(const wire::Code& code, const std::string& name) {
  const std::string key = code.maker + ' ' + code.function;
  if (const auto known = entries_.find(key); known != entries_.end()) return known->second;
  const auto maker = CodeAddress::parse(code.maker);
  if (!maker) throw ProtocolError("a call names what describes its code by '" + code.maker + "', which is no address");
  const auto describe = reinterpret_cast<detail::Describe>(reinterpret_cast<std::uintptr_t>(address_of(code.maker)));
  Entry entry;
  if (!code.function.empty()) entry.target = address_of(code.function);
  entry.function = describe({.module = {}, .name = name, .doc = {}, .formals = {}, .build_id = maker->build_id});
  return entries_.emplace(key, std::move(entry)).first->second;
}

Value CodeTable::Entry::call(const std::string& object, std::span<const Value> arguments) const {
  if (target) {
    const void* pointer = target;
    return function->call_on(&pointer, arguments);
  }
  const Function::Callable& callable = function->callable();
  if (object.size() != callable.size)
    throw ProtocolError("a call brings " + std::to_string(object.size()) + " bytes for a function object of " +
                        std::to_string(callable.size));
  return function->call_on(detail::copy_of(object.data(), callable.size, callable.alignment).get(), arguments);
}

}  // namespace enginery::tasks
