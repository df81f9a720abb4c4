// tests/fuzz/record_corpus.cpp: writes one message of each kind into a folder: the corpus of the fuzz targets.
//
// usage: record_corpus FOLDER
#include <cstdio>
#include <fstream>
#include <string>

#include <enginery/array.hpp>
#include <enginery/codec.hpp>
#include <enginery/dict.hpp>

#include "core/wire/call_wire.hpp"
#include "core/wire/control_wire.hpp"
#include "core/wire/hub_wire.hpp"
#include "core/wire/module_wire.hpp"
#include "core/wire/output_wire.hpp"
#include "core/wire/session_wire.hpp"

using namespace enginery;

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  const auto write = [&](const std::string& name, const transport::Message& message, std::size_t topic = 0) {
    const std::span<const std::byte> bytes = message.span().subspan(topic);
    std::ofstream(std::string(argv[1]) + "/" + name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  };
  const Uuid engine = Uuid::parse("000102030405060708090a0b0c0d0e0f"),
             session = Uuid::parse("f0e0d0c0b0a090807060504030201000");
  const std::int64_t shape[] = {2, 3};
  Dict dict;
  dict.set(Value::string("levels"), Value::list({1, 2.5, Value::complex({0, 1})}));
  dict.set(Value::integer(1), Value::reference("a"));
  const std::vector<Value> positional{Value(),
                                      true,
                                      "text",
                                      Value::bytes("\xff"),
                                      Value::tuple({1}),
                                      Value::dict(std::move(dict)),
                                      Value::array(Array::zeros(DType::f64, shape, Order::column_major))};
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
  write("exchange", wire::encode(exchange));
  wire::Outcome good, bad;
  good.value = Value::list(positional);
  bad.failure = wire::Failure{"ValueError", "no", "  at f"};
  session::Reply reply;
  reply.words = "words";
  reply.results = {{1, 1, session::Ending::done, wire::pack(good, 65536).body, {}},
                   {2, 2, session::Ending::done, wire::pack(bad, 65536).body, {}}};
  write("reply", wire::encode(reply));
  write("chunk", wire::encode(session::Chunk{engine, session, 1, 0, 100, 50, Bytes::copy("part")}));
  write("chunk_answer", wire::encode(session::ChunkAnswer{}));
  write("fetch", wire::encode(session::Fetch{engine, session, 1, 0, 0, 100}));
  write("fetched", wire::encode(session::Fetched{session::Status::ok, Bytes::copy("part")}));
  modules::ModuleFile file{"norms.so", "/home/me/norms.so", {"c0ffee"}, {}, 4};
  write("module_query", wire::encode(wire::ModuleQuery{engine, {file, file}}));
  write("module_chunk", wire::encode(wire::ModuleChunk{engine, file, 0, Bytes::copy("code")}));
  write("module_answer", wire::encode(wire::ModuleAnswer{wire::ModuleStatus::refused, {0, 1}, "no room"}));
  const wire::EngineEntry entry{0, engine, 1, 2, "ipc:///e", "ipc:///b", "host"};
  write("hub_request", wire::encode(wire::HubRequest{wire::HubOp::register_engine, entry}));
  write("hub_reply", wire::encode(wire::HubReply{true, "", 0, engine, 1, {entry}}));
  write("change", wire::encode(wire::Change{wire::ChangeEvent::left, engine, 1, entry, "signal 9"}),
        wire::kHubTopic.size());
  write("status_request", wire::encode_status_request(engine));
  wire::EngineStatus status;
  status.task = "norms.get_norms";
  write("engine_status", wire::encode(status));
  write("mark_request", wire::encode(wire::MarkRequest{engine, session}));
  write("marked", wire::encode(wire::Marked{session::Status::ok}));
  write("interrupt_request", wire::encode(wire::InterruptRequest{engine}));
  write("interrupted", wire::encode(wire::Interrupted{session::Status::ok, true}));
  write("printed", wire::encode(wire::Printed{engine, 7, wire::Stream::out, session, 1, {}, true, "text\n"}),
        wire::kOutputTopic.size());
}
