// tests/unit/transport/line_test.cpp: a connection that is always there.
#include "core/transport/line.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/processes/descriptor.hpp"
#include "tests/unit/transport/messages.hpp"

namespace enginery::transport {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

/// A peer whose connections can be cut, as no Responder's can. It answers pings, and a request with itself and a "!".
class Peer {
 public:
  explicit Peer(const std::string& path) : path_(path), listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    ::unlink(path.c_str());
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_.get(), 64), 0);
    EXPECT_EQ(::pipe(stop_), 0);
    serving_ = std::thread([this] { serve(); });
  }
  ~Peer() {
    ::close(stop_[1]);
    serving_.join();
    ::close(stop_[0]);
    ::unlink(path_.c_str());
  }

  enum class On { answer, cut, silence, deafness };
  /// What it does with the next request; then it answers again. Deafness: to all that comes over that connection.
  void next(On what) {
    const std::lock_guard lock(mutex_);
    next_ = what;
  }
  void deafen() {
    const std::lock_guard lock(mutex_);
    for (auto& [fd, deaf] : deaf_) deaf = true;
  }
  void cut() {
    const std::lock_guard lock(mutex_);
    for (const auto& [fd, deaf] : deaf_) ::shutdown(fd, SHUT_RDWR);
  }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  /// Over how many connections requests came. There may be more: NNG itself dials again.
  std::size_t connections() const {
    const std::lock_guard lock(mutex_);
    return used_.size();
  }

 private:
  static bool read(int fd, void* to, std::size_t size) {
    return ::recv(fd, to, size, MSG_WAITALL) == static_cast<ssize_t>(size);
  }
  /// One thread serves all: what it reads was sent whole.
  void serve() {
    for (;;) {
      std::vector<pollfd> all{{stop_[0], POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      for (const auto& [fd, connection] : open_) all.push_back({fd, POLLIN, 0});
      ::poll(all.data(), all.size(), -1);
      if (all[0].revents) return;
      if (all[1].revents) greet(::accept(listener_.get(), nullptr, nullptr));
      for (std::size_t i = 2; i < all.size(); ++i)
        if (all[i].revents && !answer(all[i].fd)) forget(all[i].fd);
    }
  }
  void greet(int fd) {
    constexpr unsigned char kGreeting[] = {0, 'S', 'P', 0, 0, 0x31, 0, 0};
    unsigned char theirs[sizeof kGreeting];
    ::send(fd, kGreeting, sizeof kGreeting, MSG_NOSIGNAL);
    open_.insert_or_assign(fd, cluster::Descriptor(fd));
    const std::lock_guard lock(mutex_);
    deaf_[fd] = false;
    serial_[fd] = ++serials_;
    static_cast<void>(read(fd, theirs, sizeof theirs));
  }
  bool answer(int fd) {
    unsigned char head[9];
    if (!read(fd, head, sizeof head)) return false;
    std::string frame(head[8], 0);
    if (!read(fd, frame.data(), frame.size())) return false;
    const std::string request = frame.substr(4);
    On what = On::answer;
    {
      const std::lock_guard lock(mutex_);
      if (deaf_[fd]) return true;
      if (request != "ping") {
        requests_.push_back(request);
        used_.insert(serial_[fd]);
        what = std::exchange(next_, On::answer);
        deaf_[fd] = what == On::deafness;
        frame += "!";
      }
    }
    if (what == On::cut) return false;
    if (what != On::answer) return true;
    std::string reply(reinterpret_cast<const char*>(head), 8);
    reply += static_cast<char>(frame.size());
    reply += frame;
    ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
    return true;
  }
  void forget(int fd) {
    const std::lock_guard lock(mutex_);
    deaf_.erase(fd);
    open_.erase(fd);
  }

  const std::string path_;
  const cluster::Descriptor listener_;
  int stop_[2] = {-1, -1};
  std::map<int, cluster::Descriptor> open_;  // its thread's
  mutable std::mutex mutex_;
  std::map<int, bool> deaf_;
  std::vector<std::string> requests_;
  std::set<int> used_;
  std::map<int, int> serial_;
  int serials_ = 0;
  On next_ = On::answer;
  std::thread serving_;
};

class LineTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "enginery-line-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    line_ = std::make_unique<Line>("ipc://" + path());
  }
  void TearDown() override {
    line_.reset();
    peer_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::string path() const { return (folder_ / "s").string(); }
  void start_peer() { peer_ = std::make_unique<Peer>(path()); }
  std::string ask(std::string_view text, Line::Repeat repeat = Line::Repeat::no, std::chrono::milliseconds time = 20s) {
    return text_of(line_->ask(message_of(text), std::chrono::steady_clock::now() + time, repeat));
  }

  /// Waits until the line is up, or down: down by NNG's word, which does not always come.
  bool becomes(bool up) const {
    for (int i = 0; line_->up() != up && i < 4000; ++i) ::poll(nullptr, 0, 5);
    return line_->up() == up;
  }

  std::filesystem::path folder_;
  std::unique_ptr<Line> line_;
  std::unique_ptr<Peer> peer_;
};

