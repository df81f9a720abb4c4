// tests/unit/client/fake_maps.cpp: maps that run in this process, in place of the client's library.
//
// Items end in the order of their numbers, but as_completed() gives them from the last to the first.
#include "tests/unit/client/fake_maps.hpp"

#include <cstring>

#include <enginery/function.hpp>

namespace enginery {
namespace fake_maps {

std::shared_ptr<MapFuture> last;
std::size_t window = 3;
std::function<Value(const std::string& name, std::vector<Value> arguments)> by_name;

}  // namespace fake_maps

void MapFuture::run(const std::vector<Value>& given, std::size_t count) {
  ++sent;
  columns = given;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<Value> arguments;
    for (const Value& column : given) arguments.push_back(column.at(Value::integer(static_cast<std::int64_t>(i))));
    Value result;
    std::exception_ptr error;
    try {
      result = call(std::move(arguments));
    } catch (...) {
      error = std::current_exception();
    }
    results.push_back(std::move(result));
    errors.push_back(std::move(error));
  }
}

std::shared_ptr<MapFuture> UntypedView::map_call(const Callee& callee, List constants, std::vector<Value> columns,
                                                 std::size_t count, bool open) const {
  const auto map = std::make_shared<MapFuture>();
  map->open = open;
  if (!callee.name.empty()) {
    map->call = [name = std::string(callee.name)](std::vector<Value> arguments) {
      return fake_maps::by_name(name, std::move(arguments));
    };
  } else {
    const auto function = reinterpret_cast<detail::Describe>(const_cast<void*>(callee.maker))({});
    std::vector<std::byte> object(callee.object.begin(), callee.object.end());
    if (callee.function) {
      object.resize(sizeof callee.function);
      std::memcpy(object.data(), &callee.function, sizeof callee.function);
    }
    map->call = [function, object, constants](std::vector<Value> arguments) mutable {
      arguments.insert(arguments.begin(), constants.begin(), constants.end());
      return function->call_on(object.data(), arguments);
    };
  }
  if (!open) map->run(columns, count);
  return fake_maps::last = map;
}

std::size_t AsyncMapTasks::size() const noexcept { return map_->results.size(); }
void AsyncMapTasks::abort() const { map_->aborted = true; }
void AsyncMapTasks::require(std::optional<Seconds>) const {}
void AsyncMapTasks::check(std::optional<Seconds>) const {
  std::vector<CompositeError::Failure> failures;
  for (const std::exception_ptr& error : map_->errors)
    if (error) failures.push_back({0, "failed", error});
  if (!failures.empty()) throw CompositeError(failures, size());
}
bool AsyncMapTasks::wait_for(std::size_t item, std::optional<Seconds>) const { return item < size(); }
std::optional<std::size_t> AsyncMapTasks::kth(std::size_t k) const {
  if (k >= size()) return std::nullopt;
  return size() - 1 - k;
}
Value AsyncMapTasks::value(std::size_t item) const {
  if (map_->errors[item]) std::rethrow_exception(map_->errors[item]);
  return map_->results[item];
}
std::exception_ptr AsyncMapTasks::error(std::size_t item) const { return map_->errors[item]; }
int AsyncMapTasks::engine_id(std::size_t item) const { return static_cast<int>(item % 2); }
const std::string& AsyncMapTasks::label() const noexcept {
  static const std::string label = "task";
  return label;
}
/// Parts of up to three items, as an engine sends them: floats as an array.
AsyncMapTasks::Part AsyncMapTasks::part(std::size_t first) const {
  const std::size_t begin = first / 3 * 3, end = std::min(begin + 3, size());
  const List items(map_->results.begin() + static_cast<std::ptrdiff_t>(begin),
                   map_->results.begin() + static_cast<std::ptrdiff_t>(end));
  std::vector<double> reals;
  for (const Value& item : items)
    if (item.kind() == Kind::real) reals.push_back(item.as_real());
  return {.count = end - first,
          .values = reals.size() == items.size() ? Value(reals) : Value::list(items),
          .offset = first - begin};
}

namespace detail {

std::size_t MapFeeder::wanted() const { return fake_maps::window; }
bool MapFeeder::wait_for(std::size_t item) const { return item < map_->results.size(); }
void MapFeeder::feed(std::vector<Value> columns, std::size_t count) const { map_->run(columns, count); }
void MapFeeder::close() const { map_->closed = true; }
void MapFeeder::passed(std::size_t) const {}
void MapFeeder::abandon() const noexcept { map_->abandoned = true; }

void rethrow_for(Origin, std::string_view name) { rethrow_within("result of " + std::string(name)); }

}  // namespace detail
}  // namespace enginery
