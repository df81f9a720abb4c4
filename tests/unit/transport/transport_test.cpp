// tests/unit/transport/transport_test.cpp: requests, answers, and listeners that do not die.
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/processes/descriptor.hpp"
#include "core/transport/closing.hpp"
#include "core/transport/listener_guard.hpp"
#include "core/transport/publisher.hpp"
#include "core/transport/requester.hpp"
#include "core/transport/responder.hpp"
#include "core/transport/subscription.hpp"
#include "tests/deaf_peer.hpp"
#include "tests/unit/transport/messages.hpp"

namespace enginery::transport {
namespace {

using testing::HasSubstr;

class TransportTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "enginery-transport-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return (folder_ / "s").string(); }
  std::string url() const { return "ipc://" + path(); }
  sockaddr_un address() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path().c_str());
    return address;
  }
  ino_t file() const {
    struct stat at {};
    ::stat(path().c_str(), &at);
    return at.st_ino;
  }
  /// A listening socket at path(), in the place of what is there, without NNG.
  cluster::Descriptor listen_plainly(int flags = 0) const {
    ::unlink(path().c_str());
    const sockaddr_un at = address();
    cluster::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | flags, 0));
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    EXPECT_EQ(::listen(fd.get(), 8), 0);
    return fd;
  }

  std::filesystem::path folder_;
};

TEST_F(TransportTest, AnswersFindTheirRequestsInAnyOrder) {
  std::mutex mutex;
  std::vector<std::pair<Responder::Ticket, std::string>> held;
  // The responder calls into what outlives it; it answers a batch of fifty in reverse.
  std::atomic<Responder*> responder = nullptr;
  Responder serving(url(), 64, [&](Responder::Ticket ticket, Message request) {
    std::vector<std::pair<Responder::Ticket, std::string>> batch;
    {
      const std::lock_guard lock(mutex);
      held.emplace_back(ticket, text_of(request));
      if (held.size() == 50) batch = std::exchange(held, {});
    }
    for (auto at = batch.rbegin(); at != batch.rend(); ++at)
      responder.load()->answer(at->first, message_of(at->second + "!"));
  });
  responder = &serving;
  Requester requester(url());
  std::mutex answers_mutex;
  std::condition_variable changed;
  int right = 0, wrong = 0;
  for (int i = 0; i < 500; ++i)
    requester.send(message_of(std::to_string(i)), [&, i](Message answer, const char* failure) {
      const std::lock_guard lock(answers_mutex);
      ++(!failure && text_of(answer) == std::to_string(i) + "!" ? right : wrong);
      changed.notify_all();
    });
  std::unique_lock lock(answers_mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(20), [&] { return right + wrong == 500; }));
  EXPECT_EQ(wrong, 0);
}

TEST_F(TransportTest, WhereNobodyListensTheErrorNamesTheAddressAndTheRemedy) {
  try {
    Requester requester(url());
    FAIL();
  } catch (const ConnectionError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr(url()), HasSubstr("enginery start")));
  }
}

TEST_F(TransportTest, ARequesterIsQuietOnlyWhenAllIsAnswered) {
  std::optional<Responder::Ticket> ticket;
  std::mutex mutex;
  std::condition_variable came;
  Responder responder(url(), 4, [&](Responder::Ticket given, Message) {
    const std::lock_guard lock(mutex);
    ticket = given;
    came.notify_all();
  });
  Requester requester(url());
  requester.send(message_of("x"), [](Message, const char*) {});
  std::unique_lock lock(mutex);
  ASSERT_TRUE(came.wait_for(lock, std::chrono::seconds(20), [&] { return ticket.has_value(); }));
  EXPECT_EQ(requester.open(), 1u);
  EXPECT_FALSE(requester.quiet());
  responder.answer(*ticket, message_of("y"));
  while (!requester.quiet()) std::this_thread::yield();
  EXPECT_EQ(requester.open(), 0u);
}

/// Echoes at `url`.
class Echo {
 public:
  explicit Echo(const std::string& url)
      : responder_(url, 16, [this](Responder::Ticket ticket, Message request) {
          ++served_;
          responder_.answer(ticket, std::move(request));
        }) {}
  int served() const { return served_; }

