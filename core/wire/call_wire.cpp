// core/wire/call_wire.cpp: what a task asks for and what came of it, as bodies for a session.
//
// A body is: 16 bytes of header with the envelope's size, the envelope, and the payloads of arrays in their order, each
// padded to 16 bytes. The envelope lists the size of every payload; the highest bit of a size marks one that is too
// large to travel here and goes as bulk beside the body. A body that is itself too large becomes the first bulk.
#include "core/wire/call_wire.hpp"

#include <algorithm>
#include <cstring>

#include "call_generated.h"
#include "core/session/messages.hpp"
#include "core/wire/envelope.hpp"
#include "core/wire/value_nodes.hpp"

namespace enginery::wire {
namespace {

constexpr std::size_t kHeader = 16;  // keeps the envelope, and so the payloads, 16-byte aligned
constexpr std::uint64_t kOutside = std::uint64_t{1} << 63;
/// What a string in a vector takes beside its letters, at most: its offset, its size, its end, and padding.
constexpr std::size_t kStringOverhead = 12;

/// A builder that has become larger, as for the text of a task that prints much, gives its memory back.
constexpr std::size_t kKeptBuilder = std::size_t{1} << 20;

static_assert(sizeof(fb::Node) == sizeof(Node));

/// One writer per thread, so that its memory is reused.
NodeWriter& fresh_writer() {
  NodeWriter& writer = PerThread<NodeWriter>::get();
  writer.clear();
  return writer;
}

bool outside(const Bytes& payload, std::size_t inline_bytes) { return payload.size() > inline_bytes; }

Offset<fb::Values> add_values(Builder& builder, const NodeWriter& writer, std::size_t inline_bytes) {
  const auto nodes =
      builder.CreateVectorOfStructs(reinterpret_cast<const fb::Node*>(writer.nodes.data()), writer.nodes.size());
  const auto text = add_bytes(builder, writer.text);
  Offset<Vector<std::uint64_t>> payloads = 0;
  if (!writer.payloads.empty()) {
    std::uint64_t* sizes = nullptr;
    payloads = builder.CreateUninitializedVector(writer.payloads.size(), &sizes);
    for (const Bytes& payload : writer.payloads)
      *sizes++ = payload.size() | (outside(payload, inline_bytes) ? kOutside : 0);
  }
  return fb::CreateValues(builder, nodes, text, payloads);
}

Packed finish(const Builder& builder, NodeWriter& writer, std::size_t inline_bytes) {
  Packed packed;
  std::size_t size = kHeader + padded(builder.GetSize());
  for (const Bytes& payload : writer.payloads)
    if (!outside(payload, inline_bytes)) size += padded(payload.size());
  auto [body, at] = Bytes::fresh(size);
  const std::uint32_t header[4] = {builder.GetSize(), 0, 0, 0};
  std::memcpy(at, header, kHeader);
  at = write_padded(at + kHeader, written(builder));
  for (Bytes& payload : writer.payloads) {
    if (outside(payload, inline_bytes))
      packed.bulk.push_back(std::move(payload));
    else
      at = write_padded(at, payload.span());
  }
  writer.clear();
  if (size > inline_bytes)
    packed.bulk.insert(packed.bulk.begin(), std::move(body));
  else
    packed.body = std::move(body);
  return packed;
}

/// A body that is too large for a message is the first that came beside it; takes it from there.
const Bytes& whole_body(const Bytes& body, std::span<const Bytes>& bulk, const char* name) {
  if (!body.empty()) return body;
  if (bulk.empty()) refuse("a {} has no body", name);
  const Bytes& first = bulk.front();
  bulk = bulk.subspan(1);
  return first;
}

/// A body's verified root, and where its payloads begin.
template <class Table>
std::pair<const Table*, std::size_t> root_of(const Bytes& body, const char* name) {
  std::uint32_t size = 0;
  if (body.size() >= kHeader) std::memcpy(&size, body.data(), sizeof size);
  if (body.size() < kHeader || padded(size) > body.size() - kHeader)
    refuse("a {} of {} bytes is shorter than it says", name, body.size());
  const Table& table = verified<Table>({reinterpret_cast<const std::uint8_t*>(body.data() + kHeader), size}, name);
  return {&table, kHeader + padded(size)};
}

/// The verified root of a body, which outlives it, and its payloads, in order.
template <class Table>
std::pair<const Table*, std::vector<Bytes>> take_apart(const Bytes& given, std::span<const Bytes> bulk,
                                                       const char* name) {
  const Bytes& body = whole_body(given, bulk, name);
  auto [root, at] = root_of<Table>(body, name);
  std::vector<Bytes> taken;
  std::size_t bulk_at = 0;
  const fb::Values* values = root->values();
  if (values) aligned(values->nodes(), name);
  if (const auto* payloads = values ? aligned(values->payloads(), name) : nullptr) {
    taken.reserve(std::min<std::size_t>(payloads->size(), 4096));
    for (const std::uint64_t marked : *payloads) {
      const std::uint64_t length = marked & ~kOutside;
      if (marked & kOutside) {
        if (bulk_at == bulk.size() || bulk[bulk_at].size() != length)
          refuse("a {} names a large payload of {} bytes that did not come with it", name, length);
        taken.push_back(bulk[bulk_at++]);
      } else {
        if (length > body.size() - at || padded(length) > body.size() - at)
          refuse("a payload of {} bytes exceeds its {}", length, name);
        // A copy, so that a small array in the namespace does not hold the whole message.
        taken.push_back(Bytes::copy(body.span().subspan(at, length)));
        at += padded(length);
      }
    }
  }
  if (at != body.size() || bulk_at != bulk.size()) refuse("a {} has bytes that belong to no value", name);
  return {root, std::move(taken)};
}

NodeReader reader_of(const fb::Values& values, const std::vector<Bytes>& payloads) {
  std::span<const Node> nodes;
  if (values.nodes()) nodes = {reinterpret_cast<const Node*>(values.nodes()->Data()), values.nodes()->size()};
  return {nodes, view_of(values.text()), payloads};
}

[[noreturn]] void refuse_empty_outcome() { refuse("an outcome has neither value nor failure"); }

}  // namespace

const char* to_string(Op op) {
  constexpr const char* kNames[] = {"apply", "push", "pull", "del", "import", "run", "execute", "keys", "clear", "map"};
  return kNames[static_cast<std::size_t>(op)];
}

std::uint64_t Packed::size() const { return session::weight(body, bulk); }

Packed pack(const CallParts& call, std::size_t inline_bytes) {
  NodeWriter& writer = fresh_writer();
  for (const Value& value : call.positional) writer.write(value);
  writer.count(call.name.size());
  for (const auto& [keyword, value] : call.keywords) {
    writer.write(value);
    writer.count(keyword.size() + kStringOverhead);
  }
  auto& builder = fresh_builder();
  const auto values = add_values(builder, writer, inline_bytes);
  std::vector<Offset<String>> keywords;
  for (const auto& [keyword, value] : call.keywords) keywords.push_back(builder.CreateString(keyword));
  const auto names = keywords.empty() ? 0 : builder.CreateVector(keywords);
  Offset<fb::Code> code = 0;
  if (call.code) {
    const auto maker = builder.CreateString(call.code->maker);
    const auto function = add_string(builder, call.code->function);
    code = fb::CreateCode(builder, maker, function, add_bytes(builder, call.code->object));
  }
  const auto signature = add_string(builder, call.signature), keep = add_string(builder, call.keep);
  const auto name = builder.CreateString(call.name.data(), call.name.size());
  const auto waiting = call.waiting.empty() ? 0
                                            : builder.CreateVector(call.waiting.front().bytes.data(),
                                                                   call.waiting.size() * sizeof(Uuid::bytes));
  builder.Finish(fb::CreateCall(builder, static_cast<std::uint8_t>(call.op), name,
                                static_cast<std::uint32_t>(call.positional.size()), names, values, code, signature,
                                keep, waiting));
  return finish(builder, writer, inline_bytes);
}

Packed pack(const Outcome& outcome, std::size_t inline_bytes) {
  NodeWriter& writer = fresh_writer();
  auto& builder = fresh_builder();
  Offset<fb::Values> values = 0;
  Offset<fb::Failure> failure = 0;
  for (const std::string* text : {&outcome.build_id, &outcome.execute_result, &outcome.out, &outcome.err})
    writer.count(text->size());
  if (outcome.failure) {
    for (const std::string* text : {&outcome.failure->ename, &outcome.failure->evalue, &outcome.failure->traceback})
      writer.count(text->size());
    const auto ename = builder.CreateString(outcome.failure->ename),
               evalue = builder.CreateString(outcome.failure->evalue),
               traceback = builder.CreateString(outcome.failure->traceback);
    failure = fb::CreateFailure(builder, ename, evalue, traceback);
  } else {
    writer.write(outcome.value);
    values = add_values(builder, writer, inline_bytes);
  }
  const auto build_id = add_string(builder, outcome.build_id),
             execute_result = add_string(builder, outcome.execute_result);
  const auto out = add_bytes(builder, outcome.out), err = add_bytes(builder, outcome.err);
  builder.Finish(fb::CreateOutcome(builder, outcome.started, outcome.completed, build_id, values, failure,
                                   execute_result, out, err, outcome.ran));
  Packed packed = finish(builder, writer, inline_bytes);
  if (builder.GetSize() > kKeptBuilder) builder.Reset();
  return packed;
}

Call unpack_call(const Bytes& body, std::span<const Bytes> bulk) {
  const auto [root, payloads] = take_apart<fb::Call>(body, bulk, "call");
  const fb::Call& table = *root;
  if (table.op() > static_cast<std::uint8_t>(kLastOp))
    refuse("a call asks for the unknown operation {}; is the client's enginery newer?", table.op());
  Call call;
  call.op = static_cast<Op>(table.op());
  call.name = text_of(table.name());
  NodeReader reader = reader_of(*table.values(), payloads);
  const std::size_t nodes = table.values()->nodes() ? table.values()->nodes()->size() : 0;
  if (table.positional() > nodes) refuse("a call has fewer values than arguments");
  call.positional.reserve(table.positional());
  for (std::uint32_t i = 0; i < table.positional(); ++i) call.positional.push_back(reader.read());
  if (table.keywords())
    for (const String* keyword : *table.keywords()) call.keywords.emplace_back(text_of(keyword), reader.read());
  if (!reader.at_end()) refuse("a call has values that belong to no argument");
  if (const fb::Code* code = table.code())
    call.code = Code{text_of(code->maker()), text_of(code->function()), text_of(code->object())};
  call.signature = text_of(table.signature());
  call.keep = text_of(table.keep());
  if (const auto* waiting = table.waiting()) {
    if (waiting->size() % sizeof(Uuid::bytes) != 0)
      refuse("a call names the engines that wait for it in {} bytes", waiting->size());
    call.waiting.resize(waiting->size() / sizeof(Uuid::bytes));
    for (std::size_t i = 0; i < call.waiting.size(); ++i)
      std::memcpy(call.waiting[i].bytes.data(), waiting->data() + i * sizeof(Uuid::bytes), sizeof(Uuid::bytes));
  }
  return call;
}

Outcome unpack_outcome(const Bytes& body, std::span<const Bytes> bulk) {
  const auto [root, payloads] = take_apart<fb::Outcome>(body, bulk, "outcome");
  const fb::Outcome& table = *root;
  Outcome outcome;
  outcome.started = table.started();
  outcome.completed = table.completed();
  outcome.build_id = text_of(table.build_id());
  outcome.execute_result = text_of(table.execute_result());
  outcome.out = text_of(table.out());
  outcome.err = text_of(table.err());
  outcome.ran = table.ran();
  if (table.failure()) {
    outcome.failure = Failure{text_of(table.failure()->ename()), text_of(table.failure()->evalue()),
                              text_of(table.failure()->traceback())};
  } else if (table.values()) {
    NodeReader reader = reader_of(*table.values(), payloads);
    outcome.value = reader.read();
    if (!reader.at_end()) refuse("an outcome has more than one value");
  } else {
    refuse_empty_outcome();
  }
  return outcome;
}

OutcomeSummary summary_of(const Bytes& body, std::span<const Bytes> bulk) {
  const fb::Outcome& table = *root_of<fb::Outcome>(whole_body(body, bulk, "outcome"), "outcome").first;
  if (!table.failure() && !table.values()) refuse_empty_outcome();
  return {table.failure() != nullptr, table.ran()};
}

}  // namespace enginery::wire
