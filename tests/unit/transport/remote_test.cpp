// tests/unit/transport/remote_test.cpp: listeners for other hosts, and the strangers that come to them.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/clusters/certificates.hpp"
#include "core/processes/descriptor.hpp"
#include "core/transport/publisher.hpp"
#include "core/transport/remote_listener.hpp"
#include "core/transport/requester.hpp"
#include "core/transport/responder.hpp"
#include "core/transport/subscription.hpp"
#include "tests/unit/transport/messages.hpp"

namespace enginery::transport {
namespace {

using cluster::Descriptor;
using testing::HasSubstr;

/// A responder that sends back what it gets, on this host and for others.
class RemoteTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "enginery-remote-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    own_ = cluster::make_credentials();
    echo_ = std::make_unique<Responder>("ipc://" + path(), 16, [this](Responder::Ticket ticket, Message request) {
      ++served_;
      echo_->answer(ticket, std::move(request));
    });
    url_ = echo_->listen({"tls+tcp://127.0.0.1:0", own_});
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return (folder_ / "s").string(); }
  Address address() const { return {url_, own_}; }
  std::string ask(Requester& requester) { return text_of(request(requester, message_of("question"), 20)); }
  std::string ask_anew() {
    const auto requester = connect(address(), 20);
    return ask(*requester);
  }
  static std::string refusal(const Address& address) {
    try {
      connect(address, 20);
    } catch (const Error& error) {
      return error.what();
    }
    return "let in";
  }
  /// A stranger's connection, without NNG; none when there are no descriptors left.
  Descriptor stranger() const {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url_.substr(url_.rfind(':') + 1))));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!fd) return fd;
    EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    return fd;
  }
  /// Waits until the other side has ended it.
  static bool is_cut(const Descriptor& fd, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (char byte[256];;) {
      const auto left =
          std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
      pollfd wait{fd.get(), POLLIN, 0};
      if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) != 1) return false;
      if (::recv(fd.get(), byte, sizeof byte, 0) <= 0) return true;
    }
  }

  std::filesystem::path folder_;
  Credentials own_;
  std::string url_;
  std::atomic<int> served_ = 0;
  std::unique_ptr<Responder> echo_;
};

TEST_F(RemoteTest, WhoHasTheSameCredentialsIsAnswered) {
  EXPECT_THAT(url_, testing::MatchesRegex("tls\\+tcp://127.0.0.1:[0-9]+"));
  EXPECT_EQ(ask_anew(), "question");
  Requester local("ipc://" + path());
  EXPECT_EQ(ask(local), "question") << "on this host as before";
}

TEST_F(RemoteTest, WhoHasOthersCredentialsIsRefusedByBothSides) {
  const Credentials other = cluster::make_credentials();
  EXPECT_THAT(refusal({url_, other}), HasSubstr("copy the file anew"));
  // One that believes everything, and one that believes ours but cannot prove itself.
  EXPECT_THAT(refusal({url_, Credentials{own_.authority, other.certificate, other.key}}),
              HasSubstr("copy the file anew"));
  EXPECT_NE(refusal({url_, Credentials{other.authority, own_.certificate, own_.key}}), "let in");
  EXPECT_EQ(served_, 0);
  EXPECT_EQ(ask_anew(), "question");
}

TEST_F(RemoteTest, WhoSpeaksNoTlsIsRefused) {
  const std::string plain = "tcp" + url_.substr(url_.find(':'));
  EXPECT_NE(refusal(plain), "let in");
  EXPECT_NE(refusal(url_), "let in") << "TLS without a certificate";
  EXPECT_EQ(served_, 0);
  EXPECT_EQ(ask_anew(), "question");
}

