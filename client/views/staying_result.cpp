// client/views/staying_result.cpp: results that stay on their engines.
#include <enginery/staying_result.hpp>

#include <enginery/namespace.hpp>
#include <enginery/uuid.hpp>

namespace enginery {

KeptName::KeptName() : text_("@" + Uuid::random().text()) {}

/// Lets the results go.
class StayingTasks::Hold {
 public:
  Hold(std::vector<TaskHandle> tasks, std::string kept) : tasks_(std::move(tasks)), kept_(std::move(kept)) {}
  ~Hold() {
    for (const TaskHandle& task : tasks_) task.drop(kept_);
  }
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;

  const std::string& kept() const { return kept_; }

 private:
  const std::vector<TaskHandle> tasks_;
  const std::string kept_;
};

StayingTasks::StayingTasks(std::vector<TaskHandle> tasks, bool several, const KeptName& kept)
    : AsyncTasks(std::move(tasks), several), hold_(std::make_shared<const Hold>(this->tasks(), kept.text())) {}

void StayingTasks::bind(std::string_view name) const {
  Namespace::check_path(name);
  for (const TaskHandle& task : tasks()) task.push(name, Value::reference(kept()));
}

const std::string& StayingTasks::kept() const noexcept { return hold_->kept(); }

}  // namespace enginery
