// tests/unit/tasks/failure_test.cpp: failures as data, also when there is no memory for the data.
#include "core/tasks/failure.hpp"

#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <enginery/errors.hpp>

#include <gmock/gmock.h>

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

/// "ename: text" of what `act` throws.
template <class Act>
std::string failure_of(const Act& act) {
  try {
    act();
  } catch (...) {
    const wire::Failure failure = failure_of_current_exception();
    return failure.ename + ": " + failure.evalue;
  }
  return "nothing was thrown";
}
template <class T>
std::string thrown(const T& value) {
  return failure_of([&] { throw value; });
}

struct Failed : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct PrivateFailed : private std::runtime_error {
  PrivateFailed() : std::runtime_error("told in private") {}
};
struct Twice : Failed, std::logic_error {
  Twice() : Failed("at run time"), std::logic_error("by logic") {}
};
struct Left : virtual std::exception {
  const char* what() const noexcept override { return "of a virtual base"; }
};
struct Right : virtual std::exception {};
struct Diamond : Left, Right {};
struct Row : ValueError {
  using ValueError::ValueError;
};
const std::string kHere = "enginery::tasks::(anonymous namespace)::";

void read_row(int row, int deep) {
  try {
    if (deep == 0) throw Row("row " + std::to_string(row));
    read_row(row, deep - 1);
  } catch (...) {
    std::throw_with_nested(std::runtime_error("level " + std::to_string(deep)));
  }
}

TEST(Failure, NamesWhatWasWrappedAndTellsItsCauses) {
  EXPECT_EQ(failure_of([] { read_row(7, 0); }), "std::runtime_error: level 0; caused by ValueError: row 7");
  EXPECT_EQ(failure_of([] { read_row(7, 1); }),
            "std::runtime_error: level 1; caused by std::runtime_error: level 0; caused by ValueError: row 7");
  EXPECT_EQ(failure_of([] {
              try {
                throw 42;
              } catch (...) {
                std::throw_with_nested(std::out_of_range("which"));
              }
            }),
            "IndexError: which; caused by int: 42");
  EXPECT_EQ(failure_of([] {
              try {
                throw std::make_error_code(std::errc::no_space_on_device);
              } catch (...) {
                std::throw_with_nested(std::string("a text"));
              }
            }),
            "std::string: a text; caused by std::error_code: No space left on device (generic:28)");
  EXPECT_EQ(failure_of([] { std::throw_with_nested(Failed("of nothing")); }), kHere + "Failed: of nothing");
}

TEST(Failure, OfManyCausesTheFirstAndTheLastAreTold) {
  std::string text = failure_of([] { read_row(7, 100); });
  EXPECT_TRUE(text.starts_with("std::runtime_error: level 100; caused by std::runtime_error: level 99;")) << text;
  EXPECT_TRUE(text.ends_with("level 92; …; caused by ValueError: row 7")) << text;
}

TEST(Failure, HasTheTextOfABaseThatNoCatchClauseReaches) {
  EXPECT_EQ(thrown(PrivateFailed()), kHere + "PrivateFailed: told in private");
  EXPECT_EQ(thrown(Twice()), kHere + "Twice: at run time; by logic");
  EXPECT_EQ(thrown(Diamond()), kHere + "Diamond: of a virtual base");
}

TEST(Failure, OfAPointerIsThatOfItsException) {
  static const Failed failed("not caught by value");
  EXPECT_EQ(thrown(&failed), kHere + "Failed: not caught by value");
  const std::exception& base = failed;
  EXPECT_EQ(thrown(&base), kHere + "Failed: not caught by value");
  EXPECT_EQ(failure_of([] {
              static const std::out_of_range leaked("7");
              throw const_cast<std::out_of_range*>(&leaked);
            }),
            "IndexError: 7");
  EXPECT_EQ(thrown(static_cast<Failed*>(nullptr)), kHere + "Failed*: a null pointer was thrown");
  EXPECT_THAT(failure_of([] {
                const Failed gone("this is gone when it is caught");
                throw &gone;
              }),
              testing::AllOf(testing::HasSubstr("Failed"), testing::Not(testing::HasSubstr("gone"))));
}

TEST(Failure, OfAValueIsItsText) {
  char text[] = "as text";
  EXPECT_EQ(thrown(static_cast<char*>(text)), "char*: as text");
  EXPECT_EQ(thrown(static_cast<const char*>(text)), "const char*: as text");
  EXPECT_EQ(thrown(std::string_view("a part").substr(2)), "std::string_view: part");
  EXPECT_EQ(thrown(true), "bool: true");
  EXPECT_EQ(thrown('c'), "char: c");
  EXPECT_EQ(thrown(short{-3}), "short: -3");
  EXPECT_EQ(thrown(~0ull), "unsigned long long: 18446744073709551615");
  EXPECT_EQ(thrown(1.5f), "float: 1.5");
  EXPECT_EQ(thrown(2.5l), "long double: 2.5");
  EXPECT_EQ(thrown(std::errc::permission_denied), "std::errc: Permission denied (generic:13)");
  struct Foreign {};
  EXPECT_TRUE(thrown(Foreign()).ends_with("Foreign: a foreign exception was thrown, whose type prints no text"));
}

TEST(Failure, OfMemoryBlamesTheSystemOnlyIfItHasRefusedSome) {
  {
    const ThrowRecording recording;
    EXPECT_TRUE(failure_of([] {
                  throw std::bad_alloc();
                }).starts_with("MemoryError: std::bad_alloc: the system has refused this thread no memory, so"));
  }
  const ThrowRecording recording;
  EXPECT_TRUE(failure_of([] {
                volatile std::size_t too_much = std::size_t{1} << 60;
                if (!std::malloc(too_much)) throw std::bad_alloc();
              }).starts_with("MemoryError: std::bad_alloc: this engine gets no more memory"));
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
