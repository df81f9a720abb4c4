// tests/chaos/attackers_test.cpp: who has the key and means ill, or is broken, keeps nobody else from working.
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include <enginery/array.hpp>
#include <enginery/connection.hpp>

#include "core/clusters/address.hpp"
#include "core/processes/descriptor.hpp"
#include "core/transport/requester.hpp"
#include "core/wire/hub_wire.hpp"
#include "core/wire/session_wire.hpp"
#include "tests/chaos/chaos_fixture.hpp"
#include "tests/deaf_peer.hpp"
#include "tests/sanitized.hpp"

namespace enginery {
namespace {

constexpr double kSeconds = 20;
constexpr std::int64_t kMiB = 1 << 20;

class AttackersTest : public ChaosTest {
 protected:
  void start(const std::string& more = "") {
    start_engines(1, more);
    const Connection connection = Connection::find("");
    hub_ = connection.hub.requests;
    credentials_ = connection.remote ? connection.remote->credentials : std::nullopt;
    const auto line = transport::connect(cluster::hub_addresses(connection).requests, kSeconds);
    engine_ = wire::decode_hub_reply(ask(*line, wire::encode(wire::HubRequest{}))).engines.at(0);
  }
  static wire::Opened ask(transport::Requester& line, messages::Message request) {
    return wire::open_frame(transport::request(line, std::move(request), kSeconds).share());
  }
  session::Exchange exchange(const Uuid& session, bool with_task) const {
    session::Exchange made;
    made.engine = engine_.uuid;
    made.session = session;
    made.x = 1;
    made.open = true;
    if (with_task) made.tasks.push_back({1, false, Bytes::copy("no call at all, but a task"), {}});
    return made;
  }
  /// The engine's answer to the first part of an argument of `total` bytes.
  session::Status give(transport::Requester& bulk, const Uuid& session, std::uint64_t total,
                       std::uint32_t index) const {
    const Bytes part = Bytes::copy(std::string(session::Limits{}.chunk_bytes, 'x'));
    return wire::decode_chunk_answer(ask(bulk, wire::encode({engine_.uuid, session, 1, index, total, 0, part}))).status;
  }
  std::uint64_t finished(transport::Requester& line) const {
    return wire::decode_engine_status(ask(line, wire::encode_status_request(engine_.uuid))).finished;
  }
  /// Sends all, and waits for their answers.
  static void flood(transport::Requester& line, const std::vector<session::Exchange>& exchanges) {
    std::atomic<std::size_t> answered = 0;
    for (std::size_t sent = 0; sent < exchanges.size(); ++sent) {
      while (sent - answered > 16) std::this_thread::yield();
      line.send(wire::encode(exchanges[sent]), [&](messages::Message, const char*) { ++answered; });
    }
    while (answered < exchanges.size()) std::this_thread::yield();
  }

