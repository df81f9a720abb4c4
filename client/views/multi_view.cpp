// client/views/multi_view.cpp: what a view of several engines asks of them.
#include <enginery/multi_view.hpp>

#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <enginery/errors.hpp>

#include "client/scripts/script.hpp"
#include "client/views/plugin_import.hpp"
#include "client/views/request.hpp"
#include "client/views/sequence.hpp"

namespace enginery {

using wire::Op;

template <class R>
AsyncResults<R> MultiView::finished_if_blocking(std::shared_ptr<Future> tasks) const {
  AsyncResults<R> results(std::move(tasks));
  if (block) results.check();
  return results;
}

MultiView::MultiView(std::shared_ptr<Engines> engines, std::optional<std::vector<int>> ids)
    : engines_(std::move(engines)), ids_(std::move(ids)) {}
MultiView::MultiView(const MultiView&) = default;
MultiView::MultiView(MultiView&&) noexcept = default;
MultiView& MultiView::operator=(const MultiView&) = default;
MultiView& MultiView::operator=(MultiView&&) noexcept = default;
MultiView::~MultiView() = default;

MultiViewItem::MultiViewItem(const MultiView& view, std::string name)
    : engines_(view.engines_), ids_(view.ids_), timeout_(view.timeout), name_(std::move(name)) {}
MultiViewItem::~MultiViewItem() = default;

MultiView MultiViewItem::view() const {
  MultiView view(engines_, ids_);
  view.timeout = timeout_;
  return view;
}

MultiViewItem& MultiViewItem::operator=(const Value& value) {
  view().update({{name_, value}});
  return *this;
}

MultiViewItem::operator std::vector<Value>() const { return view().get(name_); }

std::ostream& operator<<(std::ostream& stream, const MultiViewItem& item) {
  return stream << Value::list(std::vector<Value>(item));
}

std::vector<int> MultiView::targets() const {
  if (ids_ && ids_->empty())
    throw NoEnginesRegistered(
        fmt::format("this view is of no engine: the list of ids that it was made of is empty. The engines of cluster "
                    "'{}' are [{}]; all() is a view of all",
                    engines_->connection().cluster, fmt::join(engines_->ids(), ", ")));
  std::vector<int> ids = ids_ ? *ids_ : engines_->ids();
  if (ids.empty()) throw engines_->none("this view");
  return ids;
}

std::shared_ptr<Future> MultiView::call(const Callee& callee, const CallArguments& arguments,
                                        std::string_view keep) const {
  Request::Storage storage;
  return Request::of(callee, arguments, keep, true, storage).send(engines_, targets(), timeout);
}

AsyncResults<void> MultiView::push(std::initializer_list<Item> items) const {
  const wire::Keywords keywords = keywords_of(items);
  return finished_if_blocking<void>(Request{.op = Op::push, .keywords = keywords}.send(engines_, targets(), timeout));
}

void MultiView::update(std::initializer_list<Item> items) const { push(items).get(); }

AsyncResults<Value> MultiView::pull(const Name& name) const {
  const Value what = Value::string(name.text);
  return finished_if_blocking<Value>(
      Request{.op = Op::pull, .positional = {&what, 1}}.send(engines_, targets(), timeout));
}

AsyncResults<Value> MultiView::pull(std::initializer_list<Name> names) const {
  const Value what = list_of(names);
  return finished_if_blocking<Value>(
      Request{.op = Op::pull, .positional = {&what, 1}}.send(engines_, targets(), timeout));
}

std::vector<Value> MultiView::values(std::string_view name) const { return pull(Name(name)).get(); }

AsyncResults<void> MultiView::scatter(const Name& name, const Value& sequence, bool flatten) const {
  const std::vector<int> ids = targets();
  wire::Keywords blocks;
  for (std::size_t i = 0; i < ids.size(); ++i)
    blocks.emplace_back(name.text, block_of(sequence, i, ids.size(), flatten));
  std::vector<Request> requests;
  for (const auto& block : blocks) requests.push_back({.op = Op::push, .keywords = {&block, 1}});
  return finished_if_blocking<void>(Request::send_each(requests, engines_, ids, timeout));
}

std::shared_ptr<Future> MultiView::gather_tasks(const Name& name) const {
  const Value what = Value::string(name.text);
  return Request{.op = Op::pull, .positional = {&what, 1}}.send(engines_, targets(), timeout);
}

void MultiView::erase(std::string_view name) const {
  const Value what = Value::string(std::string(name));
  AsyncResults<void>(Request{.op = Op::erase, .positional = {&what, 1}}.send(engines_, targets(), timeout)).get();
}

void MultiView::clear() const { AsyncResults<void>(Request{.op = Op::clear}.send(engines_, targets(), timeout)).get(); }

AsyncResults<void> MultiView::execute(std::string_view code, ResultText text) const {
  return finished_if_blocking<void>(enginery::execute(engines_, targets(), code, text, timeout));
}

AsyncResults<void> MultiView::run(std::string_view path) const {
  return finished_if_blocking<void>(run_plugin(engines_, targets(), path, timeout));
}

AsyncResults<void> MultiView::execute_cpp(std::string_view statements) const {
  const std::vector<int> ids = targets();
  const std::string file = compile_statements(statements).file.string();
  return finished_if_blocking<void>(run_plugin(engines_, ids, file, timeout, statements));
}

void MultiView::sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options) const {
  enginery::sync_imports(engines_, targets(), plugins, options, timeout);
}

OutputStream MultiView::stream_output(std::ostream& out, std::ostream& err) const {
  return OutputStream(engines_, ids_, out, err);
}
OutputStream MultiView::stream_output(std::ostream& out) const { return stream_output(out, std::cerr); }
OutputStream MultiView::stream_output() const { return stream_output(std::cout, std::cerr); }

std::ostream& operator<<(std::ostream& stream, const MultiView& view) {
  return stream << fmt::format("<MultiView [{}]>", fmt::join(view.targets(), ", "));
}

}  // namespace enginery
