// tests/unit/transport/line_lack_test.cpp: a connection for which this process lacks something.
#include <poll.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/transport/closing.hpp"
#include "core/transport/line.hpp"
#include "core/transport/responder.hpp"
#include "tests/unit/transport/messages.hpp"

namespace {

/// So many allocations of this thread from now on, and the next one fails. Negative: none does.
thread_local int allocations_left = -1;

}  // namespace

void* operator new(std::size_t size) {
  const bool fails = allocations_left >= 0 && allocations_left-- == 0;
  void* const memory = fails ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (!memory) throw std::bad_alloc();
  return memory;
}
// g++ 12 at -O1 inlines the one and not the other, and takes the pair for a mistake.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace enginery::transport {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// While it lives, this process can have no further thread: its stack would be larger than any address space.
class NoThreads {
 public:
  NoThreads() {
    EXPECT_EQ(::pthread_getattr_default_np(&former_), 0);
    pthread_attr_t large;
    ::pthread_attr_init(&large);
    EXPECT_EQ(::pthread_attr_setstacksize(&large, std::size_t{1} << 47), 0);
    EXPECT_EQ(::pthread_setattr_default_np(&large), 0);
    ::pthread_attr_destroy(&large);
  }
  ~NoThreads() {
    ::pthread_setattr_default_np(&former_);
    ::pthread_attr_destroy(&former_);
  }
  NoThreads(const NoThreads&) = delete;
  NoThreads& operator=(const NoThreads&) = delete;

 private:
  pthread_attr_t former_;
};

class LineLackTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "enginery-lack-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    line_ = std::make_unique<Line>(url());
  }
  void TearDown() override {
    line_.reset();
    peer_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string url() const { return "ipc://" + (folder_ / "s").string(); }
  void start_peer() {
    peer_ = std::make_unique<Responder>(url(), 4, [this](Responder::Ticket ticket, Message request) {
      peer_->answer(ticket, message_of(text_of(request) + "!"));
    });
  }
  static std::string ask(Line& line) {
    return text_of(line.ask(message_of("y"), std::chrono::steady_clock::now() + 5s, Line::Repeat::yes));
  }

  std::filesystem::path folder_;
  std::unique_ptr<Line> line_;
  std::unique_ptr<Responder> peer_;
};

TEST_F(LineLackTest, WhoLacksThreadsPausesBetweenAttempts) {
  // Two ask, and do not wake each other.
  std::atomic<bool> begins = false;
  std::atomic<int> attempts = 0;
  const auto ask_in_vain = [&] {
    while (!begins) std::this_thread::yield();
    EXPECT_THROW(line_->ask(message_of("x"), std::chrono::steady_clock::now() + 300ms, Line::Repeat::no,
                            [&] { return ++attempts > 0; }),
                 ConnectionError);
  };
  std::thread other(ask_in_vain);
  {
    const NoThreads lack;
    begins = true;
    ask_in_vain();
    other.join();
  }
  EXPECT_LE(attempts, 14) << "one each 50 ms";
  start_peer();
  EXPECT_EQ(ask(*line_), "y!");
}

TEST_F(LineLackTest, ALackIsToldOnlyWhileSomebodyNeedsTheConnection) {
  const auto wait = [this] { line_->send(message_of("x"), [](Message, const char*) {}); };
  const NoThreads lack;
  wait();
  EXPECT_EQ(line_->take_lack(), std::nullopt) << "it may pass";
  ::poll(nullptr, 0, 2050);  // a lack that lasts two seconds is told
  EXPECT_THAT(line_->take_lack().value_or(""), HasSubstr("thread"));
  wait();
  line_->look();
  ::poll(nullptr, 0, 2050);
  line_->drop();
  EXPECT_EQ(line_->take_lack(), std::nullopt) << "nobody needs it";
  line_->send_if_up(message_of("x"), [](Message, const char*) {});
  ::poll(nullptr, 0, 2050);
  line_->send_if_up(message_of("x"), [](Message, const char*) {});
  wait();
  EXPECT_EQ(line_->take_lack(), std::nullopt) << "the need is new";
}

TEST_F(LineLackTest, ALineThatHadNoMemoryForADialDialsAgain) {
  start_peer();
  const Line::OnAnswer nothing = [](Message, const char*) {};
  for (int allocation = 0, left = 0; left <= 0; ++allocation) {
    Line line(url());
    Message message = message_of("x");
    allocations_left = allocation;
    try {
      line.send_if_up(std::move(message), nothing);
    } catch (const std::bad_alloc&) {
      // It could not say so either.
    }
    left = std::exchange(allocations_left, -1) + 1;
    EXPECT_EQ(ask(line), "y!");
  }
}

TEST(CloserLackTest, WhatIsClosedWithoutThreadsIsClosedWithTheNext) {
  std::promise<void> both;
  std::vector<std::uint32_t> closed;  // by one thread
  std::optional<NoThreads> lack(std::in_place);
  Closer closer([&](std::uint32_t socket) {
    closed.push_back(socket);
    if (socket == 2) both.set_value();
  });
  closer.close(1);
  EXPECT_EQ(closed, std::vector<std::uint32_t>{});
  lack.reset();
  closer.close(2);
  both.get_future().wait();
  EXPECT_EQ(closed, (std::vector<std::uint32_t>{1, 2}));
}

}  // namespace
}  // namespace enginery::transport
