// SPDX-License-Identifier: Apache-2.0
// A site behind Debian's nginx, as share/nginx/junctor.conf configures it: WSS in front, the clients' own addresses
// behind.
#include "nginx.hpp"

#include <doctest/doctest.h>

#include <array>

#include "program.hpp"
#include "web_socket.hpp"

namespace junctor::web {
namespace {

using site::Device;
using site::Site;
using testing::LineClient;
using testing::patient;

constexpr const char* kTrusting =
    "[ws_bridge]\ntrusted_proxies = [\"127.0.0.1\"]\n[http]\ntrusted_proxies = [\"127.0.0.1\"]\n";
constexpr const char* kForged = "X-Real-IP: 198.51.100.7\r\nX-Forwarded-For: 198.51.100.8\r\n";

struct Proxied {
  explicit Proxied(const std::string& bridge = kTrusting) : site{bridge} {
    site.start();
    nginx.emplace(site, testing::make_certificate("rd.example.org"), JUNCTOR_WEB_PAGES);
  }
  WssClient client(const std::string& path, const std::string& from = "127.0.0.1") const {
    return WssClient{nginx->https(), path, from, kForged};
  }
  /// As `junctorctl peers ID` shows it, without the port.
  std::string address_of(const std::string& id) {
    const auto row = site.server().ctl("peers", {id}).row("id", id);
    if (!row) return "none";
    const std::string address = row->getValue<std::string>("address");
    return address.substr(0, address.rfind(':'));
  }

  Site site;
  std::optional<Nginx> nginx;
};

bool registers(WssClient& client, const wire::Peer& peer) {
  client->send_message(peer.register_pk());
  const auto answer = client->receive_message();
  return answer && answer->register_pk_response().result() == hbb::RegisterPkResponse::OK;
}

/// Asks for `b`, which is registered over UDP; the address under which the server makes the asker known to it.
std::string asks_as(Proxied& proxied, WssClient& a, Device& b) {
  a->send_message(site::punch_request(proxied.site, b.id()));
  const hbb::RendezvousMessage push = b.pushed();
  return push.has_punch_hole() ? site::decoded(push.punch_hole().socket_addr()).ip_text() : "none";
}

hbb::RequestRelay relay_request(Proxied& proxied, const std::string& uuid) {
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(proxied.site.key());
  return request;
}

/// `rounds` messages of 64 KiB each way, in turns.
bool exchange(WssClient& a, wire::TcpClient& b, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const std::string message(65536, static_cast<char>('a' + i));
    a->send(message);
    if (b.receive_frame(patient(wire::kPatience)) != message) return false;
    b.send_frame(message);
    if (a->receive() != message) return false;
  }
  return true;
}

TEST_CASE("through nginx a device is registered and found over WSS, each client under its own address") {
  need_program(kNginx);
  Proxied proxied;
  const wire::Peer peer = wire::Peer::make();
  WssClient device = proxied.client("/ws/id", "127.0.0.5");
  REQUIRE(registers(device, peer));
  CHECK(proxied.address_of(peer.id) == "127.0.0.5");

  wire::TcpClient a = proxied.site.dial("127.0.0.2");
  a.send(site::punch_request(proxied.site, peer.id));
  const auto push = device->receive_message();
  REQUIRE(push);
  CHECK(site::decoded(push->punch_hole().socket_addr()) == a.local_address());

  Device b{proxied.site, "127.0.0.3"};
  WssClient asking = proxied.client("/ws/id", "127.0.0.6");
  CHECK(asks_as(proxied, asking, b) == "127.0.0.6");
}

TEST_CASE("through nginx a WSS side and a TCP side are relayed, and nginx's reload cuts nothing") {
  need_program(kNginx);
  Proxied proxied;
  const wire::Peer peer = wire::Peer::make();
  WssClient device = proxied.client("/ws/id");
  REQUIRE(registers(device, peer));
  WssClient a = proxied.client("/ws/relay", "127.0.0.6");
  a->send_message(relay_request(proxied, "through-nginx"));
  wire::TcpClient b = proxied.site.dial("127.0.0.3", 1);
  b.send(relay_request(proxied, "through-nginx"));
  CHECK(exchange(a, b, 16));

  CHECK(proxied.nginx->reload());
  CHECK(exchange(a, b, 16));
  wire::TcpClient asking = proxied.site.dial("127.0.0.2");
  asking.send(site::punch_request(proxied.site, peer.id));
  const auto push = device->receive_message();
  REQUIRE(push);
  CHECK(push->has_punch_hole());
  WssClient fresh = proxied.client("/ws/id");
  CHECK(registers(fresh, wire::Peer::make()));
}

TEST_CASE("through nginx the API is served over https alone, each client under its own address") {
  need_program(kNginx);
  Proxied proxied;
  REQUIRE(proxied.site.server().ctl("log", {"debug"}).ok);
  const std::string request =
      std::string{"POST /api/none HTTP/1.1\r\nHost: rd.example.org\r\nContent-Length: 2\r\n"} + kForged + "\r\n{}";
  testing::TlsClient client{LineClient{"127.0.0.1", proxied.nginx->https(), "127.0.0.5"}};
  REQUIRE(client.handshake());
  client.send(request);
  CHECK(client.read_line() == "HTTP/1.1 404 Not Found\r");
  CHECK(proxied.site.server().log_has("reason=not_found peer=127.0.0.5:", "path=/api/none"));

  LineClient plain{"127.0.0.1", proxied.nginx->http()};
  plain.send(request);
  CHECK(plain.read_line() == "HTTP/1.1 308 Permanent Redirect\r");
}

TEST_CASE("without trusted_proxies nginx's word is not taken: everybody is nginx") {
  need_program(kNginx);
  Proxied proxied{"[ws_bridge]\n"};
  const wire::Peer peer = wire::Peer::make();
  WssClient device = proxied.client("/ws/id", "127.0.0.5");
  REQUIRE(registers(device, peer));
  CHECK(proxied.address_of(peer.id) == "127.0.0.1");
}

TEST_CASE("port 80 serves WebSocket clients that ask there, and sends browsers to HTTPS") {
  need_program(kNginx);
  Proxied proxied;
  LineClient plain{"127.0.0.1", proxied.nginx->http(), "127.0.0.5"};
  WebSocket<LineClient> device{plain, "/ws/id", kForged};
  const wire::Peer peer = wire::Peer::make();
  device.send_message(peer.register_pk());
  CHECK(device.receive_message());
  CHECK(proxied.address_of(peer.id) == "127.0.0.5");

  LineClient browser{"127.0.0.1", proxied.nginx->http()};
  browser.send("GET /page.html HTTP/1.1\r\nHost: rd.example.org\r\n\r\n");
  CHECK(browser.read_line() == "HTTP/1.1 301 Moved Permanently\r");
}

TEST_CASE("when the server restarts, nginx passes the end on and serves again without being told") {
  need_program(kNginx);
  Proxied proxied;
  WssClient device = proxied.client("/ws/id");
  REQUIRE(registers(device, wire::Peer::make()));
  proxied.site.server().restart();
  CHECK_FALSE(device->receive());
  WssClient again = proxied.client("/ws/id");
  CHECK(registers(again, wire::Peer::make()));
}

}  // namespace
}  // namespace junctor::web
