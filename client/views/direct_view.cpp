// client/views/direct_view.cpp: what a view of one engine asks of it.
#include <enginery/direct_view.hpp>

#include <algorithm>
#include <iostream>

#include "client/scripts/script.hpp"
#include "client/views/local.hpp"
#include "client/views/plugin_import.hpp"
#include "client/views/request.hpp"

namespace enginery {

using wire::Op;

DirectView local() { return DirectView(nullptr, local_engine::kId); }

DirectView::DirectView(std::shared_ptr<Engines> engines, int id) : engines_(std::move(engines)), id_(id) {}
DirectView::DirectView(const DirectView&) = default;
DirectView::DirectView(DirectView&&) noexcept = default;
DirectView& DirectView::operator=(const DirectView&) = default;
DirectView& DirectView::operator=(DirectView&&) noexcept = default;
DirectView::~DirectView() = default;

ViewItem::ViewItem(const DirectView& view, std::string name)
    : engines_(view.engines_), id_(view.id_), timeout_(view.timeout), name_(std::move(name)) {}
ViewItem::~ViewItem() = default;

DirectView ViewItem::view() const {
  DirectView view(engines_, id_);
  view.timeout = timeout_;
  return view;
}

ViewItem::operator Value() const { return view().value(name_); }

ViewItem& ViewItem::operator=(const Value& value) {
  view().update({{name_, value}});
  return *this;
}

ViewItem& ViewItem::operator=(const ViewItem& other) { return *this = Value(other); }

std::ostream& operator<<(std::ostream& stream, const ViewItem& item) { return stream << Value(item); }

template <class R>
AsyncResult<R> DirectView::finished_if_blocking(std::shared_ptr<Future> task) const {
  AsyncResult<R> result(std::move(task));
  if (block) result.check();
  return result;
}

std::shared_ptr<Future> DirectView::call(const Callee& callee, const CallArguments& arguments,
                                         std::string_view keep) const {
  Request::Storage storage;
  return Request::of(callee, arguments, keep, engines_ != nullptr, storage).send(engines_, {&id_, 1}, timeout);
}

AsyncResult<void> DirectView::push(std::initializer_list<Item> items) const {
  const wire::Keywords keywords = keywords_of(items);
  return finished_if_blocking<void>(Request{.op = Op::push, .keywords = keywords}.send(engines_, {&id_, 1}, timeout));
}

void DirectView::update(std::initializer_list<Item> items) const { push(items).get(); }

AsyncResult<Value> DirectView::pull(const Name& name) const {
  const Value what = Value::string(name.text);
  return finished_if_blocking<Value>(
      Request{.op = Op::pull, .positional = {&what, 1}}.send(engines_, {&id_, 1}, timeout));
}

AsyncResult<Value> DirectView::pull(std::initializer_list<Name> names) const {
  const Value what = list_of(names);
  return finished_if_blocking<Value>(
      Request{.op = Op::pull, .positional = {&what, 1}}.send(engines_, {&id_, 1}, timeout));
}

Value DirectView::value(std::string_view name) const { return pull(Name(name)).get(); }
Value DirectView::values(std::initializer_list<Name> names) const { return pull(names).get(); }

void DirectView::erase(std::string_view name) const {
  const Value what = Value::string(std::string(name));
  AsyncResult<void>(Request{.op = Op::erase, .positional = {&what, 1}}.send(engines_, {&id_, 1}, timeout)).get();
}

void DirectView::clear() const { AsyncResult<void>(Request{.op = Op::clear}.send(engines_, {&id_, 1}, timeout)).get(); }

std::vector<std::string> DirectView::keys() const {
  return AsyncResult<std::vector<std::string>>(Request{.op = Op::keys}.send(engines_, {&id_, 1}, timeout)).get();
}

bool DirectView::contains(std::string_view name) const {
  const std::vector<std::string> all = keys();
  return std::find(all.begin(), all.end(), name) != all.end();
}

AsyncResult<void> DirectView::execute(std::string_view code, ResultText text) const {
  return finished_if_blocking<void>(enginery::execute(engines_, std::span(&id_, 1), code, text, timeout));
}

AsyncResult<void> DirectView::run(std::string_view path) const {
  return finished_if_blocking<void>(run_plugin(engines_, std::span(&id_, 1), path, timeout));
}

AsyncResult<void> DirectView::execute_cpp(std::string_view statements) const {
  const std::string file = compile_statements(statements).file.string();
  return finished_if_blocking<void>(run_plugin(engines_, std::span(&id_, 1), file, timeout, statements));
}

void DirectView::sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options) const {
  enginery::sync_imports(engines_, std::span(&id_, 1), plugins, options, timeout);
}

OutputStream DirectView::stream_output(std::ostream& out, std::ostream& err) const {
  return OutputStream(engines_, std::vector{id_}, out, err);
}
OutputStream DirectView::stream_output(std::ostream& out) const { return stream_output(out, std::cerr); }
OutputStream DirectView::stream_output() const { return stream_output(std::cout, std::cerr); }

std::ostream& operator<<(std::ostream& stream, const DirectView& view) {
  if (view.id() == local_engine::kId) return stream << "<DirectView local>";
  return stream << "<DirectView " << view.id() << '>';
}

}  // namespace enginery
