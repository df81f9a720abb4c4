// core/tasks/failure.cpp: what a task threw, as data.
#include "core/tasks/failure.hpp"

#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <typeinfo>

#include <fmt/format.h>

#include <enginery/errors.hpp>

#include "core/modules/throw_hook.hpp"

namespace enginery::tasks {
namespace {

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(abi::__cxa_demangle(name, nullptr, nullptr, &status),
                                                         &std::free);
  return status == 0 ? text.get() : name;
}

/// Frames of the machinery between main and the task say nothing to its author.
bool is_machinery(const std::string& name) {
  return name.starts_with("enginery::tasks::") || name.starts_with("enginery::engine::") ||
         name.starts_with("enginery::Function::") || name == "main" || name.starts_with("__libc_start") ||
         name.starts_with("__cxa_throw") || name.starts_with("enginery::ErasedCall");
}

std::string frame_text(void* address) {
  Dl_info where{};
  // The return address may be the first byte after a noreturn call: one back is inside of the frame's function.
  void* inside = static_cast<char*>(address) - 1;
  if (dladdr(inside, &where) == 0 || !where.dli_fname) return fmt::format("{}", address);
  const std::string module = std::filesystem::path(where.dli_fname).filename().string();
  const auto base = reinterpret_cast<std::uintptr_t>(where.dli_fbase);
  const auto at = reinterpret_cast<std::uintptr_t>(inside);
  if (where.dli_sname) return fmt::format("{} in {}", demangled(where.dli_sname), module);
  return fmt::format("{}+{:#x}", module, at - base);
}

std::string traceback() {
  const modules::ThrowStack& stack = modules::last_throw();
  std::string text;
  for (int i = stack.size - 1; i >= 0; --i) {
    const std::string frame = frame_text(stack.frames[static_cast<std::size_t>(i)]);
    if (is_machinery(frame)) continue;
    if (!text.empty()) text += '\n';
    text += "  at " + frame;
  }
  return text;
}

/// Python's word for a standard exception, or nullptr.
const char* python_word(const std::exception& error) {
  if (dynamic_cast<const std::out_of_range*>(&error)) return "IndexError";
  if (dynamic_cast<const std::invalid_argument*>(&error)) return "ValueError";
  if (dynamic_cast<const std::domain_error*>(&error)) return "ValueError";
  if (dynamic_cast<const std::overflow_error*>(&error)) return "OverflowError";
  if (dynamic_cast<const std::bad_alloc*>(&error)) return "MemoryError";
  if (dynamic_cast<const std::system_error*>(&error)) return "OSError";
  return nullptr;
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
  } catch (const std::exception& error) {
    const char* word = python_word(error);
    return {word ? word : demangled(typeid(error).name()), error.what(), where};
  } catch (const char* text) {
    return {"const char*", text, where};
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
    return {type ? demangled(type->name()) : "unknown", "a foreign exception was thrown, whose type prints no text",
            where};
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