 private:
  /// Never destroyed: the thread sanitizer does not see that NNG's threads have ended their calls when a socket is
  /// closed.
  static std::atomic<int>& counter() {
    static std::deque<std::atomic<int>> all;
    return all.emplace_back(0);
  }

  std::atomic<int>& served_ = counter();
  Responder responder_;  // last: a request may come before its constructor has returned
};

bool answers_anew(const std::string& url) try {
  Requester requester(url);
  return text_of(request(requester, message_of("anew"), 1)) == "anew";
} catch (const Error&) {
  return false;
}

bool comes_to_answer(const std::string& url, int seconds = 30) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (!answers_anew(url))
    if (std::chrono::steady_clock::now() > give_up) return false;
  return true;
}

TEST_F(TransportTest, AListenerAnswersWhateverProbesDoToIt) {
  const Echo echo(url());
  Requester before(url());
  EXPECT_EQ(text_of(request(before, message_of("first"), 10)), "first") << "it is connected, at both ends";
  // Without the hook of sendmsg the listeners of NNG 1.5.2 died in the first hundred probes, in 18 of 18 runs.
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 50; ++i) {
      const cluster::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM, 0));
      const sockaddr_un to = address();
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    ASSERT_TRUE(comes_to_answer(url(), 1)) << "after " << round << " rounds";
  }
  EXPECT_EQ(text_of(request(before, message_of("still there"), 10)), "still there");
}

TEST_F(TransportTest, ADialerWhoseListenerWentDuringTheGreetingDialsAgain) {
  const cluster::Descriptor listening = listen_plainly(SOCK_NONBLOCK);
  for (int i = 0; i < 50; ++i) {
    Subscriber subscriber(url(), "abc:", [](const Bytes&) {});
    for (int dials = 0; dials < 2; ++dials) {
      const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      cluster::Descriptor one;  // closed as soon as it is there, while it is greeted
      while (!one && std::chrono::steady_clock::now() < give_up)
        one = cluster::Descriptor(::accept(listening.get(), nullptr, nullptr));
      ASSERT_TRUE(one) << "of dialer " << i << " no dial but " << dials;
    }
    subscriber.leave_open();
  }
}

TEST(SendHookTest, OnlyNngsThreadsHearOfAResetInsteadOfABrokenPipe) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const cluster::Descriptor left(ends[0]);
  ::close(ends[1]);
  const auto error = [&] {
    const msghdr nothing{};
    EXPECT_EQ(::sendmsg(left.get(), &nothing, MSG_NOSIGNAL), -1);
    return errno;
  };
  EXPECT_EQ(error(), EPIPE);
  std::thread([&] {
    ::pthread_setname_np(::pthread_self(), "nng:task");
    EXPECT_EQ(error(), ECONNRESET);
  }).join();
}

TEST_F(TransportTest, PeersThatAskAndNeverReadKeepNobodyFromBeingAnswered) {
  const Echo echo(url());
  Requester before(url());
  EXPECT_EQ(text_of(request(before, message_of("first"), 10)), "first");
  std::vector<cluster::Descriptor> deaf;
  for (int i = 0; i < 4; ++i) {
    deaf.push_back(deaf_peer(path(), 2000));
    EXPECT_EQ(text_of(request(before, message_of("still there"), 10)), "still there") << i;
    EXPECT_TRUE(comes_to_answer(url())) << i;
  }
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(text_of(request(before, message_of("x"), 10)), "x");
  while (echo.served() < 4 * 2000 && std::chrono::steady_clock::now() - start < std::chrono::seconds(20))
    std::this_thread::yield();
  EXPECT_GE(echo.served(), 4 * 2000) << "they are heard themselves, too";
}

TEST_F(TransportTest, AListenerWhoseSocketSomebodyRemovedListensAgain) {
  const Echo echo(url());
  Requester before(url());
  EXPECT_EQ(text_of(request(before, message_of("first"), 10)), "first");
  ASSERT_EQ(::unlink(path().c_str()), 0);
  EXPECT_TRUE(comes_to_answer(url()));
  EXPECT_EQ(text_of(request(before, message_of("still there"), 10)), "still there");
}