TEST_F(LineTest, ManyQuestionsGoOverOneConnection) {
  start_peer();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(ask("x"), "x!");
  EXPECT_EQ(peer_->connections(), 1u);
}

TEST_F(LineTest, WhatIsSentBeforeThePeerIsThereIsAnsweredOnceItIs) {
  std::promise<std::string> answered;
  EXPECT_FALSE(line_->send(message_of("early"), [&](Message answer, const char*) {
    answered.set_value(text_of(answer));
  })) << "it waits";
  EXPECT_TRUE(line_->look());
  start_peer();
  EXPECT_EQ(answered.get_future().get(), "early!");
  EXPECT_FALSE(line_->look());
  EXPECT_TRUE(line_->up());
}

TEST_F(LineTest, ALostConnectionIsNotGivenTheNextRequest) {
  start_peer();
  EXPECT_EQ(ask("first"), "first!");
  peer_->cut();
  ASSERT_TRUE(becomes(false)) << "NNG has not told of the loss";
  EXPECT_EQ(ask("second"), "second!");
  EXPECT_EQ(peer_->connections(), 2u);
  peer_.reset();
  start_peer();
  EXPECT_EQ(ask("third", Line::Repeat::yes), "third!") << "another process listens there now";
}

TEST_F(LineTest, ARequestIsNotSentTwice) {
  start_peer();
  peer_->next(Peer::On::cut);
  EXPECT_THROW(ask("once"), ConnectionError);
  EXPECT_EQ(ask("next"), "next!");
  EXPECT_THAT(peer_->requests(), ElementsAre("once", "next"));
}

TEST_F(LineTest, AQuestionThatMayBeRepeatedIsAskedOverTheNextConnection) {
  start_peer();
  peer_->next(Peer::On::cut);
  EXPECT_EQ(ask("again", Line::Repeat::yes), "again!");
  EXPECT_THAT(peer_->requests(), ElementsAre("again", "again"));
  peer_->next(Peer::On::silence);
  EXPECT_EQ(ask("louder", Line::Repeat::yes), "louder!");
  EXPECT_EQ(peer_->connections(), 3u);
}

TEST_F(LineTest, WhoIsSilentIsWaitedForUntilTheDeadlineAndLeftIfItDoesNotHearEither) {
  start_peer();
  EXPECT_EQ(ask("first"), "first!");  // a dial may take longer than the deadlines below
  peer_->next(Peer::On::silence);
  EXPECT_THROW(ask("x", Line::Repeat::no, 50ms), TimeoutError);
  EXPECT_EQ(ask("y"), "y!");
  EXPECT_EQ(peer_->connections(), 1u) << "it may have been busy";
  peer_->next(Peer::On::deafness);
  EXPECT_THROW(ask("x", Line::Repeat::no, 50ms), TimeoutError);
  EXPECT_EQ(ask("y"), "y!");
  EXPECT_EQ(peer_->connections(), 2u);
}

TEST_F(LineTest, ARequestThatGoesOutOnceDoesNotWaitOverAConnectionWhoseLossNobodyHasTold) {
  start_peer();
  EXPECT_EQ(ask("first"), "first!");
  peer_->deafen();
  EXPECT_EQ(ask("second"), "second!");
  EXPECT_EQ(peer_->connections(), 2u);
  EXPECT_THAT(peer_->requests(), ElementsAre("first", "second"));
}

