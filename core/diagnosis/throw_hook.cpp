// core/diagnosis/throw_hook.cpp: sees every throw of this process, also from inside of plugins.
//
// The library of the exceptions is asked for __cxa_throw through the symbol table, and this library stands before it in
// the search order; so the throws of plugins that were loaded RTLD_LOCAL come by here too.
#include "core/diagnosis/throw_hook.hpp"

#include <dlfcn.h>
#include <execinfo.h>

#include <cerrno>
#include <cstdlib>
#include <typeinfo>

namespace enginery::modules {

static thread_local bool recording = false;
static thread_local ThrowStack stack;

void record_throws(bool on) {
  recording = on;
  stack.size = stack.error = errno = 0;
}

const ThrowStack& last_throw() { return stack; }

}  // namespace enginery::modules

using CxaThrow = void (*)(void*, std::type_info*, void (*)(void*));

/// libstdc++'s own. In a program that does not itself link this library libstdc++ may stand before it in the search
/// order. Then there is no next one, and throws from outside of this library do not pass here.
static CxaThrow original() {
  void* found = dlsym(RTLD_NEXT, "__cxa_throw");
  if (!found)
    if (void* const library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_NOLOAD)) found = dlsym(library, "__cxa_throw");
  return reinterpret_cast<CxaThrow>(found);
}

extern "C" __attribute__((visibility("default"), noreturn)) void __cxa_throw(void* object, std::type_info* type,
                                                                             void (*destroy)(void*)) {
  static const CxaThrow libstdcxx = original();
  if (enginery::modules::recording) {
    const int error = errno;
    enginery::modules::stack.error = error;
    enginery::modules::stack.size = backtrace(enginery::modules::stack.frames.data(), enginery::modules::kThrowFrames);
    errno = error;
  }
  libstdcxx(object, type, destroy);
  std::abort();
}
