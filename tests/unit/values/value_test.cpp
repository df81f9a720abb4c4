// tests/unit/values/value_test.cpp: handles, identity, containers' protocol, opaque objects.
#include <gtest/gtest.h>

#include <thread>

#include <enginery/value.hpp>

#include "tests/unit/values/thrown_message.hpp"

namespace enginery {
namespace {

struct Engine {
  int cylinders = 0;
};
struct Other {
  int cylinders = 0;
};

TEST(Value, IsNoneByDefault) {
  EXPECT_TRUE(Value().is_none());
  EXPECT_EQ(Value().type_name(), "NoneType");
  EXPECT_TRUE(Value().is(Value(nullptr)));
}

TEST(Value, CopiesShareAndIsTellsIdentity) {
  const Value list = List{1};
  const Value same = list, equal = List{1};
  EXPECT_TRUE(list.is(same));
  EXPECT_FALSE(list.is(equal));
  EXPECT_EQ(list, equal);
  same.append(2);
  EXPECT_EQ(list.size(), 2U);
  EXPECT_FALSE(Value(5).is(Value(5)));
  EXPECT_TRUE(Value(true).is(Value(true)));
}

TEST(Value, NamesPythonsTypes) {
  EXPECT_EQ(Value(1).type_name(), "int");
  EXPECT_EQ(Value(1.0).type_name(), "float");
  EXPECT_EQ(Value("x").type_name(), "str");
  EXPECT_EQ(Value(std::vector<int>{}).type_name(), "ndarray");
}

TEST(Value, TheWrongKindIsATypeErrorThatSaysBoth) {
  EXPECT_EQ(message<TypeError>([] { (void)Value("abc").as_integer(); }), "expected int, got str 'abc'");
  EXPECT_EQ(message<TypeError>([] { (void)Value().as_list(); }), "expected list, got None");
}

TEST(Value, HandlesMayBeCopiedInManyThreads) {
  const Value shared = List{1, 2, 3};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([shared] {
      for (int k = 0; k < 20000; ++k) Value copy = shared;
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shared.object()->count.load(), 1U);
}

TEST(Value, SubscriptsAsPython) {
  const Value list = List{1, 2, 3};
  EXPECT_EQ(list.at(-1), 3);
  EXPECT_EQ(message<IndexError>([&] { list.at(3); }), "list index out of range: 3 in one of length 3");
  EXPECT_THROW(list.at("x"), TypeError);
  EXPECT_EQ(Value("grüß").at(2), "ü");
  EXPECT_EQ(Value("grüß").size(), 4U);
  EXPECT_EQ(Value::bytes("\xff").at(0), 255);
  EXPECT_EQ(message<KeyError>([] { Value::dict({{"a", 1}}).at("b"); }), "'b' is not among the dict's keys: 'a'");
  EXPECT_THROW(Value(1).at(0), TypeError);
  const Value matrix = Array::zeros(DType::i32, std::vector<std::int64_t>{2, 3});
  EXPECT_EQ(matrix.at(1).repr(), "[0, 0, 0]");
  EXPECT_EQ(matrix.at(Value::tuple({1, -1})), 0);
  EXPECT_THROW(matrix.at(2), IndexError);
}

TEST(Value, SlicesAsPython) {
  const Value list = List{0, 1, 2, 3, 4};
  EXPECT_EQ(list.slice({}, {}, -1).repr(), "[4, 3, 2, 1, 0]");
  EXPECT_EQ(list.slice(1, -1).repr(), "[1, 2, 3]");
  EXPECT_EQ(list.slice(-100, 100, 2).repr(), "[0, 2, 4]");
  EXPECT_EQ(list.slice(3, 0, -2).repr(), "[3, 1]");
  EXPECT_EQ(list.slice(INT64_MIN, INT64_MAX, INT64_MIN).repr(), "[]");
  EXPECT_EQ(list.slice({}, {}, INT64_MIN).repr(), "[4]");
  EXPECT_EQ(Value("grüß").slice({}, {}, -1), "ßürg");
  EXPECT_EQ(Value(std::vector<int>{0, 1, 2, 3, 4}).slice({}, {}, -1).repr(), "[4, 3, 2, 1, 0]");
  EXPECT_THROW(list.slice({}, {}, 0), ValueError);
}

TEST(Value, ItemsAreSetAndDeleted) {
  const Value list = List{1, 2};
  list.set_item(-1, "x");
  list.delete_item(0);
  EXPECT_EQ(list.repr(), "['x']");
  const Value dict = Value::dict({{"a", 1}});
  dict.delete_item("a");
  EXPECT_THROW(dict.delete_item("a"), KeyError);
  EXPECT_THROW(Value::tuple({1}).set_item(0, 2), TypeError);
  const Value array = std::vector<int>{1, 2};
  array.set_item(0, 7);
  EXPECT_EQ(array.repr(), "[7, 2]");
  EXPECT_THROW(array.set_item(0, 1.5), ValueError);
}

TEST(Value, TruthIsPythons) {
  for (const Value& falsy : List{Value(), false, 0, 0.0, "", List{}, Value::dict({}), Value::tuple({})})
    EXPECT_FALSE(falsy.truth()) << falsy;
  for (const Value& truthy : List{true, -1, 0.5, "0", List{0}}) EXPECT_TRUE(truthy.truth()) << truthy;
  EXPECT_THROW(Value(std::vector<int>{1, 2}).truth(), ValueError);
}

TEST(Value, ElementsAndMembership) {
  EXPECT_EQ(Value(Value("aß").elements()).repr(), "['a', 'ß']");
  EXPECT_TRUE(Value(List{1, "x"}).contains("x"));
  EXPECT_TRUE(Value("text").contains("ex"));
  EXPECT_TRUE(Value::dict({{1, 2}}).contains(1.0));
  EXPECT_THROW(Value(1).elements(), TypeError);
}

TEST(Opaque, IsTheObjectItself) {
  auto engine = std::make_shared<Engine>(Engine{6});
  const Value value = Value::opaque(engine);
  value.as_opaque<Engine>().cylinders = 8;
  EXPECT_EQ(engine->cylinders, 8);
  EXPECT_EQ(value.share_opaque<Engine>(), engine);
  EXPECT_TRUE(value.holds_opaque<Engine>());
}

// As a C library declares what its functions make and free.
struct handle_s;
struct FreeHandle {
  void operator()(handle_s* handle) const { delete reinterpret_cast<int*>(handle); }
};
using Handle = std::unique_ptr<handle_s, FreeHandle>;
struct HandleAndSize {
  Handle handle;
  int size;
};
struct Rows {
  std::unique_ptr<Engine[]> engines;
};

TEST(Opaque, MayHoldASmartPointerToWhatIsIncomplete) {
  const Value value = Value::opaque(std::make_shared<Handle>(reinterpret_cast<handle_s*>(new int(4))));
  EXPECT_EQ(*reinterpret_cast<int*>(value.as_opaque<Handle>().get()), 4);
  // Whether another build's is the same nobody can see.
  EXPECT_EQ(OpaqueType::of<Handle>().fields, 0U);
  EXPECT_EQ(OpaqueType::of<std::shared_ptr<handle_s>>().fields, 0U);
  EXPECT_EQ(OpaqueType::of<HandleAndSize>().fields, 0U);
  EXPECT_EQ(OpaqueType::of<Rows>().fields, 0U);
  EXPECT_NE(OpaqueType::of<std::unique_ptr<Engine>>().fields, 0U);
}

TEST(Opaque, AnotherTypeIsATypeErrorThatSaysBoth) {
  const std::string text = message<TypeError>([] { Value::opaque(std::make_shared<Engine>()).share_opaque<Other>(); });
  EXPECT_NE(text.find("Engine"), text.npos) << text;
  EXPECT_NE(text.find("Other"), text.npos) << text;
}

TEST(Opaque, TheRemedyForATypeWithCommasCompiles) {
  OpaqueType of_another_module = OpaqueType::of<Handle>();
  static constexpr int elsewhere = 0;
  of_another_module.module = &elsewhere;
  const std::type_info* const own = of_another_module.type;
  // The same name, of a type_info that the linker did not make one of.
  struct Copy : std::type_info {
    explicit Copy(const char* name) : std::type_info(name) {}
  } copy(own->name());
  of_another_module.type = &copy;
  const Value value = Value::opaque(of_another_module, std::make_shared<Handle>());
  const std::string text = message<TypeError>([&] { value.as_opaque<Handle>(); });
  EXPECT_NE(text.find("using Shared = std::unique_ptr<"), text.npos) << text;
  EXPECT_NE(text.find("; ENGINERY_SHARED(Shared, \"std::unique_ptr<"), text.npos) << text;
}

TEST(Opaque, OneNameOfAnotherStructureIsRefused) {
  OpaqueType wider = OpaqueType::of<std::vector<double>>();
  wider.widest *= 2;  // what -mavx does to a build
  const Value value = Value::opaque(wider, std::make_shared<std::vector<double>>());
  const std::string text = message<TypeError>([&] { value.as_opaque<std::vector<double>>(); });
  EXPECT_NE(text.find("same compiler flags"), text.npos) << text;
}

}  // namespace
}  // namespace enginery