TEST_F(RemoteTest, ProbesAndGarbageHarmNobody) {
  const auto before = connect(address(), 20);
  EXPECT_EQ(ask(*before), "question");
  for (int i = 0; i < 200; ++i) {
    const Descriptor probe = stranger(), garbage = stranger();
    EXPECT_EQ(::send(garbage.get(), "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL), 18);
    if (i % 10 == 0) {
      EXPECT_EQ(ask(*before), "question");
      EXPECT_EQ(ask_anew(), "question");
    }
  }
  const Descriptor last = stranger();
  ::send(last.get(), "\x16\x03\x01\x00\x05hello", 10, MSG_NOSIGNAL);
  EXPECT_TRUE(is_cut(last, std::chrono::seconds(20)));
  EXPECT_EQ(ask(*before), "question");
}

/// How a TLS 1.2 client begins: with ciphers for both kinds of certificates.
std::string client_hello() {
  using namespace std::string_literals;
  const std::string extensions =
      "\0\x0a\0\4\0\2\0\x17"            // the curve secp256r1
      "\0\x0b\0\2\1\0"                  // uncompressed points
      "\0\x0d\0\x08\0\6\4\3\4\1\2\1"s;  // signatures by ECDSA and RSA
  const std::string body = "\3\3" + std::string(32, 'r') +
                           "\0\0\4\xc0\x2b\xc0\x2f\1\0\0"s  // no session, two ciphers, no compression
                           + static_cast<char>(extensions.size()) + extensions;
  const auto framed = [](std::string header, const std::string& what) {
    return header + static_cast<char>(what.size()) + what;
  };
  return framed("\x16\3\1\0"s, framed("\1\0\0"s, body));
}

TEST_F(RemoteTest, AStrangerWhoGoesDuringTheHandshakeMakesNobodyDeaf) {
  const auto before = connect(address(), 20);
  EXPECT_EQ(ask(*before), "question");
  const std::string hello = client_hello();
  // Without the hook of sendmsg the listener of NNG 1.5.2 was deaf in 6 of 6 runs.
  for (int i = 0; i < 400; ++i) {
    Descriptor gone = stranger();
    ASSERT_EQ(::send(gone.get(), hello.data(), hello.size(), MSG_NOSIGNAL), std::ssize(hello));
    if (i == 0) {
      char kind = 0;
      EXPECT_EQ(::recv(gone.get(), &kind, 1, 0), 1);
      EXPECT_EQ(kind, '\x16') << "it is greeted, and not refused";
    }
    const linger none{1, 0};  // so its end is a reset
    ::setsockopt(gone.get(), SOL_SOCKET, SO_LINGER, &none, sizeof none);
    gone = Descriptor();
    if (i % 20 == 0) {
      ASSERT_EQ(ask_anew(), "question") << "after " << i;
    }
  }
  EXPECT_EQ(ask_anew(), "question");
  EXPECT_EQ(ask(*before), "question");
}

TEST_F(RemoteTest, AHandshakeThatStallsIsCutAndOthersGoOn) {
  const Descriptor silent = stranger(), half = stranger();
  ::send(half.get(), "\x16\x03\x01\x02\x00\x01", 6, MSG_NOSIGNAL);  // a greeting that promises more
  const auto inside = connect(address(), 20);
  EXPECT_EQ(ask(*inside), "question");
  EXPECT_TRUE(is_cut(silent, RemoteListener::kPatience + std::chrono::seconds(20)));
  EXPECT_TRUE(is_cut(half, std::chrono::seconds(20)));
  EXPECT_EQ(ask(*inside), "question") << "it is older, and had proved itself";
  EXPECT_EQ(ask_anew(), "question");
}

TEST_F(RemoteTest, OfMoreStrangersThanThereIsRoomForTheOldestAreCutAtOnce) {
  std::vector<Descriptor> strangers;
  for (std::size_t i = 0; i < RemoteListener::kMostStrangers; ++i) strangers.push_back(stranger());
  const auto inside = connect(address(), 20);
  EXPECT_EQ(ask(*inside), "question");
  pollfd wait{strangers[0].get(), POLLIN, 0};
  EXPECT_EQ(::poll(&wait, 1, 2500), 0) << "there is room for these, and they have been seen";
  for (int i = 0; i < 20; ++i) strangers.push_back(stranger());
  const auto begin = std::chrono::steady_clock::now();
  int cut = 0;
  for (std::size_t i = 0; i < RemoteListener::kMostStrangers && cut < 20; ++i)
    cut += is_cut(strangers[i], std::chrono::milliseconds(i == 0 ? 5000 : 100));
  EXPECT_GE(cut, 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, RemoteListener::kPatience);
  EXPECT_EQ(ask(*inside), "question");
  EXPECT_EQ(ask_anew(), "question");
}

TEST_F(RemoteTest, StrangersThatTookAllDescriptorsAreCut) {
  const auto inside = connect(address(), 20);
  std::vector<Descriptor> strangers;
  strangers.push_back(stranger());
  EXPECT_EQ(ask_anew(), "question") << "so that one has been accepted, which came before";
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit few{static_cast<rlim_t>(Descriptor(::dup(0)).get()) + 60, limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  // Of each, both ends are ours.
  for (Descriptor one = stranger(); one; one = stranger()) strangers.push_back(std::move(one));
  EXPECT_TRUE(is_cut(strangers[0], RemoteListener::kPatience + std::chrono::seconds(20)));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(ask(*inside), "question");
}

TEST_F(RemoteTest, AMessageOverTheLimitEndsOnlyTheConnectionThatSentIt) {
  const auto good = connect(address(), 20), bad = connect(address(), 20);
  EXPECT_EQ(ask(*good), "question");
  EXPECT_THROW(request(*bad, Message(messages::kLargest + 1), 20), ConnectionError);
  EXPECT_EQ(ask(*good), "question");
  EXPECT_EQ(ask_anew(), "question");
  EXPECT_EQ(served_, 3);
}

TEST_F(RemoteTest, APublisherIsHeardOverTlsByWhoBelongsAndByNobodyElse) {
  Publisher publisher("ipc://" + path() + "p");
  const std::string url = publisher.listen({"tls+tcp://127.0.0.1:0", own_});
  std::atomic<int> heard = 0, overheard = 0;
  const Subscriber friends({url, own_}, "abc:", [&](const Bytes&) { ++heard; });
  const Subscriber others({url, cluster::make_credentials()}, "abc:", [&](const Bytes&) { ++overheard; });
  const Subscriber plain("tcp" + url.substr(url.find(':')), "abc:", [&](const Bytes&) { ++overheard; });
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (heard < 100 && std::chrono::steady_clock::now() < give_up) {
    publisher.publish(message_of("abc:text"));
    ::poll(nullptr, 0, 5);  // a rate: until it is connected what is published is lost
  }
  EXPECT_GE(heard, 100);
  EXPECT_EQ(overheard, 0);
}

/// The bytes that NNG's ipc transport expects: a greeting as REQ, and one request.
std::string ipc_request() {
  using namespace std::string_literals;
  return "\0SP\0\0\x30\0\0"
         "\1\0\0\0\0\0\0\0\x0c\x80\0\0\1"
         "question"s;
}

TEST_F(RemoteTest, AnotherUserIsRefusedOverIpcAndTheListenerGoesOn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  std::filesystem::permissions(folder_, std::filesystem::perms::all);
  std::filesystem::permissions(path(), std::filesystem::perms::all);
  const std::string bytes = ipc_request();
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::strcpy(to.sun_path, path().c_str());
  /// So often does a process of that user hear nothing but the greeting before it is cut.
  const auto refused = [&](uid_t user, int tries) {
    const pid_t child = ::fork();
    if (child == 0) {  // it touches neither NNG nor memory
      int cut = 0;
      if (::setuid(user) != 0) ::_exit(255);
      for (int i = 0; i < tries; ++i) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
        char answer[64];
        std::size_t got = 0;
        if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) ::_exit(254);
        if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) ::_exit(253);
        while (got <= 8) {
          const ssize_t more = ::recv(fd, answer + got, sizeof answer - got, 0);
          if (more <= 0) break;
          got += static_cast<std::size_t>(more);
        }
        cut += got <= 8;
        ::close(fd);
      }
      ::_exit(cut);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WEXITSTATUS(status);
  };
  EXPECT_EQ(refused(0, 10), 0);
  EXPECT_EQ(served_, 10);
  EXPECT_EQ(refused(65534, 100), 100);
  EXPECT_EQ(served_, 10);
  Requester local("ipc://" + path());
  EXPECT_EQ(ask(local), "question");
}

}  // namespace
}  // namespace enginery::transport
