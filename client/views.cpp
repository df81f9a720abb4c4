// client/views.cpp: what views ask of engines.
#include <algorithm>
#include <iostream>
#include <mutex>
#include <ostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/client.hpp>
#include <enginery/module_namespace.hpp>

#include "client/engines.hpp"
#include "core/modules/loader.hpp"
#include "core/wire/call_wire.hpp"

namespace enginery {
namespace {

using wire::Op;

/// A request to one or several engines, packed once.
struct Request {
  Op op;
  std::string_view name;
  std::span<const Value> positional{};
  std::span<const std::pair<std::string, Value>> keywords{};

  /// What an AsyncResult prints: the task, or what was asked for. `run` is ipyparallel's execution of a file.
  std::string label() const {
    if (op == Op::run) return "execute";
    return name.empty() ? wire::to_string(op) : std::string(name);
  }
  wire::Packed packed_for(const EngineLink& link) const {
    return wire::pack(op, name, positional, keywords, link.inline_bytes());
  }
  TaskHandle submit(EngineLink& link, wire::Packed packed) const {
    auto pending = std::make_shared<Pending>(link.engine().id, link.engine().uuid, label());
    TaskHandle task(pending);
    link.submit(std::move(packed), std::move(pending));
    return task;
  }
  TaskHandle send(const Engines& engines, int id) const {
    const std::shared_ptr<EngineLink> link = engines.link(id);
    return submit(*link, packed_for(*link));
  }
  std::vector<TaskHandle> send(const Engines& engines, std::span<const int> ids) const {
    std::vector<std::shared_ptr<EngineLink>> links;
    for (const int id : ids) links.push_back(engines.link(id));
    const wire::Packed packed = packed_for(*links.front());
    std::vector<TaskHandle> tasks;
    tasks.reserve(links.size());
    for (const auto& link : links) tasks.push_back(submit(*link, packed));
    return tasks;
  }
};

wire::Keywords keywords_of(std::initializer_list<Item> items) {
  wire::Keywords keywords;
  keywords.reserve(items.size());
  for (const Item& item : items) keywords.emplace_back(item.key, item.value);
  return keywords;
}

Value list_of(std::initializer_list<Name> names) {
  List list;
  for (const Name& name : names) list.push_back(Value::string(name.text));
  return Value::list(std::move(list));
}

/// Imports in this process, then on the engines, and says so.
void import_everywhere(const Engines& engines, std::span<const int> ids, std::initializer_list<Name> plugins) {
  static modules::Loader loader;  // modules stay loaded as long as the process
  static std::mutex loading;
  std::vector<std::string> names;
  for (const Name& plugin : plugins) names.push_back(plugin.text);
  std::cout << fmt::format("importing {} on engine(s)", fmt::join(names, ", ")) << std::endl;
  for (const std::string& name : names) {
    const std::lock_guard lock(loading);
    globals().set(name, Value::module(loader.import(name)));
  }
  std::vector<TaskHandle> tasks;
  for (const std::string& name : names)
    for (TaskHandle& task : Request{Op::import, name}.send(engines, ids)) tasks.push_back(std::move(task));
  AsyncTasks(std::move(tasks), ids.size() > 1).check();
}

}  // namespace

ViewItem::operator Value() const { return view_.value(name_); }

ViewItem& ViewItem::operator=(const Value& value) {
  view_.update({{name_, value}});
  return *this;
}

ViewItem& ViewItem::operator=(const ViewItem& other) { return *this = Value(other); }

std::ostream& operator<<(std::ostream& stream, const ViewItem& item) { return stream << Value(item); }

TaskHandle DirectView::call(std::string_view name, const CallArguments& arguments) const {
  return Request{Op::apply, name, arguments.positional, arguments.keywords}.send(*engines_, id_);
}

AsyncResult<void> DirectView::push(std::initializer_list<Item> items) const {
  const wire::Keywords keywords = keywords_of(items);
  AsyncResult<void> result(Request{Op::push, {}, {}, keywords}.send(*engines_, id_));
  if (block) result.check();
  return result;
}

void DirectView::update(std::initializer_list<Item> items) const { push(items).get(); }

AsyncResult<Value> DirectView::pull(const Name& name) const {
  const Value what = Value::string(name.text);
  AsyncResult<Value> result(Request{Op::pull, {}, std::span(&what, 1)}.send(*engines_, id_));
  if (block) result.check();
  return result;
}

AsyncResult<Value> DirectView::pull(std::initializer_list<Name> names) const {
  const Value what = list_of(names);
  AsyncResult<Value> result(Request{Op::pull, {}, std::span(&what, 1)}.send(*engines_, id_));
  if (block) result.check();
  return result;
}

Value DirectView::value(std::string_view name) const { return pull(Name(name)).get(); }
Value DirectView::values(std::initializer_list<Name> names) const { return pull(names).get(); }

void DirectView::erase(std::string_view name) const {
  const Value what = Value::string(std::string(name));
  AsyncResult<void>(Request{Op::erase, {}, std::span(&what, 1)}.send(*engines_, id_)).get();
}

std::vector<std::string> DirectView::keys() const {
  return Codec<std::vector<std::string>>::decode(AsyncResult<Value>(Request{Op::keys, {}}.send(*engines_, id_)).get());
}

bool DirectView::contains(std::string_view name) const {
  const std::vector<std::string> all = keys();
  return std::find(all.begin(), all.end(), name) != all.end();
}

AsyncResult<void> DirectView::run(std::string_view path) const {
  AsyncResult<void> result(Request{Op::run, path}.send(*engines_, id_));
  if (block) result.check();
  return result;
}

void DirectView::sync_imports(std::initializer_list<Name> plugins) const {
  import_everywhere(*engines_, std::span(&id_, 1), plugins);
}

OutputStream DirectView::stream_output(std::ostream& out, std::ostream& err) const {
  return OutputStream(engines_, std::vector{id_}, out, err);
}

std::ostream& operator<<(std::ostream& stream, const DirectView& view) {
  return stream << "<DirectView " << view.id() << '>';
}

std::vector<int> MultiView::targets() const {
  std::vector<int> ids = ids_ ? *ids_ : engines_->ids();
  if (ids.empty())
    throw NoEnginesRegistered(
        fmt::format("this view has no engines; `enginery engine --name {}` adds one to the "
                    "cluster, wait_for_engines(n) waits for some",
                    engines_->connection().cluster));
  return ids;
}

std::vector<TaskHandle> MultiView::call(std::string_view name, const CallArguments& arguments) const {
  return Request{Op::apply, name, arguments.positional, arguments.keywords}.send(*engines_, targets());
}

AsyncResults<void> MultiView::push(std::initializer_list<Item> items) const {
  const wire::Keywords keywords = keywords_of(items);
  AsyncResults<void> result(Request{Op::push, {}, {}, keywords}.send(*engines_, targets()));
  if (block) result.check();
  return result;
}

void MultiView::update(std::initializer_list<Item> items) const { push(items).get(); }

AsyncResults<Value> MultiView::pull(const Name& name) const {
  const Value what = Value::string(name.text);
  AsyncResults<Value> result(Request{Op::pull, {}, std::span(&what, 1)}.send(*engines_, targets()));
  if (block) result.check();
  return result;
}

AsyncResults<Value> MultiView::pull(std::initializer_list<Name> names) const {
  const Value what = list_of(names);
  AsyncResults<Value> result(Request{Op::pull, {}, std::span(&what, 1)}.send(*engines_, targets()));
  if (block) result.check();
  return result;
}

void MultiView::erase(std::string_view name) const {
  const Value what = Value::string(std::string(name));
  AsyncResults<void>(Request{Op::erase, {}, std::span(&what, 1)}.send(*engines_, targets())).get();
}

AsyncResults<void> MultiView::run(std::string_view path) const {
  AsyncResults<void> result(Request{Op::run, path}.send(*engines_, targets()));
  if (block) result.check();
  return result;
}

void MultiView::sync_imports(std::initializer_list<Name> plugins) const {
  import_everywhere(*engines_, targets(), plugins);
}

OutputStream MultiView::stream_output(std::ostream& out, std::ostream& err) const {
  return OutputStream(engines_, ids_, out, err);
}

std::ostream& operator<<(std::ostream& stream, const MultiView& view) {
  return stream << fmt::format("<MultiView [{}]>", fmt::join(view.targets(), ", "));
}

}  // namespace enginery
