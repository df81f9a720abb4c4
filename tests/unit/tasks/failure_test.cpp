// tests/unit/tasks/failure_test.cpp: failures as data, also when there is no memory for the data.
#include "core/tasks/failure.hpp"

#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

namespace {

/// While it is set, this thread is given no memory.
thread_local bool memory_has_run_out = false;

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = memory_has_run_out ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
// g++ 12 at -O1 inlines the one and not the other, and takes the pair for a mistake.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace enginery::tasks {
namespace {

[[gnu::noinline]] void runs_out_of_memory() {
  memory_has_run_out = true;
  throw std::bad_alloc();
}

struct Speechless : std::exception {
  const char* what() const noexcept override { return nullptr; }
};

TEST(Failure, OfWhatHasNoTextSaysSo) {
  const auto text_of = [](const auto& thrown) {
    try {
      throw thrown;
    } catch (...) {
      return failure_of_current_exception().evalue;
    }
  };
  EXPECT_EQ(text_of(Speechless()), "it has no text");
  EXPECT_EQ(text_of(nullptr), "it has no text");
  EXPECT_EQ(text_of(static_cast<const char*>(nullptr)), "it has no text");
}

TEST(Failure, OfATaskThatHasNoMemoryLeftNeedsNone) {
  const ThrowRecording recording;
  try {
    runs_out_of_memory();
  } catch (...) {
    struct MoreMemory {
      ~MoreMemory() { memory_has_run_out = false; }
    };
    const wire::Failure failure = [] {
      const MoreMemory when_done;
      return failure_of_current_exception();
    }();
    EXPECT_EQ(failure.ename, "MemoryError");
    EXPECT_EQ(failure.evalue, "out of memory");
  }
}

}  // namespace
}  // namespace enginery::tasks
