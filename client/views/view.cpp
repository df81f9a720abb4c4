// client/views/view.cpp: what views ask of what they aim at.
#include <enginery/view.hpp>

#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/views/local.hpp"
#include "client/views/request.hpp"

namespace enginery {

using wire::Op;

template class View<OneValue>;
template class View<ValueOfEach>;

std::vector<int> UntypedView::targets() const {
  const std::shared_ptr<const Aim> now = aim_->now();
  return {now->ids().begin(), now->ids().end()};
}

std::shared_ptr<Future> UntypedView::call(const Callee& callee, const CallArguments& arguments,
                                          std::string_view keep) const {
  Request::Storage storage;
  return aim_->send(Request::of(callee, arguments, keep, aim_->travels(), storage), timeout);
}

UntypedView::Tasks UntypedView::send_push(std::initializer_list<Item> items) const {
  wire::Keywords keywords;
  for (const Item& item : items) keywords.emplace_back(item.key, item.value);
  return aim_->send({.op = Op::push, .keywords = keywords}, timeout);
}

UntypedView::Tasks UntypedView::send_pull(const Name& name) const {
  const Value what = Value::string(name.text);
  return aim_->send({.op = Op::pull, .positional = {&what, 1}}, timeout);
}

UntypedView::Tasks UntypedView::send_pull(std::initializer_list<Name> names) const {
  List list;
  for (const Name& name : names) list.push_back(Value::string(name.text));
  const Value what = Value::list(std::move(list));
  return aim_->send({.op = Op::pull, .positional = {&what, 1}}, timeout);
}

UntypedView::Tasks UntypedView::send_erase(std::string_view name) const {
  const Value what = Value::string(std::string(name));
  return aim_->send({.op = Op::erase, .positional = {&what, 1}}, timeout);
}

UntypedView::Tasks UntypedView::send_clear() const { return aim_->send({.op = Op::clear}, timeout); }
UntypedView::Tasks UntypedView::send_keys() const { return aim_->send({.op = Op::keys}, timeout); }

OutputStream UntypedView::stream_output(std::ostream& out, std::ostream& err) const {
  return aim_->stream_output(out, err);
}
OutputStream UntypedView::stream_output(std::ostream& out) const { return stream_output(out, std::cerr); }
OutputStream UntypedView::stream_output() const { return stream_output(std::cout, std::cerr); }

DirectView local() { return DirectView(std::make_shared<const Aim>()); }

std::ostream& operator<<(std::ostream& stream, const DirectView& view) {
  if (view.id() == local_engine::kId) return stream << "<DirectView local>";
  return stream << "<DirectView " << view.id() << '>';
}

std::ostream& operator<<(std::ostream& stream, const MultiView& view) {
  return stream << fmt::format("<MultiView [{}]>", fmt::join(view.targets(), ", "));
}

}  // namespace enginery
