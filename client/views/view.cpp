// client/views/view.cpp: what views ask of what they aim at.
#include <enginery/view.hpp>

#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "client/scripts/script.hpp"
#include "client/views/aim.hpp"
#include "client/views/local.hpp"
#include "client/views/plugin_import.hpp"
#include "client/views/sequence.hpp"

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
  const wire::Keywords keywords = keywords_of(items);
  return aim_->send({.op = Op::push, .keywords = keywords}, timeout);
}

UntypedView::Tasks UntypedView::send_pull(const Name& name) const {
  const Value what = Value::string(name.text);
  return aim_->send({.op = Op::pull, .positional = {&what, 1}}, timeout);
}

UntypedView::Tasks UntypedView::send_pull(std::initializer_list<Name> names) const {
  const Value what = list_of(names);
  return aim_->send({.op = Op::pull, .positional = {&what, 1}}, timeout);
}

UntypedView::Tasks UntypedView::send_erase(std::string_view name) const {
  const Value what = Value::string(std::string(name));
  return aim_->send({.op = Op::erase, .positional = {&what, 1}}, timeout);
}

UntypedView::Tasks UntypedView::send_clear() const { return aim_->send({.op = Op::clear}, timeout); }
UntypedView::Tasks UntypedView::send_keys() const { return aim_->send({.op = Op::keys}, timeout); }

UntypedView::Tasks UntypedView::send_blocks(const Name& name, const Value& sequence, bool flatten) const {
  const std::shared_ptr<const Aim> now = aim_->now();
  const std::size_t count = now->ids().size();
  wire::Keywords blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.emplace_back(name.text, block_of(sequence, i, count, flatten));
  std::vector<Request> requests;
  for (const auto& block : blocks) requests.push_back({.op = Op::push, .keywords = {&block, 1}});
  return now->send_each(requests, timeout);
}

UntypedView::Tasks UntypedView::send_execute(std::string_view code, ResultText text) const {
  return execute(*aim_->now(), code, text, timeout);
}

UntypedView::Tasks UntypedView::send_run(std::string_view path) const {
  return run_plugin(*aim_->now(), path, timeout);
}

UntypedView::Tasks UntypedView::send_statements(std::string_view statements) const {
  const std::shared_ptr<const Aim> now = aim_->now();
  return run_plugin(*now, compile_statements(statements).file.string(), timeout, statements);
}

void UntypedView::sync_imports(std::initializer_list<Name> plugins, const ImportOptions& options) const {
  enginery::sync_imports(*aim_->now(), plugins, options, timeout);
}

OutputStream UntypedView::stream_output(std::ostream& out, std::ostream& err) const {
  return aim_->stream_output(out, err);
}
OutputStream UntypedView::stream_output(std::ostream& out) const { return stream_output(out, std::cerr); }
OutputStream UntypedView::stream_output() const { return stream_output(std::cout, std::cerr); }

DirectView local() { return DirectView(Aim::here()); }

std::ostream& operator<<(std::ostream& stream, const DirectView& view) {
  if (view.id() == local_engine::kId) return stream << "<DirectView local>";
  return stream << "<DirectView " << view.id() << '>';
}

std::ostream& operator<<(std::ostream& stream, const MultiView& view) {
  return stream << fmt::format("<MultiView [{}]>", fmt::join(view.targets(), ", "));
}

}  // namespace enginery