TEST_F(LineTest, WhereNobodyListensOneWaitsAsLongAsItIsWorthWhile) {
  const auto never = std::chrono::steady_clock::now() + 1h;
  int dials = 0;
  try {
    line_->ask(message_of("x"), never, Line::Repeat::no, [&] { return ++dials < 3; });
    FAIL();
  } catch (const ConnectionError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr(path()), HasSubstr("enginery start")));
  }
  EXPECT_EQ(dials, 3);
  EXPECT_THROW(ask("x", Line::Repeat::no, 2s), ConnectionError) << "the refusal says more than the time";
}

TEST_F(LineTest, WhoLetsInAndNeverSpeaksIsDialledAgain) {
  start_peer();
  const std::string mute = path() + "2";
  std::filesystem::rename(path(), mute);
  const cluster::Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, path().c_str());
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 64), 0);
  auto answer = std::async(std::launch::async, [this] { return ask("x"); });
  pollfd dial{listener.get(), POLLIN, 0};
  ASSERT_EQ(::poll(&dial, 1, 20'000), 1);
  std::filesystem::rename(mute, path());
  EXPECT_EQ(answer.get(), "x!");
}

TEST_F(LineTest, WhatIsDroppedIsNotSent) {
  line_->send(message_of("dropped"), [](Message, const char*) { ADD_FAILURE(); });
  line_->drop();
  EXPECT_FALSE(line_->look());
  start_peer();
  EXPECT_EQ(ask("kept"), "kept!");
  EXPECT_THAT(peer_->requests(), ElementsAre("kept"));
}

TEST_F(LineTest, WhatDoesNotWaitForAConnectionHasItDialled) {
  start_peer();
  std::promise<std::string> failed;
  line_->send_if_up(message_of("x"), [&](Message, const char* failure) { failed.set_value(failure); });
  EXPECT_EQ(failed.get_future().get(), "no connection");
  ASSERT_TRUE(becomes(true));
  std::promise<std::string> answered;
  line_->send_if_up(message_of("y"), [&](Message answer, const char*) { answered.set_value(text_of(answer)); });
  EXPECT_EQ(answered.get_future().get(), "y!");
  EXPECT_THAT(peer_->requests(), ElementsAre("y"));
}

TEST_F(LineTest, ARenewedLineLeavesWhatIsOpenToBeAnswered) {
  start_peer();
  EXPECT_EQ(ask("first"), "first!");
  line_->renew();
  EXPECT_FALSE(line_->up());
  EXPECT_EQ(ask("second"), "second!");
  EXPECT_EQ(peer_->connections(), 2u);
}

TEST_F(LineTest, AStoppedLineFailsThoseThatWait) {
  auto answer = std::async(std::launch::async, [this] { return ask("x"); });
  while (answer.wait_for(1ms) == std::future_status::timeout) line_->stop();
  EXPECT_THROW(answer.get(), ConnectionError);
  start_peer();
  EXPECT_THROW(ask("x"), ConnectionError);
  EXPECT_EQ(peer_->connections(), 0u);
}

TEST_F(LineTest, AnEndWaitsForWhatWasSaid) {
  start_peer();
  EXPECT_EQ(ask("x"), "x!");
  std::promise<std::string> answered;
  line_->send(message_of("bye"), [&](Message answer, const char*) { answered.set_value(text_of(answer)); });
  line_->end(std::chrono::steady_clock::now() + 20s);
  EXPECT_EQ(answered.get_future().wait_for(0s), std::future_status::ready);
  EXPECT_FALSE(line_->up());
}

TEST_F(LineTest, AShortRemainderCostsAConnectionOnlyAfterAnother) {
  start_peer();
  EXPECT_EQ(ask("first"), "first!");
  peer_->next(Peer::On::silence);
  EXPECT_THROW(ask("x", Line::Repeat::yes, 50ms), TimeoutError);
  EXPECT_TRUE(line_->up());
  EXPECT_EQ(ask("y", Line::Repeat::yes), "y!");
  EXPECT_EQ(peer_->connections(), 1u);
  peer_->deafen();
  EXPECT_THROW(ask("x", Line::Repeat::yes, 50ms), TimeoutError);
  EXPECT_THROW(ask("x", Line::Repeat::yes, 50ms), TimeoutError);
  EXPECT_EQ(ask("z", Line::Repeat::yes, 900ms), "z!");
  EXPECT_EQ(peer_->connections(), 2u);
}

}  // namespace
}  // namespace enginery::transport
