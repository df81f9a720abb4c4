// core/tasks/failure.cpp: what a task threw, as data.
#include "core/tasks/failure.hpp"

#include <cxxabi.h>
#include <dlfcn.h>
#include <sys/resource.h>

#include <cstdint>
#include <new>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <typeinfo>
#include <vector>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/demangle.hpp"
#include "core/modules/throw_hook.hpp"
#include "core/modules/traceback.hpp"

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

/// Python's word for a standard exception, or nullptr.
const char* python_word(const std::exception& error) {
  if (dynamic_cast<const std::out_of_range*>(&error)) return "IndexError";
  if (dynamic_cast<const std::invalid_argument*>(&error)) return "ValueError";
  if (dynamic_cast<const std::domain_error*>(&error)) return "ValueError";
  if (dynamic_cast<const std::overflow_error*>(&error)) return "OverflowError";
  if (dynamic_cast<const std::system_error*>(&error)) return "OSError";
  return nullptr;
}

const char* text_of(const char* what) { return what ? what : "it has no text"; }

const char* remedy_of_no_memory() {
  rlimit limit{};
  ::getrlimit(RLIMIT_DATA, &limit);
  return limit.rlim_cur == RLIM_INFINITY
             ? "this engine gets no more memory; let variables go (`del`, `clear`), or use more hosts"
             : "this engine has reached its --memory-limit; let variables go (`del`, `clear`), or raise it";
}

/// What is being handled, in words.
wire::Failure described() {
  const std::string where = traceback();
  try {
    throw;
  } catch (const RemoteError& error) {
    return {error.ename(), error.evalue(), error.traceback()};
  } catch (const Error& error) {
    return {error.ename(), error.what(), where};
  } catch (const std::bad_alloc& error) {
    return {"MemoryError", fmt::format("{}: {}", error.what(), remedy_of_no_memory()), where};
  } catch (const std::exception& error) {
    const char* word = python_word(error);
    return {word ? word : modules::demangle(typeid(error).name()), text_of(error.what()), where};
  } catch (const char* text) {
    return {"const char*", text_of(text), where};
  } catch (const std::string& text) {
    return {"std::string", text, where};
  } catch (int number) {
    return {"int", fmt::format("{}", number), where};
  } catch (long number) {
    return {"long", fmt::format("{}", number), where};
  } catch (double number) {
    return {"double", fmt::format("{}", number), where};
  } catch (...) {
    const std::type_info* type = abi::__cxa_current_exception_type();
    return {type ? modules::demangle(type->name()) : "unknown",
            "a foreign exception was thrown, whose type prints no text", where};
  }
}

}  // namespace

ThrowRecording::ThrowRecording() { modules::record_throws(true); }
ThrowRecording::~ThrowRecording() { modules::record_throws(false); }

wire::Failure failure_of_current_exception() {
  try {
    return described();
  } catch (const std::bad_alloc&) {
    return {"MemoryError", "out of memory", {}};  // as short as a string is without allocating
  }
}

}  // namespace enginery::tasks
