// core/tasks/failure.cpp: what a task threw, as data.
//
// When an exception is caught, the stack of its throw is gone. So a hook in __cxa_throw (core/diagnosis/throw_hook.hpp)
// records the frames of the last throw while a task runs, and they are turned into text here, only if the task failed.
#include "core/tasks/failure.hpp"

#include <dlfcn.h>

#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnosis/throw_hook.hpp"
#include "core/diagnosis/thrown.hpp"
#include "core/diagnosis/traceback.hpp"

namespace enginery::tasks {
namespace {

/// Where this thread was when it threw last.
std::string traceback() {
  const modules::ThrowStack& stack = modules::last_throw();
  std::vector<modules::CodePlace> places;
  for (void* const frame : std::span(stack.frames).first(static_cast<std::size_t>(stack.size))) {
    // The return address may be the first byte after a noreturn call: one back is inside of the frame's function.
    const void* const inside = static_cast<const char*>(frame) - 1;
    Dl_info where{};
    if (dladdr(inside, &where) == 0 || !where.dli_fname) continue;
    const auto offset = reinterpret_cast<std::uintptr_t>(inside) - reinterpret_cast<std::uintptr_t>(where.dli_fbase);
    // What a file shows is found quickly; only the names of other functions are looked up in its symbols.
    places.push_back({where.dli_fname, offset, where.dli_sname ? where.dli_sname : ""});
  }
  return modules::traceback(places, stack.size == modules::kThrowFrames);
}

}  // namespace

ThrowRecording::ThrowRecording() { modules::record_throws(true); }
ThrowRecording::~ThrowRecording() { modules::record_throws(false); }

wire::Failure failure_of_current_exception() try {
  const std::string where = traceback();
  Thrown thrown = Thrown::current();
  return {std::move(thrown.ename), std::move(thrown.text), thrown.traceback ? *std::move(thrown.traceback) : where};
} catch (const std::bad_alloc&) {
  return {"MemoryError", "out of memory", {}};  // as short as a string is without allocating
}

}  // namespace enginery::tasks
