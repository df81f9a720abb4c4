// client/views/staying_result.cpp: results that stay on their engines.
#include <enginery/staying_result.hpp>

#include <exception>

#include <enginery/namespace.hpp>
#include <enginery/uuid.hpp>

#include "client/links/future.hpp"
#include "client/views/request.hpp"

namespace enginery {

KeptName::KeptName() : text_("@" + Uuid::random().text()) {}

/// Lets the results go.
class KeptResults::Hold {
 public:
  Hold(std::shared_ptr<Future> tasks, std::string name) : tasks_(std::move(tasks)), name_(std::move(name)) {}
  ~Hold() {
    for (std::size_t i = 0; i < tasks_->size(); ++i) drop((*tasks_)[i]);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  const Future& tasks() const { return *tasks_; }
  const std::string& name() const { return name_; }

 private:
  void drop(const Pending& task) const noexcept try {
    const Value what = Value::string(name_);
    // Whoever lets go of a result does not expect to wait for room, and this makes some.
    Request{.op = wire::Op::erase, .positional = {&what, 1}, .room = Room::overfill}.send_after(task);
  } catch (const std::exception&) {
    // Then the engine drops it when this client leaves.
  }

  const std::shared_ptr<Future> tasks_;
  const std::string name_;
};

KeptResults::KeptResults(std::shared_ptr<Future> tasks, const KeptName& name)
    : hold_(std::make_shared<const Hold>(std::move(tasks), name.text())) {}

void KeptResults::bind(std::string_view name) const {
  Namespace::check_path(name);
  const std::pair<std::string, Value> item{name, Value::reference(hold_->name())};
  const Future& tasks = hold_->tasks();
  for (std::size_t i = 0; i < tasks.size(); ++i)
    Request{.op = wire::Op::push, .keywords = {&item, 1}}.send_after(tasks[i]);
}

const std::string& KeptResults::name() const noexcept { return hold_->name(); }

}  // namespace enginery