TEST_F(TransportTest, AListenerThatIsSilentIsReplaced) {
  const Echo echo(url());
  Requester before(url());
  EXPECT_EQ(text_of(request(before, message_of("first"), 10)), "first");
  const cluster::Descriptor silent = listen_plainly();
  const ino_t silents = file();
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (file() == silents && std::chrono::steady_clock::now() < give_up) std::this_thread::yield();
  EXPECT_TRUE(comes_to_answer(url()));
  EXPECT_EQ(text_of(request(before, message_of("still there"), 10)), "still there");
}

TEST_F(TransportTest, AListenerThatIsSlowToAnswerIsNotReplaced) {
  const Responder guarded(url(), 1, [](Responder::Ticket, Message) {});
  // In its place one that has to wait for its processor: its greeting and its sign of life come after 0.6 s.
  const cluster::Descriptor slow = listen_plainly();
  const ino_t before = file();
  for (int asked = 0; asked < 3; ++asked) {
    pollfd next{slow.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&next, 1, 20'000), 1) << "the guard looks elsewhere";
    const cluster::Descriptor guard(::accept(slow.get(), nullptr, nullptr));
    ::poll(nullptr, 0, 600);
    constexpr unsigned char kSigns[] = {0, 'S', 'P', 0, 0, static_cast<unsigned char>(Protocol::rep), 0, 0, 1};
    ::send(guard.get(), kSigns, sizeof kSigns, MSG_NOSIGNAL);
  }
  EXPECT_EQ(file(), before);
}

TEST_F(TransportTest, ASubscriberHearsWhatItAskedForAndNothingElse) {
  Publisher publisher(url());
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> heard;
  Subscriber subscriber(url(), "abc:", [&](const Bytes& message) {
    const std::lock_guard lock(mutex);
    heard.emplace_back(message.text());
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  // Until it is connected what is published is lost, without a word.
  while (heard.empty()) {
    lock.unlock();
    publisher.publish(message_of("xyz:no"));
    publisher.publish(message_of("abc:yes"));
    lock.lock();
    changed.wait_for(lock, std::chrono::milliseconds(1));
  }
  EXPECT_THAT(heard, testing::Each("yes"));
}

TEST_F(TransportTest, ASubscriberEndsUnderTrafficWithoutHanging) {
  Publisher publisher(url());
  std::atomic<bool> done = false;
  std::thread pouring([&] {
    while (!done) {
      publisher.publish(message_of("abc:" + std::string(1000, 'x')));
      std::this_thread::sleep_for(std::chrono::microseconds(50));  // a rate, not an event: NNG wants its lock too
    }
  });
  for (int i = 0; i < 20; ++i) {
    std::atomic<bool> heard = false;
    Subscriber subscriber(url(), "abc:", [&](const Bytes&) { heard = true; });
    while (!heard) std::this_thread::yield();
    subscriber.leave_open();
  }
  done = true;
  pouring.join();
}

bool all_are_closed_but(std::size_t others) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (close_left_open() > others) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TEST_F(TransportTest, SubscribersThatWereLeftOpenAreClosedOnceTheirPeerIsSilent) {
  Publisher publisher(url());
  const auto subscribe = [&] {
    std::atomic<bool> heard = false;
    Subscriber subscriber(url(), "abc:", [&](const Bytes&) { heard = true; });
    while (!heard) publisher.publish(message_of("abc:x"));
    subscriber.leave_open();
  };
  const std::size_t others = close_left_open();  // of other tests; some of them are closed meanwhile
  for (int i = 0; i < 10; ++i) subscribe();
  EXPECT_GT(close_left_open(), 0u);
  EXPECT_TRUE(all_are_closed_but(others));
}

TEST(CloserTest, ASlowCloseHoldsUpNobodyForLongAndTheOthersFollow) {
  std::promise<void> go_on, all;
  std::vector<std::uint32_t> closed;  // by one thread
  Closer closer([&, slow = go_on.get_future().share()](std::uint32_t socket) {
    if (socket == 1) slow.wait();
    closed.push_back(socket);
    if (socket == 4) all.set_value();
  });
  const auto start = std::chrono::steady_clock::now();
  for (const std::uint32_t socket : {1, 2, 3, 4}) closer.close(socket);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 2 * Closer::kLongestClose);
  go_on.set_value();
  all.get_future().wait();
  EXPECT_EQ(closed, (std::vector<std::uint32_t>{1, 2, 3, 4}));
}

}  // namespace
}  // namespace enginery::transport