  std::string hub_;
  std::optional<Credentials> credentials_;
  wire::EngineEntry engine_;
};

TEST_F(AttackersTest, AnExchangeThatIsSentAgainMuchLaterRunsNothing) {
  start();
  const auto line = transport::connect(engine_.endpoint, kSeconds);
  const session::Exchange first = exchange(Uuid::random(), true);
  EXPECT_EQ(wire::decode_reply(ask(*line, wire::encode(first))).results.size(), 1u);
  const std::uint64_t before = finished(*line);
  session::Exchange bye = first;
  bye.bye = true;
  std::vector<session::Exchange> crowd(session::Limits{}.forgotten + 8, bye);
  for (std::size_t i = 1; i < crowd.size(); ++i) crowd[i].session = Uuid::random();
  flood(*line, crowd);
  EXPECT_EQ(wire::decode_reply(ask(*line, wire::encode(first))).status, session::Status::closed_door);
  EXPECT_EQ(finished(*line), before);
  EXPECT_EQ(Client()[0].apply_sync(::getpid), static_cast<int>(engine_.pid)) << "who knows no door comes in";
}

TEST_F(AttackersTest, ACrowdOfAnotherHostKeepsNoLocalClientOut) {
  start("--listen 127.0.0.1");
  const int engine = on(0).apply_sync(::getpid);
  const auto line = transport::connect({engine_.remote_endpoint, credentials_}, kSeconds);
  std::vector<session::Exchange> crowd(session::Limits{}.sessions + 20);
  for (auto& one : crowd) one = exchange(Uuid::random(), false);
  flood(*line, crowd);
  EXPECT_EQ(on(0).apply_sync(::getpid), engine) << "who was there has its place";
  for (int i = 0; i < 5; ++i) EXPECT_EQ(Client()[0].apply_sync(::getpid), engine) << "who comes gets one";
}

TEST_F(AttackersTest, WhoAsksAndNeverReadsStopsNeitherHubNorEngine) {
  start();
  std::vector<cluster::Descriptor> deaf;
  for (int i = 0; i < 3; ++i)
    for (const std::string& url : {hub_, engine_.endpoint, engine_.bulk_endpoint})
      deaf.push_back(deaf_peer(cluster::Address(url).ipc_path(), 1500));
  EXPECT_EQ(run("status"), 0);
  EXPECT_EQ(Client()[0].apply_sync(::getpid), static_cast<int>(engine_.pid));
  EXPECT_EQ(on(0).apply_sync(::getpid), static_cast<int>(engine_.pid));
}

std::int64_t length(const Array& array) { return array.size(); }
Array bytes(std::int64_t count) { return Array::zeros(DType::u8, std::array<std::int64_t, 1>{count}); }

std::int64_t resident(std::uint64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/statm");
  std::int64_t total = 0, pages = 0;
  file >> total >> pages;
  return pages * ::sysconf(_SC_PAGESIZE);
}

TEST_F(AttackersTest, UploadsThatNobodyEndsAreBoundedAndGoWithTheirClients) {
  start();
  const auto line = transport::connect(engine_.endpoint, kSeconds);
  const auto bulk = transport::connect(engine_.bulk_endpoint, kSeconds);
  Command client({"60"}, -1, "/bin/sleep");
  session::Exchange its = exchange(Uuid::random(), false);
  const ProcessId process = ProcessId::of(client.pid()).value();
  its.client_pid = static_cast<std::uint64_t>(process.pid);
  its.client_start = process.start;
  const session::Exchange others = exchange(Uuid::random(), false);
  for (const session::Exchange& one : {its, others})
    EXPECT_EQ(wire::decode_reply(ask(*line, wire::encode(one))).status, session::Status::ok);
  constexpr std::uint64_t kEndless = std::uint64_t{1} << 50, kLarge = session::Limits{}.engine_bytes + kMiB;
  EXPECT_EQ(give(*bulk, its.session, kEndless, 0), session::Status::no_memory);
  EXPECT_EQ(give(*bulk, its.session, kLarge, 0), session::Status::ok);
  EXPECT_EQ(give(*bulk, others.session, kLarge, 0), session::Status::later) << "one at a time";
  EXPECT_EQ(give(*bulk, others.session, 8 * kMiB, 1), session::Status::ok) << "what is within its credit";
  EXPECT_EQ(on(0).apply_sync(::getpid), static_cast<int>(engine_.pid));
  client.signal(SIGKILL);
  client.finish();
  EXPECT_TRUE(comes([&] { return give(*bulk, others.session, kLarge, 0) == session::Status::ok; }, Seconds(10)))
      << "it goes with the client that began it";
}

TEST_F(AttackersTest, AnIdleEngineHoldsNothingOfItsLastTask) {
  if (kSanitized) GTEST_SKIP() << "a sanitizer keeps what was freed";
  start();
  on(0).apply_sync(length, bytes(8 * kMiB));
  const std::int64_t before = resident(engine_.pid);
  EXPECT_EQ(on(0).apply_sync(length, bytes(200 * kMiB)), 200 * kMiB);
  EXPECT_TRUE(comes([&] { return resident(engine_.pid) < before + 48 * kMiB; }, Seconds(5)))
      << resident(engine_.pid) / kMiB << " MiB, of which an argument is";
  EXPECT_EQ(on(0).apply_sync(bytes, 200 * kMiB).nbytes(), static_cast<std::size_t>(200 * kMiB));
  EXPECT_TRUE(comes([&] { return resident(engine_.pid) < before + 48 * kMiB; }, Seconds(5)))
      << resident(engine_.pid) / kMiB << " MiB, of which a result is";
}

}  // namespace
}  // namespace enginery

int main(int argc, char** argv) {
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
