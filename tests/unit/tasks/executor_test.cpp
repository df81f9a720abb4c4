// tests/unit/tasks/executor_test.cpp: calls that are run here, and what becomes of them.
#include "core/tasks/executor.hpp"

#include <pthread.h>

#include <cfenv>
#include <limits>
#include <memory>
#include <thread>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

#include <gmock/gmock.h>

#include <enginery/function.hpp>

namespace enginery::tasks {
namespace {

using testing::EndsWith;

constexpr std::size_t kInline = 65536;

class ExecutorTest : public testing::Test {
 protected:
  wire::Outcome run(wire::Op op, std::string_view name, std::vector<Value> positional = {}) {
    const wire::Packed call = wire::pack(wire::CallParts{op, name, positional}, kInline);
    return executor_.run(call.body, call.bulk);
  }
  wire::Outcome push(const wire::Keywords& items) {
    const wire::Packed call = wire::pack(wire::CallParts{.op = wire::Op::push, .keywords = items}, kInline);
    return executor_.run(call.body, call.bulk);
  }
  wire::Outcome execute(std::string_view code) {
    return run(wire::Op::execute, "", {Value::string(std::string(code))});
  }
  template <class F>
  void define(const char* name, F function) {
    Function::Declaration named;
    named.name = name;
    names_.set(name, Value::function(Function::make(std::move(named), std::move(function))));
  }

  Namespace names_;
  modules::Loader loader_;
  Executor executor_{names_, loader_};
};

TEST_F(ExecutorTest, TheTextOfAResultIsCutWhenItIsLong) {
  EXPECT_EQ(execute("[1, 'a']").execute_result, "[1, 'a']");
  EXPECT_EQ(execute("a = 1").execute_result, "");
  const wire::Outcome outcome = execute("x = 'a' * 100000000; [x] * 15");
  EXPECT_FALSE(outcome.failure) << outcome.failure->evalue;
  EXPECT_THAT(outcome.execute_result, EndsWith("… (cut after 4 MiB; give the result a name and pull it)"));
  EXPECT_LT(outcome.execute_result.size(), (std::size_t{4} << 20) + 100);
  EXPECT_GT(outcome.execute_result.size(), std::size_t{4} << 20);
  EXPECT_EQ(execute("array([]).reshape(600000000, 0)").execute_result, "<f64 array of shape (600000000, 0)>");
}

TEST_F(ExecutorTest, APushWithOneBadNameOrReferenceBindsNothing) {
  for (const auto& [bad, value] : {std::pair<std::string, Value>{"1b", 2}, {"b.c", 2}, {"b", Value::reference("x")}}) {
    const wire::Outcome outcome = push({{"a", 1}, {bad, value}});
    EXPECT_TRUE(outcome.failure) << bad;
    EXPECT_THAT(names_.keys(), testing::IsEmpty()) << bad;
  }
  EXPECT_FALSE(push({{"a", Value::list({1, 2})}, {"a[0]", 3}, {"b", 4}}).failure);
  EXPECT_EQ(names_.get("a").repr(), "[3, 2]");
  EXPECT_FALSE(push({{"a", Value::reference("b")}, {"b", Value::reference("a[1]")}}).failure);
  EXPECT_EQ(names_.get("a"), Value(4));
  EXPECT_EQ(names_.get("b"), Value(2));
}

TEST_F(ExecutorTest, AnOutcomeThatIsTooLargeToTravelBecomesAFailureThatSaysSo) {
  wire::Outcome outcome;
  outcome.out = "printed";
  outcome.failure = wire::Failure{"std::string", std::string((std::size_t{1} << 30) + 1, 'x'), {}};
  const wire::Packed packed = tasks::pack(outcome, kInline);
  const wire::Outcome heard = wire::unpack_outcome(packed.body, packed.bulk);
  ASSERT_TRUE(heard.failure);
  EXPECT_EQ(heard.failure->ename, "ValueError");
  EXPECT_THAT(heard.failure->evalue, testing::HasSubstr("exceeds 1 GiB"));
  EXPECT_EQ(heard.out, "printed");
}

TEST_F(ExecutorTest, ATaskThatEndsItsThreadEndsThatThread) {
  define("ends", [] { pthread_exit(nullptr); });
  bool returned = false;
  std::thread([&] {
    run(wire::Op::apply, "ends");
    returned = true;
  }).join();
  EXPECT_FALSE(returned);
}

/// How this thread computes: the rounding, the flags, and what is trapped or flushed.
struct Arithmetic {
  int rounding = std::fegetround(), flags = std::fetestexcept(FE_ALL_EXCEPT), trapped = fegetexcept();
  bool subnormals = [] {
    volatile double smallest = std::numeric_limits<double>::min();
    return smallest / 2 != 0;
  }();
  long double third = [] {
    volatile long double one = 1;
    return one / 3;
  }();
  bool operator==(const Arithmetic&) const = default;
};

TEST_F(ExecutorTest, ATaskLeavesTheArithmeticAsItWas) {
  std::feclearexcept(FE_ALL_EXCEPT);
  std::feraiseexcept(FE_UNDERFLOW | FE_INEXACT);  // so that looking changes nothing
  const Arithmetic before;
  ASSERT_EQ(before, Arithmetic());
  define("rounds", [] { std::fesetround(FE_UPWARD); });
  define("flags", [] { std::feraiseexcept(FE_DIVBYZERO | FE_INVALID); });
  define("traps", [] { feenableexcept(FE_DIVBYZERO); });
  define("clears", [] { std::feclearexcept(FE_ALL_EXCEPT); });
  define("throws", [] {
    std::fesetround(FE_TOWARDZERO);
    throw 1;
  });
#if defined(__x86_64__)
  define("flushes", [] { _mm_setcsr(_mm_getcsr() | 0x8040); });
  define("narrows", [] {
    const unsigned short control = 0x27f;  // x87 rounds to double
    asm volatile("fldcw %0" ::"m"(control));
  });
  define("forgets", [] { asm volatile("pxor %%mm0, %%mm0" ::: "mm0"); });  // emms
  for (const char* name : {"flushes", "narrows", "forgets"}) {
    run(wire::Op::apply, name);
    EXPECT_EQ(before, Arithmetic()) << name;
  }
#endif
  for (const char* name : {"rounds", "flags", "traps", "clears", "throws"}) {
    run(wire::Op::apply, name);
    EXPECT_EQ(before, Arithmetic()) << name;
  }
}

TEST_F(ExecutorTest, AnObjectsDestructorLeavesTheArithmeticAsItWas) {
  struct Rounder {
    ~Rounder() { std::fesetround(FE_DOWNWARD); }
  };
  names_.set("a", Value::opaque(std::make_shared<Rounder>()));
  run(wire::Op::clear, "");
  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
}

}  // namespace
}  // namespace enginery::tasks
