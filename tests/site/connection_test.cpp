// SPDX-License-Identifier: Apache-2.0
// How connections to P/TCP behave: pieces, heaps, resets, heartbeats, and what is not a message (protocol.md 2, 5).
#include <doctest/doctest.h>

#include "site.hpp"
#include "wire/frame.hpp"

namespace junctor::site {
namespace {

constexpr Millis kSilence{300};
constexpr const char* kA = "127.0.0.2";
constexpr const char* kB = "127.0.0.3";

std::string framed(const std::string& payload) {
  std::string out;
  REQUIRE(wire::append_frame(payload, out));
  return out;
}

bool answers(wire::TcpClient& client) {
  client.send(hbb::TestNatRequest{});
  const auto answer = client.receive(testing::patient(wire::kPatience));
  return answer && answer->test_nat_response().port() == client.local_address().port;
}

TEST_CASE("several messages in one segment are all answered, in their order") {
  Site site;
  site.start();
  wire::TcpClient client = site.dial();
  hbb::OnlineRequest online;
  online.add_peers("nobody-here");
  const std::string nat = framed(wire::wrap_message(hbb::TestNatRequest{}));
  client.send_raw(nat + nat + framed(wire::wrap_message(online)) + nat);
  for (const bool is_nat : {true, true, false, true}) {
    const auto answer = client.receive(testing::patient(wire::kPatience));
    REQUIRE(answer);
    CHECK(answer->has_test_nat_response() == is_nat);
    CHECK(answer->has_online_response() != is_nat);
  }
}

TEST_CASE("a message that comes one byte at a time is understood") {
  Site site;
  site.start();
  wire::TcpClient client = site.dial();
  hbb::OnlineRequest online;
  for (int i = 0; i < 20; ++i) online.add_peers("somebody-" + std::to_string(i));
  for (const char byte : framed(wire::wrap_message(online))) client.send_raw(std::string(1, byte));
  const auto answer = client.receive(testing::patient(wire::kPatience));
  REQUIRE(answer);
  CHECK(answer->online_response().states() == std::string(3, '\0'));
}

TEST_CASE("a message with a reset right behind it is read") {
  Site site;
  site.start();
  Device b{site, kB};
  for (int round = 0; round < testing::scaled(30); ++round) {
    wire::TcpClient a = site.dial(kA);
    a.send(punch_request(site, b.id()));
    const hbb::RendezvousMessage push = b.pushed();
    wire::TcpClient answering = site.dial(kB);
    answering.send(hole_sent(b.id(), push.punch_hole().socket_addr()));
    answering.reset();
    const auto answer = a.receive(testing::patient(wire::kPatience));
    REQUIRE(answer);
    REQUIRE(answer->has_punch_hole_response());
  }
}

TEST_CASE("a heartbeat comes back, and none comes to who has sent none") {
  Site site;
  site.start();
  wire::TcpClient client = site.dial("127.0.0.1", -1);
  CHECK(client.receive_raw(1, kSilence).empty());
  client.send_raw(std::string(1, '\0'));
  CHECK(client.receive_raw(16, testing::patient(wire::kPatience)) == std::string(1, '\0'));
  CHECK(answers(client));
}

TEST_CASE("a message of the greatest length is taken, one byte more closes the connection") {
  Site site;
  site.start();
  // A member that nobody knows, in front of a question: 2 bytes of its number, 3 of its length.
  const std::string asked = wire::wrap_message(hbb::TestNatRequest{});
  const size_t unknown = wire::kDefaultMaxMessage - asked.size() - 5;
  std::string greatest = "\xe2\x03";  // 60, of a length
  for (size_t left = unknown; left > 0; left >>= 7)
    greatest += static_cast<char>((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
  greatest += std::string(unknown, 'x') + asked;
  REQUIRE(greatest.size() == wire::kDefaultMaxMessage);
  wire::TcpClient client = site.dial();
  client.send_raw(framed(greatest));
  CHECK(client.receive(testing::patient(wire::kPatience)));
  client.send_raw(framed(greatest + "x"));
  CHECK(client.wait_end());
  CHECK(site.metric("rendezvous", "refused", "reason=too_long") == 1);
}

TEST_CASE("what is not a message closes its connection and is counted") {
  Site site;
  site.start();
  for (const int offset : {0, -1}) {
    wire::TcpClient client = site.dial("127.0.0.1", offset);
    client.send_raw(framed("\xff\xff\xff\xff"));
    CHECK(client.wait_end());
  }
  CHECK(site.metric("rendezvous", "refused", "reason=malformed") == 2);
  wire::TcpClient side = site.dial("127.0.0.1", 1);
  side.send_raw(framed("\xff\xff\xff\xff"));
  CHECK(side.wait_end());
  CHECK(site.metric("relay", "refused", "reason=bad_request") == 1);
}

TEST_CASE("a kind that nobody serves here is passed over, and the connection stays") {
  Site site;
  site.start();
  wire::TcpClient client = site.dial();
  client.send(hbb::PeerDiscovery{});
  client.send(hbb::SoftwareUpdate{});
  client.send_raw(framed(std::string{"\xF8\x7F\x01", 3}));  // field 2047 of a later version
  CHECK(answers(client));
  wire::TcpClient nat = site.dial("127.0.0.1", -1);
  nat.send(punch_request(site, "nobody-here"));
  CHECK(answers(nat));
  CHECK(site.metric("rendezvous", "refused", "reason=unhandled") == 4);
}

TEST_CASE("half a message and silence close the connection; so does silence alone") {
  Site site{"[rendezvous]\nsilence = \"1s\"\n[relay]\ngreeting_timeout = \"1s\"\n"};
  site.start();
  for (const int offset : {-1, 0, 1}) {
    wire::TcpClient half = site.dial("127.0.0.1", offset);
    wire::TcpClient silent = site.dial("127.0.0.1", offset);
    half.send_raw(framed(std::string(100, 'x')).substr(0, 50));
    CHECK(half.wait_end());
    CHECK(silent.wait_end());
  }
  CHECK(site.metric("relay", "refused", "reason=greeting_timeout") == 2);
}

}  // namespace
}  // namespace junctor::site
