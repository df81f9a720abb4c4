// tests/unit/client/module_delivery_test.cpp: engines of one host that share what one of them is brought.
#include "client/links/module_delivery.hpp"

#include <stdlib.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/transport/responder.hpp"

namespace enginery {
namespace {

using namespace std::chrono_literals;
using modules::ModuleFile;
using wire::ModuleAnswer;

namespace fs = std::filesystem;

/// The cache that the engines of a host share: which files are complete.
struct Host {
  std::mutex mutex;
  std::set<modules::ContentHash> has;
};

/// An engine that takes a file's chunk when it is told to, and then each that follows, or one at a time.
class Engine {
 public:
  Engine(Host& host, const fs::path& folder, int id)
      : host_(host),
        entry_{id, Uuid::random(), 0, 0, {}, "ipc://" + (folder / std::to_string(id)).string(), "host"},
        line_(entry_.bulk_endpoint, 8, [this](auto ticket, messages::Message message) {
          const wire::Opened opened = wire::open_frame(std::move(message).share());
          const bool query = opened.kind == wire::MessageKind::module_query;
          if (query) return line_.answer(ticket, wire::encode(on(wire::decode_module_query(opened))));
          const std::lock_guard lock(mutex_);
          held_.push_back({ticket, wire::decode_module_chunk(opened)});
          changed_.notify_all();
        }) {}

  const wire::EngineEntry& entry() const { return entry_; }
  std::size_t taken() const { return taken_; }

  /// Waits for a chunk and answers it; whether one came before `stop`.
  template <class Stop>
  bool take_one(const Stop& stop) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, 1ms, [&] { return !held_.empty(); }))
      if (stop()) return false;
    const auto [ticket, chunk] = std::move(held_.front());
    held_.pop_front();
    ++taken_;
    bytes_ += chunk.bytes.size();
    if (bytes_ >= chunk.file.size) {
      const std::lock_guard host(host_.mutex);
      host_.has.insert(chunk.file.hash);
    }
    lock.unlock();
    line_.answer(ticket, wire::encode(ModuleAnswer{}));
    return true;
  }

 private:
  ModuleAnswer on(const wire::ModuleQuery& query) {
    const std::lock_guard lock(host_.mutex);
    ModuleAnswer answer;
    for (std::uint32_t i = 0; i < query.files.size(); ++i)
      if (!host_.has.contains(query.files[i].hash)) answer.missing.push_back(i);
    return answer;
  }

  Host& host_;
  const wire::EngineEntry entry_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<transport::Responder::Ticket, wire::ModuleChunk>> held_;
  std::uint64_t bytes_ = 0;
  std::atomic<std::size_t> taken_ = 0;
  transport::Responder line_;  // last: its requests use all of the above
};

class ModuleDeliveryTest : public testing::Test {
 protected:
  static constexpr std::size_t kChunks = 5;

  ModuleDeliveryTest() {
    std::string name = (fs::temp_directory_path() / "enginery-test-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    const std::string content(kChunks * wire::ModuleChunk::kSize, 'x'), path = folder_ / "program.so";
    std::ofstream(path) << content;
    const ModuleFile file{
        "program.so", path, {"c0ffee"}, modules::ContentHash::of(std::as_bytes(std::span(content))), content.size()};
    files_ = std::make_shared<modules::ModuleFiles>(
        std::vector{file}, std::vector<modules::ModuleFiles::Source>{{path, modules::FileStamp::of(path).value()}});
  }
  ~ModuleDeliveryTest() override { fs::remove_all(folder_); }

  fs::path folder_;
  std::shared_ptr<const modules::ModuleFiles> files_;
  Host host_;
};

/// A delivery in a thread of its own.
class Delivery {
 public:
  Delivery(const Engine& engine, const std::shared_ptr<const modules::ModuleFiles>& files)
      : thread_([this, &engine, files] {
          ModuleDelivery(engine.entry(), engine.entry().bulk_endpoint, files, [this](std::chrono::milliseconds time) {
            looked_ += time > 0ms;  // it asks so when it waits for somebody
            std::this_thread::sleep_for(time);
            return true;
          }).run();
          ended_ = true;
        }) {}
  ~Delivery() { thread_.join(); }
  bool ended() const { return ended_; }
  bool waits() const { return looked_ > 0; }

 private:
  std::atomic<bool> ended_ = false;
  std::atomic<int> looked_ = 0;
  std::thread thread_;
};

TEST_F(ModuleDeliveryTest, WhoWaitedForAnotherEnginesDeliverySendsNothing) {
  Engine first(host_, folder_, 0), second(host_, folder_, 1);
  {
    const Delivery to_first(first, files_);
    ASSERT_TRUE(first.take_one([] { return false; }));  // it has the turn
    const Delivery to_second(second, files_);
    while (!to_second.waits()) std::this_thread::yield();
    while (first.take_one([&] { return to_first.ended(); })) {}
    while (second.take_one([&] { return to_second.ended(); })) {}
  }
  EXPECT_EQ(first.taken(), kChunks);
  EXPECT_EQ(second.taken(), 0u);
}

TEST_F(ModuleDeliveryTest, OneThatIsSlowButMovesIsWaitedFor) {
  Engine first(host_, folder_, 0), second(host_, folder_, 1);
  {
    const Delivery to_first(first, files_);
    ASSERT_TRUE(first.take_one([] { return false; }));
    const Delivery to_second(second, files_);
    auto next = std::chrono::steady_clock::now();
    while (!to_first.ended() && !to_second.ended()) {  // each chunk in half of the time after which a turn is lost
      next += 1s;
      while (std::chrono::steady_clock::now() < next && !to_first.ended())
        second.take_one([&] { return std::chrono::steady_clock::now() >= next || to_first.ended(); });
      first.take_one([&] { return to_first.ended(); });
    }
    while (first.take_one([&] { return to_first.ended(); })) {}
    while (second.take_one([&] { return to_second.ended(); })) {}
  }
  EXPECT_EQ(first.taken(), kChunks);
  EXPECT_EQ(second.taken(), 0u);
}

}  // namespace
}  // namespace enginery
