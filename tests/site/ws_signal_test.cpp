// SPDX-License-Identifier: Apache-2.0
// Signalling over WebSocket against the real server: upgrade, frames, registration, push, online query, proxies.
#include <doctest/doctest.h>

#include <chrono>

#include "ws_client.hpp"

namespace junctor::site {
namespace {

using namespace std::chrono_literals;
using namespace ws_bridge::testing;
using testing::patient;

constexpr const char* kBridge = "[ws_bridge]\n";

hbb::RegisterPkResponse register_over(WsClient& client, const wire::Peer& peer) {
  client.send_message(peer.register_pk());
  const auto answer = client.receive_message(patient(wire::kPatience));
  REQUIRE(answer);
  REQUIRE(answer->has_register_pk_response());
  return answer->register_pk_response();
}

bool is_online(WsClient& client, const std::string& id) {
  hbb::OnlineRequest request;
  request.set_id("123456789");
  request.add_peers("987654321");
  request.add_peers(id);
  client.send_message(request);
  const auto answer = client.receive_message(patient(wire::kPatience));
  REQUIRE(answer);
  return answer->online_response().states() == "\x40";
}

TEST_CASE("a device registers over WebSocket, is found online, and is pushed to until its connection ends") {
  Site site{kBridge};
  site.start();
  const wire::Peer peer = wire::Peer::make();
  WsClient asking{site};
  {
    WsClient device{site, {.from = "127.0.0.5"}};
    const auto registered = register_over(device, peer);
    CHECK(registered.result() == hbb::RegisterPkResponse::OK);
    CHECK(registered.keep_alive() > 0);
    CHECK(is_online(asking, peer.id));

    wire::TcpClient a = site.dial("127.0.0.2");
    a.send(punch_request(site, peer.id));
    const auto push = device.receive_message(patient(wire::kPatience));
    REQUIRE(push);
    REQUIRE(push->has_punch_hole());
    CHECK(decoded(push->punch_hole().socket_addr()) == a.local_address());
    CHECK(site.metric("ws_bridge", "connections", "for=signalling") == 2);
  }
  CHECK(testing::eventually([&] { return !is_online(asking, peer.id); }));
}

TEST_CASE("a WebSocket client asks for a device, and its answer comes back") {
  Site site{kBridge};
  site.start();
  Device b{site, "127.0.0.3"};
  WsClient a{site, {.from = "127.0.0.2"}};
  a.send_message(punch_request(site, b.id()));
  const hbb::RendezvousMessage push = b.pushed();
  REQUIRE(push.has_punch_hole());
  hbb::PunchHoleSent sent;
  sent.set_id(b.id());
  sent.set_socket_addr(push.punch_hole().socket_addr());
  sent.set_version("1.3.8");
  wire::TcpClient answering = site.dial("127.0.0.3");
  answering.send(sent);
  const auto answer = a.receive_message(patient(wire::kPatience));
  REQUIRE(answer);
  CHECK(answer->has_punch_hole_response());
}

TEST_CASE("a registered WebSocket client gets heartbeats, and is dropped when it is silent") {
  Site site{std::string{kBridge} + "[rendezvous]\nkeep_alive = \"5s\"\n"};
  site.start();
  const wire::Peer alive = wire::Peer::make(), dead = wire::Peer::make();
  WsClient living{site}, dying{site};
  register_over(living, alive);
  register_over(dying, dead);
  const auto begin = std::chrono::steady_clock::now();
  int beats = 0;
  while (std::chrono::steady_clock::now() - begin < 11s) {
    const auto beat = living.receive(1s);
    if (!beat || !beat->empty()) continue;
    ++beats;
    living.send("");
  }
  CHECK(beats >= 2);
  CHECK_FALSE(living.close_code());
  CHECK(dying.wait_close(patient(wire::kPatience)) == 1000);
}

TEST_CASE("an upgrade that comes byte by byte, with frames right behind it, is served") {
  Site site{kBridge};
  site.start();
  wire::TcpClient client = site.dial("127.0.0.1", 2);
  hbb::OnlineRequest request;
  request.set_id("123456789");
  request.add_peers("987654321");
  for (const char byte : upgrade() + binary(wire::wrap_message(request))) client.send_raw({&byte, 1});
  std::string got = client.receive_exactly(100, patient(300ms));
  for (int i = 0; i < 50 && got.find('\x82') == std::string::npos; ++i) got += client.receive_raw(4096, patient(100ms));
  CHECK(got.compare(0, 12, "HTTP/1.1 101") == 0);
  got.erase(0, got.find("\r\n\r\n") + 4);
  const auto frame = take_frame(got);
  REQUIRE(frame);
  CHECK(frame->opcode == 2);
}

TEST_CASE("what is no upgrade gets a short answer and a close, a slow one a close") {
  Site site{"[ws_bridge]\nhandshake_timeout = \"500ms\"\nhead_max = \"1KiB\"\nlisten_shared = [\":P-2\"]\n"};
  site.start();
  const auto begins = [&](const std::string& bytes, const std::string& status, int offset = 2) {
    const std::string answer = http_answer(site, bytes, offset);
    INFO(answer);
    CHECK(answer.compare(0, 12 + 1, "HTTP/1.1 " + status + " ") == 0);
    return answer;
  };
  CHECK(begins("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "426").find("signalling port of a RustDesk server") !=
        std::string::npos);
  CHECK(begins("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "426", 3).find("relay port") != std::string::npos);
  begins("POST / HTTP/1.1\r\nHost: h\r\n\r\n", "405");
  begins("GET / HTTP/1.1\r\nbroken\r\n\r\n", "400");
  begins(upgrade("/", "X: " + std::string(2000, 'x') + "\r\n"), "431");
  begins(upgrade("/other"), "404", -2);
  CHECK(http_answer(site, upgrade().substr(0, 30)).empty());
  CHECK(http_answer(site, "").empty());
  CHECK(site.metric("ws_bridge", "refused", "reason=handshake_timeout") == 2);
  CHECK(site.metric("ws_bridge", "refused", "reason=not_found") == 1);
}

TEST_CASE("one port serves both by path, and a listener can be switched off") {
  Site site{"[ws_bridge]\nlisten = []\nlisten_relay = []\nlisten_shared = [\":P-2\"]\n"};
  site.start();
  CHECK_THROWS(site.dial("127.0.0.1", 2));
  WsClient signalling{site, {.offset = -2, .path = "/ws/id"}};
  CHECK_FALSE(is_online(signalling, "123456789"));
  WsClient relay{site, {.offset = -2, .path = "/ws/relay?x=y"}};
  CHECK(site.metric("ws_bridge", "connections", "for=signalling") == 1);
  WsClient text{site, {.offset = -2, .path = "/ws/id/"}};
  hbb::OnlineRequest request;
  request.set_id("123456789");
  text.send_bytes(ClientFrame{1, wire::wrap_message(request)}.bytes());
  CHECK(text.receive_message(patient(wire::kPatience)));
}

TEST_CASE("without rendezvous and relay the bridge says at start what it needs") {
  testing::Server server;
  server.conf("10-site", "[ws_bridge]\n");
  CHECK_THROWS_WITH(server.start(), doctest::Contains("ws_bridge serves [rendezvous], [relay] or both"));
}

TEST_CASE("control frames and closes are answered as the RFC has it") {
  Site site{kBridge};
  site.start();
  WsClient pinging{site};
  pinging.send_bytes(ping("") + pong("unasked") + ping(std::string(125, 'p')));
  CHECK(pinging.receive_frame(patient(wire::kPatience))->opcode == 10);
  CHECK(pinging.receive_frame(patient(wire::kPatience))->payload == std::string(125, 'p'));
  pinging.send_bytes(close_frame(3000, "bye") + ping("after"));
  CHECK(pinging.wait_close(patient(wire::kPatience)) == 3000);
  CHECK(pinging.tcp().wait_end(patient(wire::kPatience)));

  const auto code_after = [&](const std::string& bytes) {
    WsClient client{site};
    client.send_bytes(bytes);
    const auto code = client.wait_close(patient(wire::kPatience));
    CHECK(client.tcp().wait_end(patient(wire::kPatience)));
    return code;
  };
  ClientFrame bare;
  bare.masked = false;
  CHECK(code_after(bare.bytes()) == 1002);
  CHECK(code_after(ClientFrame{3, ""}.bytes()) == 1002);
  CHECK(code_after(close_frame(1005)) == 1002);
  CHECK(code_after(close_frame(1000, "\xff")) == 1007);
  CHECK(code_after(ClientFrame{8, ""}.bytes()) == 1005);
  CHECK(code_after(binary(std::string(65537, 'x'))) == 1009);
  CHECK(code_after(ClientFrame{2, std::string(65000, 'x'), false}.bytes() +
                   ClientFrame{0, std::string(600, 'x')}.bytes()) == 1009);
  CHECK(code_after(binary("\x0b\x0b\x0b")) == 1008);
}

TEST_CASE("a proxy that is trusted names the client, another one does not") {
  Site site{"[ws_bridge]\ntrusted_proxies = [\"127.0.0.9\"]\n"};
  site.start();
  Device b{site, "127.0.0.3"};
  const auto seen = [&](const std::string& from, const std::string& headers) {
    WsClient a{site, {.headers = headers, .from = from}};
    a.send_message(punch_request(site, b.id()));
    const auto push = b.pushed();
    REQUIRE(push.has_punch_hole());
    const wire::Address named = decoded(push.punch_hole().socket_addr());
    CHECK(named.port == a.tcp().local_address().port);
    return named.ip_text();
  };
  CHECK(seen("127.0.0.9", "X-Real-IP: 198.51.100.7\r\n") == "198.51.100.7");
  CHECK(seen("127.0.0.9", "X-Forwarded-For: 198.51.100.8, 127.0.0.9\r\n") == "198.51.100.8");
  CHECK(seen("127.0.0.8", "X-Real-IP: 198.51.100.7\r\n") == "127.0.0.8");
}

}  // namespace
}  // namespace junctor::site
