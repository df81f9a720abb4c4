// client/views/task_handle.cpp: one task on one engine: what is known of it, also as text, and what its result becomes.
#include <enginery/task_handle.hpp>

#include <ostream>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <enginery/dict.hpp>

#include "client/links/client_threads.hpp"
#include "client/links/future.hpp"

namespace enginery {
namespace {

Value text_or_none(const std::string& text) { return text.empty() ? Value() : Value::string(text); }

Value time_or_none(const Metadata::Time& time) {
  if (!time) return Value();
  const auto since = time->time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(since - seconds).count();
  return Value::string(fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(seconds.count()), micros));
}

Value list_of(const std::vector<std::string>& texts) {
  List list;
  for (const std::string& text : texts) list.push_back(Value::string(text));
  return Value::list(std::move(list));
}

}  // namespace

const char* to_string(Status status) noexcept {
  constexpr const char* kWords[] = {"pending", "ok", "error", "aborted"};
  return status <= Status::aborted ? kWords[static_cast<std::size_t>(status)] : "?";
}

std::ostream& operator<<(std::ostream& stream, const Metadata& metadata) {
  Dict dict;
  const auto set = [&](const char* key, Value value) { dict.set(Value::string(key), std::move(value)); };
  set("after", list_of(metadata.after));
  set("build_id", text_or_none(metadata.build_id));
  set("completed", time_or_none(metadata.completed));
  set("data", Value::dict(Dict()));
  set("engine_id", Value::integer(metadata.engine_id));
  set("engine_uuid", text_or_none(metadata.engine_uuid));
  set("error", text_or_none(metadata.error));
  set("execute_input", text_or_none(metadata.execute_input));
  set("execute_result", text_or_none(metadata.execute_result));
  set("follow", list_of(metadata.follow));
  set("label", text_or_none(metadata.label));
  set("msg_id", text_or_none(metadata.msg_id));
  set("outputs", Value::list({}));
  set("received", time_or_none(metadata.received));
  set("started", time_or_none(metadata.started));
  set("status", metadata.status == Status::pending ? Value() : Value::string(to_string(metadata.status)));
  set("stderr", Value::string(metadata.err));
  set("stdout", Value::string(metadata.out));
  set("submitted", time_or_none(metadata.submitted));
  return stream << Value::dict(std::move(dict)).repr();
}

void detail::rethrow_for(Origin origin, std::string_view name) {
  rethrow_within(origin == Origin::variable
                     ? fmt::format("cannot convert the variable '{}' to the type asked for", name)
                     : fmt::format("cannot convert the result of '{}' to the type asked for", name));
}

bool TaskHandle::ready() const { return task_->ready(); }
bool TaskHandle::wait(std::optional<Seconds> timeout) const { return task_->wait_until(deadline_of(timeout)); }
Value TaskHandle::value() const { return wait(), task_->value(); }
std::exception_ptr TaskHandle::error() const { return wait(), task_->error(); }
Metadata TaskHandle::metadata() const { return task_->metadata(); }
void TaskHandle::abort() const { task_->abort(); }
std::string TaskHandle::msg_id() const { return task_->msg_id(); }
int TaskHandle::engine_id() const { return task_->engine_id(); }
std::string TaskHandle::label() const { return task_->label(); }

}  // namespace enginery
