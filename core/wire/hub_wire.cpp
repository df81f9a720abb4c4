// core/wire/hub_wire.cpp: the hub's messages and an engine's status on the wire.
//
// Decoders verify the envelope and check enumerators. Whether a claim is true, as of an engine about itself, is for the
// hub to judge.
#include "core/wire/hub_wire.hpp"

#include "core/wire/envelope.hpp"
#include "hub_generated.h"

namespace enginery::wire {
namespace {

using messages::Message;

Offset<hubfb::Engine> add_engine(Builder& builder, const EngineEntry& engine) {
  const auto uuid = to_id<hubfb::Id>(engine.uuid);
  const auto endpoint = builder.CreateString(engine.endpoint), bulk = builder.CreateString(engine.bulk_endpoint),
             hostname = builder.CreateString(engine.hostname), output = builder.CreateString(engine.output_endpoint),
             boot = builder.CreateString(engine.boot), remote = builder.CreateString(engine.remote_endpoint),
             remote_bulk = builder.CreateString(engine.remote_bulk_endpoint),
             remote_output = builder.CreateString(engine.remote_output_endpoint);
  return hubfb::CreateEngine(builder, engine.id, &uuid, engine.pid, engine.start, endpoint, bulk, hostname, output,
                             boot, engine.pid_namespace, remote, remote_bulk, remote_output);
}

EngineEntry to_entry(const hubfb::Engine* engine) {
  if (!engine) return {};
  return {.id = engine->id(),
          .uuid = to_uuid(engine->uuid()),
          .pid = engine->pid(),
          .start = engine->start(),
          .endpoint = text_of(engine->endpoint()),
          .bulk_endpoint = text_of(engine->bulk_endpoint()),
          .hostname = text_of(engine->hostname()),
          .output_endpoint = text_of(engine->output_endpoint()),
          .boot = text_of(engine->boot()),
          .pid_namespace = engine->pid_namespace(),
          .remote_endpoint = text_of(engine->remote_endpoint()),
          .remote_bulk_endpoint = text_of(engine->remote_bulk_endpoint()),
          .remote_output_endpoint = text_of(engine->remote_output_endpoint())};
}

Offset<hubfb::LastMoments> add_last(Builder& builder, const messages::LastMoments& last) {
  const auto words = add_bytes(builder, last.words);
  const auto traceback = add_string(builder, last.traceback);
  std::vector<hubfb::Begun> sessions;
  for (const auto& [session, seq] : last.begun) sessions.emplace_back(to_id<hubfb::Id>(session), seq);
  const auto begun = sessions.empty() ? 0 : builder.CreateVectorOfStructs(sessions);
  const auto task = last.running ? builder.CreateString(last.running->name) : 0;
  const auto session = to_id<hubfb::Id>(last.running ? last.running->session : Uuid());
  return hubfb::CreateLastMoments(
      builder, task, last.running ? &session : nullptr, last.running ? last.running->seq : 0, words, traceback,
      last.running && last.running->item ? flatbuffers::Optional(*last.running->item) : flatbuffers::nullopt, begun,
      last.begun_is_all);
}

std::optional<messages::LastMoments> to_last(const hubfb::LastMoments* table) {
  if (!table) return std::nullopt;
  messages::LastMoments last;
  if (table->session() && table->task())
    last.running = {to_uuid(table->session()), table->seq(), text_of(table->task()),
                    table->item() ? std::optional(*table->item()) : std::nullopt};
  if (table->begun())
    for (const hubfb::Begun* each : *table->begun()) last.begun.push_back({to_uuid(&each->session()), each->seq()});
  last.begun_is_all = table->begun_is_all();
  last.words = text_of(table->words());
  last.traceback = text_of(table->traceback());
  return last;
}

}  // namespace

Message encode(const HubRequest& request) {
  auto& builder = fresh_builder();
  const auto engine = add_engine(builder, request.engine);
  return message_of(MessageKind::hub_request, builder,
                    hubfb::CreateHubRequest(builder, static_cast<std::uint8_t>(request.op), engine));
}

HubRequest decode_hub_request(const Opened& opened) {
  const auto& table = verified<hubfb::HubRequest>(opened.envelope, "hub request");
  return {checked(table.op(), HubOp::kill, "a hub request has the unknown code"), to_entry(table.engine())};
}

Message encode(const HubReply& reply) {
  auto& builder = fresh_builder();
  std::vector<Offset<hubfb::Engine>> engines;
  for (const EngineEntry& engine : reply.engines) engines.push_back(add_engine(builder, engine));
  const auto list = builder.CreateVector(engines);
  std::vector<Offset<hubfb::Absent>> absent;
  for (const AbsentEngine& engine : reply.absent) {
    const auto how = builder.CreateString(engine.how);
    const auto uuid = to_id<hubfb::Id>(engine.uuid);
    absent.push_back(hubfb::CreateAbsent(builder, engine.id, &uuid, static_cast<std::uint8_t>(engine.state), how));
  }
  const auto others = builder.CreateVector(absent);
  const auto words = builder.CreateString(reply.words), ename = builder.CreateString(reply.ename);
  const auto epoch = to_id<hubfb::Id>(reply.epoch), former = to_id<hubfb::Id>(reply.former);
  return message_of(
      MessageKind::hub_reply, builder,
      hubfb::CreateHubReply(builder, reply.ok, words, reply.id, &epoch, reply.number, list, ename, others, &former));
}

HubReply decode_hub_reply(const Opened& opened) {
  const auto& table = verified<hubfb::HubReply>(opened.envelope, "hub reply");
  HubReply reply{table.ok(), text_of(table.words()), table.id(), to_uuid(table.epoch()), table.number(),
                 {},         text_of(table.ename()), {}};
  if (table.engines())
    for (const hubfb::Engine* engine : *table.engines()) reply.engines.push_back(to_entry(engine));
  if (table.absent())
    for (const hubfb::Absent* engine : *table.absent())
      reply.absent.push_back({engine->id(), to_uuid(engine->uuid()),
                              checked(engine->state(), Absence::dead, "a state of an engine has the unknown code"),
                              text_of(engine->how())});
  reply.former = to_uuid(table.former());
  return reply;
}

Message encode(const Change& change) {
  auto& builder = fresh_builder();
  const auto engine = add_engine(builder, change.engine);
  const auto how = builder.CreateString(change.how);
  const auto epoch = to_id<hubfb::Id>(change.epoch);
  const auto last = change.last ? add_last(builder, *change.last) : 0;
  const auto root =
      hubfb::CreateChange(builder, static_cast<std::uint8_t>(change.event), &epoch, change.number, engine, how, last);
  return message_of(MessageKind::change, builder, root, {}, kHubTopic);
}

Change decode_change(const Opened& opened) {
  const auto& table = verified<hubfb::Change>(opened.envelope, "change");
  return {checked(table.event(), ChangeEvent::left, "a change has the unknown code"),
          to_uuid(table.epoch()),
          table.number(),
          to_entry(table.engine()),
          text_of(table.how()),
          to_last(table.last())};
}

Message encode_status_request(const Uuid& engine) {
  auto& builder = fresh_builder();
  const auto uuid = to_id<hubfb::Id>(engine);
  return message_of(MessageKind::status_request, builder, hubfb::CreateStatusRequest(builder, &uuid));
}

Uuid decode_status_request(const Opened& opened) {
  return to_uuid(verified<hubfb::StatusRequest>(opened.envelope, "status request").engine());
}

Message encode(const EngineStatus& status) {
  auto& builder = fresh_builder();
  const auto task = builder.CreateString(status.task);
  const auto uuid = to_id<hubfb::Id>(status.uuid);
  const auto root = hubfb::CreateEngineStatus(builder, &uuid, status.id, status.pid, task, status.running_since,
                                              status.queued, status.finished, status.sessions, status.resident_bytes,
                                              status.code_bytes, status.running_for);
  return message_of(MessageKind::engine_status, builder, root);
}

EngineStatus decode_engine_status(const Opened& opened) {
  const auto& table = verified<hubfb::EngineStatus>(opened.envelope, "engine status");
  return {to_uuid(table.uuid()),  table.id(),         table.pid(),        text_of(table.task()),
          table.running_since(),  table.queued(),     table.finished(),   table.sessions(),
          table.resident_bytes(), table.code_bytes(), table.running_for()};
}

}  // namespace enginery::wire
