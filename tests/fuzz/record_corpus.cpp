// tests/fuzz/record_corpus.cpp: writes what enginery itself writes into the folders of a corpus of the fuzz targets: a
// message of each kind, values with large payloads, a record of an engine's last moments.
//
// usage: record_corpus CORPUS
#include <complex>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <enginery/array.hpp>
#include <enginery/codec.hpp>
#include <enginery/dict.hpp>

#include "core/clusters/runtime_directory.hpp"
#include "core/diagnosis/flight_recorder.hpp"
#include "core/wire/call_wire.hpp"
#include "core/wire/engine_wire.hpp"
#include "core/wire/hub_wire.hpp"
#include "core/wire/module_wire.hpp"
#include "core/wire/session_wire.hpp"

using namespace enginery;

namespace {

using Folder = std::filesystem::path;

void write(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

void write_message(const Folder& folder, const char* name, const messages::Message& message, std::size_t topic = 0) {
  const std::span<const std::byte> bytes = message.span().subspan(topic);
  write(folder / name, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

const Uuid engine = Uuid::parse("000102030405060708090a0b0c0d0e0f"),
           session = Uuid::parse("f0e0d0c0b0a090807060504030201000");

/// A value of each kind that travels.
std::vector<Value> values() {
  const std::int64_t shape[] = {2, 3};
  Dict dict;
  dict.set(Value::string("levels"), Value::list({1, 2.5, Value::complex({0, 1})}));
  dict.set(Value::integer(1), Value::reference("a"));
  return {Value(),
          true,
          "text",
          Value::bytes("\xff"),
          Value::tuple({1}),
          Value::dict(std::move(dict)),
          Value::array(Array::zeros(DType::f64, shape, Order::column_major))};
}

/// As values_fuzz takes them; at most three payloads are large.
void write_packed(const std::filesystem::path& file, const wire::Packed& packed, bool outcome) {
  std::string input(1, static_cast<char>(packed.bulk.size() << 1 | outcome));
  for (const Bytes& payload : packed.bulk)
    for (const std::size_t digit : {payload.size() & 255, payload.size() >> 8}) input += static_cast<char>(digit);
  for (const Bytes& payload : packed.bulk) input += payload.text();
  write(file, input.append(packed.body.text()));
}

void record_values(const Folder& folder) {
  const std::vector<Value> positional = values();
  const wire::Keywords keywords{{"x", 1}};
  const wire::CallParts call{wire::Op::apply, "norms.get_norms", positional, keywords};
  write_packed(folder / "call", wire::pack(call, 65536), false);
  write_packed(folder / "call_outside", wire::pack(call, 16), false);
  List arrays;
  for (const auto& [dtype, shape] : {std::pair{DType::c128, std::vector<std::int64_t>{64}},
                                     {DType::i16, {3, 0, 2}},
                                     {DType::boolean, {}},
                                     {DType::u8, {2, 1, 1, 3}}})
    arrays.push_back(Value::array(Array::zeros(dtype, shape)));
  wire::Outcome good, bad;
  good.value = Value::list(arrays);
  good.out = "text\n";
  bad.failure = wire::Failure{"ValueError", "no", "  at f"};
  write_packed(folder / "arrays", wire::pack(good, 65536), true);
  write_packed(folder / "arrays_large", wire::pack(good, 900), true);
  write_packed(folder / "failure", wire::pack(bad, 65536), true);
}

void record_last_moments(const Folder& folder) {
  const std::filesystem::path file = folder / "crash";
  std::filesystem::remove(file);
  {
    cluster::FlightRecorder recorder(file);
    recorder.task_begins(session, 7);
    recorder.task_is("norms.get_norms");
    recorder.item_begins(41);
    recorder.add("norms: level 3\nnorms: no such level\n");
  }
  // The stack is not that of this program, so that it is the same wherever this runs: its size and its room end a
  // record.
  constexpr std::size_t kStack = 8192;
  constexpr std::string_view kLines = "1f40 /home/me/norms.so\n40123 /home/me/libgeo.so\n0 norms\n";
  std::ifstream in(file, std::ios::binary);
  std::string record{std::istreambuf_iterator<char>(in), {}};
  record.resize(record.size() - kStack);
  record[record.size() - 8] = static_cast<char>(kLines.size());
  write(file, record.append(kLines));
}

void record_messages(const Folder& folder) {
  const std::vector<Value> positional = values();
  const wire::Keywords keywords{{"x", 1}};
  const wire::Code code{"+0x1f40@0123456789abcdef", "getpid@GLIBC_2.2.5@libc.so.6", std::string("\0\1", 2)};
  const wire::CallParts parts{wire::Op::apply, "norms.get_norms", positional, keywords, &code, "(int) -> int"};
  const wire::Packed call = wire::pack(parts, 65536);
  session::Exchange exchange;
  exchange.engine = engine;
  exchange.session = session;
  exchange.x = 1;
  exchange.open = true;
  exchange.tasks = {
      {1, false, call.body, {}}, {2, true, Bytes(), {}}, {3, false, call.body, {70000, 80000}, session::Time(1000)}};
  exchange.aborts = {1};
  write_message(folder, "exchange", wire::encode(exchange));
  wire::Outcome good, bad;
  good.value = Value::list(positional);
  bad.failure = wire::Failure{"ValueError", "no", "  at f"};
  session::Reply reply;
  reply.words = "words";
  reply.results = {{1, 1, session::Ending::done, wire::pack(good, 65536).body, {}},
                   {2, 2, session::Ending::done, wire::pack(bad, 65536).body, {}}};
  write_message(folder, "reply", wire::encode(reply));
  write_message(folder, "chunk", wire::encode(session::Chunk{engine, session, 1, 0, 100, 50, Bytes::copy("part")}));
  write_message(folder, "chunk_answer", wire::encode(session::ChunkAnswer{}));
  write_message(folder, "fetch", wire::encode(session::Fetch{engine, session, 1, 0, 0, 100}));
  write_message(folder, "fetched", wire::encode(session::Fetched{session::Status::ok, Bytes::copy("part")}));
  modules::ModuleFile file{"norms.so", "/home/me/norms.so", {"c0ffee"}, {}, 4};
  write_message(folder, "module_query", wire::encode(wire::ModuleQuery{engine, {file, file}}));
  write_message(folder, "module_chunk", wire::encode(wire::ModuleChunk{engine, file, 0, Bytes::copy("code")}));
  write_message(folder, "module_answer",
                wire::encode(wire::ModuleAnswer{wire::ModuleStatus::refused, {0, 1}, "no room"}));
  const wire::EngineEntry entry{0, engine, 1, 2, "ipc:///e", "ipc:///b", "host"};
  write_message(folder, "hub_request", wire::encode(wire::HubRequest{wire::HubOp::register_engine, entry}));
  write_message(folder, "hub_reply", wire::encode(wire::HubReply{true, "", 0, engine, 1, {entry}}));
  write_message(folder, "change", wire::encode(wire::Change{wire::ChangeEvent::left, engine, 1, entry, "signal 9"}),
                wire::kHubTopic.size());
  const messages::LastMoments last{
      messages::LastMoments::Task{session, 7, "norms.get_norms", 41}, "no such level\n", {}, {{session, 7}}, true};
  write_message(folder, "death",
                wire::encode(wire::Change{wire::ChangeEvent::left, engine, 1, entry, "signal 9", last}),
                wire::kHubTopic.size());
  write_message(folder, "status_request", wire::encode_status_request(engine));
  wire::EngineStatus status;
  status.task = "norms.get_norms";
  write_message(folder, "engine_status", wire::encode(status));
  write_message(folder, "mark_request", wire::encode(wire::MarkRequest{engine, session}));
  write_message(folder, "marked", wire::encode(wire::Marked{session::Status::ok}));
  write_message(folder, "interrupt_request", wire::encode(wire::InterruptRequest{engine}));
  write_message(folder, "interrupted", wire::encode(wire::Interrupted{session::Status::ok, true}));
  write_message(folder, "printed",
                wire::encode(wire::Printed{engine, 7, wire::Stream::out, session, 1, {}, true, "text\n"}),
                wire::kOutputTopic.size());
}

/// As registration_fuzz takes them: engines that are what they say, and what attackers have claimed.
void record_registrations(const Folder& folder) {
  const std::filesystem::path directory = "/run/user/1000/enginery/night";
  const auto record = [&](const char* name, const auto& change) {
    wire::EngineEntry engine{-1, Uuid{{7}}, 7, 2, "", "", "elsewhere"};
    const auto own = cluster::engine_addresses(directory, engine.uuid);
    engine.endpoint = own[0];
    engine.bulk_endpoint = own[1];
    engine.output_endpoint = own[2];
    engine.remote_endpoint = "tls+tcp://near:1";
    engine.remote_bulk_endpoint = "tls+tcp://near:2";
    engine.remote_output_endpoint = "tls+tcp://near:3";
    change(engine);
    write_message(folder, name, wire::encode(wire::HubRequest{wire::HubOp::register_engine, engine}));
  };
  using Engine = wire::EngineEntry;
  record("honest", [](Engine&) {});
  record("etc_passwd", [](Engine& engine) { engine.endpoint = "ipc:///etc/passwd"; });
  record("hubs_socket", [&](Engine& engine) { engine.bulk_endpoint = "ipc://" + (directory / "hub").string(); });
  record("another_engines_socket",
         [&](Engine& engine) { engine.endpoint = cluster::engine_addresses(directory, Uuid{{1}})[0]; });
  record("another_engines_address", [](Engine& engine) { engine.remote_endpoint = "tls+tcp://far:1"; });
  record("hubs_address", [](Engine& engine) { engine.remote_output_endpoint = "tls+tcp://hub:1"; });
  record("another_engines_id", [](Engine& engine) { engine.id = 0; });
  record("another_engines_uuid", [](Engine& engine) { engine.uuid = Uuid{{1}}; });
  record("pid_0", [](Engine& engine) { engine.pid = 0; });
  record("no_pid", [](Engine& engine) { engine.pid = ~std::uint64_t{0}; });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS\n", argv[0]);
    return 2;
  }
  const Folder corpus = argv[1];
  record_messages(corpus / "wire");
  record_registrations(corpus / "registration");
  record_values(corpus / "values");
  record_last_moments(corpus / "flight_recorder");
}
