// tests/fuzz/evaluator_fuzz.cpp: any text at all as statements over a small namespace.
#include <cstdint>
#include <string_view>

#include <enginery/array.hpp>
#include <enginery/errors.hpp>
#include <enginery/namespace.hpp>

#include "core/language/evaluator.hpp"
#include "core/values/allocation_limit.hpp"

// A list may hold itself, and then nothing frees it.
extern "C" ENGINERY_API const char* __asan_default_options() { return "detect_leaks=0"; }

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace enginery;
  constexpr std::size_t kMostAllocated = 64 << 10;  // by a statement, of which an input may have a thousand
  Namespace names;
  const std::int64_t shape[] = {2, 3};
  names["a"] = 25;
  names["x"] = Value::array(Array::zeros(DType::f64, shape));
  evaluator::Evaluator evaluator(
      names,
      [](const std::string& plugin) {
        auto module = std::make_shared<ModuleNamespace>();
        module->name = plugin;
        module->attributes.set("one", 1);
        return Value::module(std::move(module));
      },
      kMostAllocated);
  try {
    const AllocationLimit limit(kMostAllocated);
    evaluator.execute({reinterpret_cast<const char*>(data), size}).repr();
  } catch (const Error&) {}
  return 0;
}
