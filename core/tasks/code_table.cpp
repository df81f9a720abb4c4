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

CodeTable::Callee::Callee(const Entry& entry, const std::string& object) : entry_(entry), object_(object) {
  if (entry.target) return;
  const Function::Callable& callable = entry.function->callable();
  if (object.size() != callable.size)
    throw ProtocolError("a call brings " + std::to_string(object.size()) + " bytes for a function object of " +
                        std::to_string(callable.size));
  copy_ = operator new (std::max<std::size_t>(object.size(), 1), std::align_val_t{callable.alignment});
}

CodeTable::Callee::~Callee() {
  if (copy_) operator delete (copy_, std::align_val_t{entry_.function->callable().alignment});
}

Value CodeTable::Callee::call(std::span<const Value> arguments) const {
  if (entry_.target) {
    const void* pointer = entry_.target;
    return entry_.function->call_on(&pointer, arguments);
  }
  std::memcpy(copy_, object_.data(), object_.size());
  return entry_.function->call_on(copy_, arguments);
}

}  // namespace enginery::tasks
