// tests/unit/clusters/endpoint_test.cpp: addresses that are taken, refused and chosen.
#include "core/clusters/address.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <enginery/errors.hpp>

#include "core/processes/host.hpp"

namespace enginery::cluster {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string refusal(const std::string& words) {
  try {
    ListenAt::parse(words);
  } catch (const ValueError& error) {
    return error.what();
  }
  return "taken";
}

TEST(Endpoint, OnlyWhatNamesASocketIsTaken) {
  EXPECT_EQ(Endpoint::parse("ipc:///run/x")->host, "/run/x");
  EXPECT_EQ(Endpoint::parse("tls+tcp://a-b.example:7001")->port, 7001);
  EXPECT_EQ(Endpoint::parse("tcp://[fe80::1]:1")->host, "[fe80::1]");
  for (const char* url : {"", "ipc://x", "ipc:///a\nb", "tcp://host", "tcp://:1", "tcp://host:0", "tcp://host:65536",
                          "tcp://host:1x", "tcp://host:-1", "tcp://a b:1", "tcp://fe80::1:1", "tls+tcp://host/x:1",
                          "ws://host:1", "inproc://x", "tls+tcp://[]:1"})
    EXPECT_FALSE(Endpoint::parse(url)) << url;
}

TEST(Endpoint, AHostIsTakenToListenAtOnlyIfOthersCouldReachIt) {
  EXPECT_EQ(ListenAt::parse("127.0.0.1").url(kTls, 1), "tls+tcp://127.0.0.1:0");
  EXPECT_EQ(ListenAt::parse("127.0.0.1:7001").url(kTls, 1), "tls+tcp://127.0.0.1:7002");
  EXPECT_THAT(refusal("127.0.0.1:65534"), HasSubstr("a port is 1 to 65533"));
  EXPECT_THAT(refusal("0.0.0.0"), HasSubstr("names no host"));
  EXPECT_THAT(refusal("no.such.host.invalid"), HasSubstr("is unknown here"));
  EXPECT_THAT(refusal("192.0.2.77"), HasSubstr("is not this host"));  // an address for documentation
  EXPECT_THAT(refusal("a b"), HasSubstr("is no HOST or HOST:PORT"));
  EXPECT_THAT(refusal(""), HasSubstr("is no HOST or HOST:PORT"));
}

TEST(Endpoint, TheWayToAHostHasAnAddressOfOurs) {
  EXPECT_EQ(own_address_towards("127.0.0.1"), "127.0.0.1");
  try {
    own_address_towards("no.such.host.invalid");
    FAIL();
  } catch (const ConnectionError& error) {
    EXPECT_THAT(error.what(),
                MatchesRegex("this host finds no way to no\\.such\\.host\\.invalid \\(.+\\); --listen .+"));
  }
}

Connection elsewhere() {
  Connection connection;
  connection.cluster = "lab";
  connection.hub.requests = "ipc:///no/such/socket";
  connection.hostname = "elsewhere";
  connection.boot = "another";
  return connection;
}

TEST(HubAddresses, AHubOfAnotherHostIsReachedAtItsRemoteAddressWithItsCredentials) {
  Connection connection = elsewhere();
  connection.remote = {"tls+tcp://a:1", "tls+tcp://a:2", Credentials{"a", "c", "k"}};
  EXPECT_EQ(hub_addresses(connection).requests.url, "tls+tcp://a:1");
  EXPECT_EQ(hub_addresses(connection).notifications.url, "tls+tcp://a:2");
  EXPECT_EQ(hub_addresses(connection).requests.credentials->key, "k");
}

TEST(HubAddresses, WhereTheHubListensOnItsHostOnlyTheRemedyIsSaid) {
  try {
    hub_addresses(elsewhere());
    FAIL();
  } catch (const ConnectionError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'lab' is on host elsewhere"), HasSubstr("enginery start --listen")));
  }
}

TEST(HubAddresses, OnItsOwnHostAHubIsReachedOverIpc) {
  Connection connection = elsewhere();
  connection.hostname = Host::self().name;
  connection.boot = Host::self().boot;
  EXPECT_EQ(hub_addresses(connection).requests.url, "ipc:///no/such/socket");
}

TEST(HubAddresses, AnEnginesWordDoesNotTurnEncryptionOff) {
  Connection connection = elsewhere();
  connection.remote = {"tls+tcp://a:1", "tls+tcp://a:2", Credentials{"a", "c", "k"}};
  EXPECT_EQ(remote_address(connection, "tls+tcp://b:3").credentials->certificate, "c");
  EXPECT_THROW(remote_address(connection, "tcp://b:3"), ConnectionError);
  EXPECT_THROW(remote_address(connection, "ipc:///b"), ConnectionError);
  connection.remote = {"tcp://a:1", "tcp://a:2"};
  EXPECT_EQ(remote_address(connection, "tcp://b:3").credentials, nullptr);
  EXPECT_THROW(remote_address(connection, "tls+tcp://b:3"), ConnectionError);
}

TEST(Host, OneKernelIsNotOneHostNorOneSetOfPids) {
  const Host host{"a", "boot", 7};
  EXPECT_TRUE(host.same_host(host) && host.same_pids(host));
  const Host container{"b", "boot", 8};
  EXPECT_FALSE(host.same_host(container) || host.same_pids(container));
  const Host same_name{"a", "other boot", 7};
  EXPECT_FALSE(host.same_host(same_name) || host.same_pids(same_name));
  EXPECT_FALSE(Host{}.same_host(Host{}) || Host{}.same_pids(Host{})) << "what is not known is not the same";
  EXPECT_TRUE(Host::self().same_pids(Host::self()));
}

}  // namespace
}  // namespace enginery::cluster
