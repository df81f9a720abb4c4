// client/views/staying_result.cpp: results that stay on their engines.
#include <enginery/staying_result.hpp>

#include <exception>

#include <enginery/namespace.hpp>
#include <enginery/uuid.hpp>

#include "client/links/future.hpp"
#include "client/views/request.hpp"

namespace enginery {

KeptName::KeptName() : text_("@" + Uuid::random().text()) {}

/// Tells the engines to drop the results when the last copy ends.
struct KeptResults::Hold {
  const std::shared_ptr<Future> tasks;
  const std::string name;

  Hold(std::shared_ptr<Future> given_tasks, std::string given_name)
      : tasks(std::move(given_tasks)), name(std::move(given_name)) {}
  Hold(const Hold&) = delete;
  ~Hold() {
    for (std::size_t i = 0; i < tasks->size(); ++i) drop((*tasks)[i]);
  }

  void drop(const Pending& task) const noexcept try {
    const Value what = Value::string(name);
    // A destructor should not wait for room in the queue; and the engine frees some by this request.
    Request{.op = wire::Op::erase, .positional = {&what, 1}, .room = Room::overfill}.send_after(task);
  } catch (const std::exception&) {
    // Then the engine drops the result when this client leaves.
  }
};

KeptResults::KeptResults(std::shared_ptr<Future> tasks, const KeptName& name)
    : hold_(std::make_shared<const Hold>(std::move(tasks), name.text())) {}

void KeptResults::bind(std::string_view name) const {
  Namespace::check_path(name);
  const std::pair<std::string, Value> item{name, Value::reference(hold_->name)};
  const Future& tasks = *hold_->tasks;
  for (std::size_t i = 0; i < tasks.size(); ++i)
    Request{.op = wire::Op::push, .keywords = {&item, 1}}.send_after(tasks[i]);
}

const std::string& KeptResults::name() const noexcept { return hold_->name; }

}  // namespace enginery
