// core/wire/session_wire.cpp: the session's messages on the wire.
//
// An Exchange may carry thousands of small tasks, and a Reply as many results. A table for each would cost more than
// the tasks themselves, so their fields stand in columns: a vector of fixed heads, the sizes of large payloads, the
// time limits. The bodies follow the envelope, each padded to 16 bytes, and are decoded without a copy.
#include "core/wire/session_wire.hpp"

#include <algorithm>

#include "core/wire/envelope.hpp"
#include "session_generated.h"

namespace enginery::wire {
namespace {

using messages::Message;

std::uint8_t ending_of(const session::Task& task) { return task.aborted; }
std::uint8_t ending_of(const session::Result& result) { return static_cast<std::uint8_t>(result.ending); }
session::Time time_limit_of(const session::Task& task) { return task.time_limit; }
session::Time time_limit_of(const session::Result&) { return {}; }

/// Tasks and results alike, in columns: heads, sizes of their large payloads, time limits, bodies.
struct Columns {
  std::vector<fb::Head> heads;
  std::vector<std::uint64_t> bulk_sizes, time_limits;
  std::size_t bodies = 0;

  template <class Entry>
  void add(std::uint64_t number, const Entry& entry) {
    const session::Time time_limit = time_limit_of(entry);
    heads.emplace_back(number, entry.seq, static_cast<std::uint32_t>(entry.body.size()),
                       static_cast<std::uint16_t>(entry.bulk_sizes.size()), ending_of(entry), time_limit.count() > 0);
    if (time_limit.count() > 0) time_limits.push_back(static_cast<std::uint64_t>(time_limit.count()));
    bulk_sizes.insert(bulk_sizes.end(), entry.bulk_sizes.begin(), entry.bulk_sizes.end());
    bodies += padded(entry.body.size());
  }
};

/// One set of columns per thread, so that their memory is reused.
Columns& fresh_columns() {
  Columns& columns = PerThread<Columns>::get();
  columns.heads.clear();
  columns.bulk_sizes.clear();
  columns.time_limits.clear();
  columns.bodies = 0;
  return columns;
}

template <class Table, class Entries>
Message with_bodies(MessageKind kind, Builder& builder, Offset<Table> root, std::size_t size, const Entries& entries) {
  builder.Finish(root);
  Message message = frame(kind, written(builder), size);
  std::byte* at = bodies_of(message, builder.GetSize());
  for (const auto& entry : entries) at = write_padded(at, entry.body.span());
  return message;
}

/// Calls `add(head, body, bulk_sizes)` for each entry, with every size checked.
template <class Table, class Add>
void each_entry(const Opened& opened, const Table& table, const char* name, const Add& add) {
  std::size_t at = 0, bulk_at = 0;
  const auto* bulk_sizes = aligned(table.bulk_sizes(), name);
  const std::size_t bulk_count = bulk_sizes ? bulk_sizes->size() : 0;
  if (const auto* heads = aligned(table.heads(), name)) {
    for (const fb::Head* head : *heads) {
      if (head->size() > opened.bodies.size() - at || padded(head->size()) > opened.bodies.size() - at)
        refuse("an entry of {} bytes in a {} exceeds its message", head->size(), name);
      if (head->bulk() > bulk_count - bulk_at)
        refuse("an entry of a {} names {} large payloads that are not listed", name, head->bulk());
      std::vector<std::uint64_t> sizes;
      if (head->bulk()) {
        const auto* first = bulk_sizes->data() + bulk_at;
        sizes.assign(first, first + head->bulk());
        bulk_at += head->bulk();
      }
      add(*head, opened.bodies.part(at, head->size()), std::move(sizes));
      at += padded(head->size());
    }
  }
  if (at != opened.bodies.size() || bulk_at != bulk_count) refuse("a {} has bytes that belong to no entry", name);
}

constexpr auto kLastStatus = session::Status::later;

}  // namespace

Message encode(const session::Exchange& exchange) {
  Columns& columns = fresh_columns();
  for (const session::Task& task : exchange.tasks) columns.add(task.seq, task);
  auto& builder = fresh_builder();
  const auto heads = columns.heads.empty() ? 0 : builder.CreateVectorOfStructs(columns.heads);
  const auto bulk = columns.bulk_sizes.empty() ? 0 : builder.CreateVector(columns.bulk_sizes);
  const auto seqs_of = [&](bool withdraw) -> flatbuffers::Offset<flatbuffers::Vector<std::uint64_t>> {
    std::vector<std::uint64_t> seqs;
    for (const session::Abort& abort : exchange.aborts)
      if (abort.withdraw == withdraw) seqs.push_back(abort.seq);
    if (seqs.empty()) return 0;
    return builder.CreateVector(seqs);
  };
  const auto aborts = seqs_of(false), withdrawals = seqs_of(true);
  const auto time_limits = columns.time_limits.empty() ? 0 : builder.CreateVector(columns.time_limits);
  const auto engine = to_id<fb::Id>(exchange.engine), session = to_id<fb::Id>(exchange.session);
  const auto root = fb::CreateExchange(builder, &engine, &session, exchange.link, exchange.x, exchange.open,
                                       exchange.bye, exchange.result_ack, exchange.client_pid, exchange.client_start,
                                       heads, bulk, aborts, time_limits, exchange.door, withdrawals);
  return with_bodies(MessageKind::exchange, builder, root, columns.bodies, exchange.tasks);
}

session::Exchange decode_exchange(const Opened& opened) {
  const auto& table = verified<fb::Exchange>(opened.envelope, "exchange");
  session::Exchange exchange;
  exchange.engine = to_uuid(table.engine());
  exchange.session = to_uuid(table.session());
  exchange.link = table.link();
  exchange.x = table.x();
  exchange.open = table.open();
  exchange.bye = table.bye();
  exchange.result_ack = table.result_ack();
  exchange.client_pid = table.client_pid();
  exchange.client_start = table.client_start();
  exchange.door = table.door();
  if (table.heads()) exchange.tasks.reserve(table.heads()->size());
  const auto* limits = aligned(table.time_limits(), "exchange");
  flatbuffers::uoffset_t limit_at = 0;
  // The tasks that have a limit name theirs in order. One that is longer than a clock can count is none.
  const auto time_limit_of = [&](const fb::Head& head) -> session::Time {
    if (!head.limited()) return {};
    if (!limits || limit_at == limits->size()) refuse("a task names a time limit that is not listed");
    constexpr auto kLongest = static_cast<std::uint64_t>(session::kNever.count());
    return session::Time(static_cast<std::int64_t>(std::min(limits->Get(limit_at++), kLongest)));
  };
  each_entry(opened, table, "exchange", [&](const fb::Head& head, Bytes body, std::vector<std::uint64_t> bulk) {
    const auto ending =
        checked(head.ending(), session::Ending::aborted, "an entry of an exchange has the unknown ending");
    exchange.tasks.push_back(
        {head.seq(), ending == session::Ending::aborted, std::move(body), std::move(bulk), time_limit_of(head)});
  });
  if (limits && limit_at != limits->size()) refuse("an exchange has time limits that belong to no task");
  const auto add_aborts = [&](const flatbuffers::Vector<std::uint64_t>* seqs, bool withdraw) {
    if (!aligned(seqs, "exchange")) return;
    for (const std::uint64_t seq : *seqs) exchange.aborts.emplace_back(seq, withdraw);
  };
  add_aborts(table.aborts(), false);
  add_aborts(table.withdrawals(), true);
  return exchange;
}

Message encode(const session::Reply& reply) {
  Columns& columns = fresh_columns();
  for (const session::Result& result : reply.results) columns.add(result.r, result);
  auto& builder = fresh_builder();
  const auto heads = columns.heads.empty() ? 0 : builder.CreateVectorOfStructs(columns.heads);
  const auto bulk = columns.bulk_sizes.empty() ? 0 : builder.CreateVector(columns.bulk_sizes);
  const auto words = add_string(builder, reply.words);
  const auto root = fb::CreateReply(builder, static_cast<std::uint8_t>(reply.status), reply.x, reply.admitted,
                                    reply.task_limit, reply.byte_limit, heads, bulk, words, reply.door, reply.keeps);
  return with_bodies(MessageKind::reply, builder, root, columns.bodies, reply.results);
}

session::Reply decode_reply(const Opened& opened) {
  const auto& table = verified<fb::Reply>(opened.envelope, "reply");
  session::Reply reply;
  reply.status = checked(table.status(), kLastStatus, "a reply has the unknown status");
  reply.x = table.x();
  reply.admitted = table.admitted();
  reply.task_limit = table.task_limit();
  reply.byte_limit = table.byte_limit();
  reply.words = text_of(table.words());
  reply.door = table.door();
  reply.keeps = table.keeps();
  if (table.heads()) reply.results.reserve(table.heads()->size());
  each_entry(opened, table, "reply", [&](const fb::Head& head, Bytes body, std::vector<std::uint64_t> bulk) {
    const auto ending = checked(head.ending(), session::Ending::overran, "an entry of a reply has the unknown ending");
    reply.results.push_back({head.number(), head.seq(), ending, std::move(body), std::move(bulk)});
  });
  return reply;
}

Message encode(const session::Chunk& chunk) {
  auto& builder = fresh_builder();
  const auto engine = to_id<fb::Id>(chunk.engine), session = to_id<fb::Id>(chunk.session);
  const auto root = fb::CreateChunk(builder, &engine, &session, chunk.seq, chunk.index, chunk.total, chunk.offset);
  return message_of(MessageKind::chunk, builder, root, chunk.bytes);
}

session::Chunk decode_chunk(const Opened& opened) {
  const auto& table = verified<fb::Chunk>(opened.envelope, "chunk");
  return {to_uuid(table.engine()), to_uuid(table.session()), table.seq(),  table.index(),
          table.total(),           table.offset(),           opened.bodies};
}

Message encode(const session::ChunkAnswer& answer) {
  auto& builder = fresh_builder();
  return message_of(MessageKind::chunk_answer, builder,
                    fb::CreateChunkAnswer(builder, static_cast<std::uint8_t>(answer.status)));
}

session::ChunkAnswer decode_chunk_answer(const Opened& opened) {
  const auto& table = verified<fb::ChunkAnswer>(opened.envelope, "chunk answer");
  expect_no_bodies(opened, "chunk answer");
  return {checked(table.status(), kLastStatus, "a chunk answer has the unknown status")};
}

Message encode(const session::Fetch& fetch) {
  auto& builder = fresh_builder();
  const auto engine = to_id<fb::Id>(fetch.engine), session = to_id<fb::Id>(fetch.session);
  return message_of(MessageKind::fetch, builder,
                    fb::CreateFetch(builder, &engine, &session, fetch.r, fetch.index, fetch.offset, fetch.length));
}

session::Fetch decode_fetch(const Opened& opened) {
  const auto& table = verified<fb::Fetch>(opened.envelope, "fetch");
  expect_no_bodies(opened, "fetch");
  return {to_uuid(table.engine()), to_uuid(table.session()), table.r(), table.index(), table.offset(), table.length()};
}

Message encode(const session::Fetched& fetched) {
  auto& builder = fresh_builder();
  const auto root = fb::CreateFetched(builder, static_cast<std::uint8_t>(fetched.status));
  return message_of(MessageKind::fetched, builder, root, fetched.bytes);
}

session::Fetched decode_fetched(const Opened& opened) {
  const auto& table = verified<fb::Fetched>(opened.envelope, "fetched");
  return {checked(table.status(), kLastStatus, "a fetched has the unknown status"), opened.bodies};
}

}  // namespace enginery::wire
