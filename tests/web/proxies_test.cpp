// SPDX-License-Identifier: Apache-2.0
// A site behind Debian's HAProxy and Caddy, as the samples in share/doc/proxy.md configure them: nothing of the text is
// changed but ports, addresses and the certificate's place.
#include <doctest/doctest.h>

#include <csignal>

#include "program.hpp"
#include "site.hpp"
#include "support/certificate.hpp"
#include "web_socket.hpp"

namespace junctor::web {
namespace {

using site::Site;
using testing::eventually;
using testing::LineClient;
using testing::patient;

constexpr const char* kHaproxy = "/usr/sbin/haproxy";
constexpr const char* kCaddy = "/usr/bin/caddy";
constexpr const char* kForgedHeaders =
    "X-Real-IP: 198.51.100.7\r\nX-Forwarded-For: 198.51.100.8\r\nForwarded: for=198.51.100.9\r\n";

/// The `number`th block of code in that language.
std::string sample_of(const std::string& language, int number = 0) {
  const std::string text = testing::read_file(JUNCTOR_PROXY_DOC);
  const std::string fence = "```" + language + "\n";
  size_t at = 0;
  for (int i = 0; i <= number; ++i) {
    at = text.find(fence, at);
    if (at == std::string::npos) throw std::runtime_error{"proxy.md has no such sample: " + language};
    at += fence.size();
  }
  return text.substr(at, text.find("```", at) - at);
}

void put(std::string& text, const std::string& from, const std::string& to) {
  size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error{"the sample lacks " + from};
  for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
}

/// A proxy as a process, in a directory of its own. https: the block's base; the ports after it are TCP's.
struct Front {
  explicit Front(const char* program) {
    need_program(program);
    const testing::Certificate pair = testing::make_certificate("rd.example.org");
    dir.write("both.pem", pair.certificate + pair.key);
    dir.write("cert.pem", pair.certificate);
    dir.write("key.pem", pair.key);
  }
  ~Front() {
    if (!process) return;
    process->signal(SIGTERM);
    process->wait();
  }
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  void run(const std::vector<std::string>& argv) {
    process = std::make_unique<testing::Process>(argv, dir.file("out"), dir.file("err"));
    eventually([&] { return !process->running() || LineClient::try_connect("127.0.0.1", https()); });
    if (!process->running()) throw std::runtime_error{argv[0] + " has ended:\n" + testing::read_file(dir.file("err"))};
  }
  uint16_t https() const { return ports.base(); }
  std::string port(int offset) const { return std::to_string(ports.base() + offset); }

  testing::TempDir dir;
  testing::PortBlock ports;
  std::unique_ptr<testing::Process> process;
};

std::string peer_address(Site& site, const std::string& id) {
  const auto row = site.server().ctl("peers", {id}).row("id", id);
  if (!row) return "none";
  const std::string address = row->getValue<std::string>("address");
  return address.substr(0, address.rfind(':'));
}

/// A device registers over WSS from `from`; the address under which it is known then.
std::string registered_as(Site& site, const Front& front, const std::string& from) {
  WssClient device{front.https(), "/ws/id", from, kForgedHeaders};
  const wire::Peer peer = wire::Peer::make();
  device->send_message(peer.register_pk());
  const auto answer = device->receive_message();
  if (!answer || answer->register_pk_response().result() != hbb::RegisterPkResponse::OK) return "not registered";
  return peer_address(site, peer.id);
}

/// A side over WSS and a side over TCP, on `relay`: 1 MiB each way.
bool relays_through(Site& site, const Front& front, const wire::Address& relay) {
  hbb::RequestRelay request;
  request.set_uuid("through-a-proxy");
  request.set_licence_key(site.key());
  WssClient a{front.https(), "/ws/relay"};
  a->send_message(request);
  wire::TcpClient b = wire::TcpClient::connect(relay);
  b.send(request);
  const std::string message(65536, 'm');
  for (int i = 0; i < 16; ++i) {
    a->send(message);
    if (b.receive_frame(patient(wire::kPatience)) != message) return false;
    b.send_frame(message);
    if (a->receive() != message) return false;
  }
  return true;
}

/// A call of the API reaches the server, which knows whose it is.
bool calls_as(Site& site, const Front& front, const std::string& from) {
  if (!site.server().ctl("log", {"debug"}).ok) return false;
  testing::TlsClient client{LineClient{"127.0.0.1", front.https(), from}};
  if (!client.handshake()) return false;
  client.send(std::string{"POST /api/none HTTP/1.1\r\nHost: rd.example.org\r\nContent-Length: 2\r\n"} + kForgedHeaders +
              "\r\n{}");
  const auto status = client.read_line();
  return status && status->find(" 404") != std::string::npos &&
         site.server().log_has("reason=not_found peer=" + from + ":", "path=/api/none");
}

}  // namespace

TEST_CASE("through HAProxy: WebSocket by headers, TCP by the PROXY protocol, each client under its own address") {
  Front front{kHaproxy};
  Site site{
      "[rendezvous]\nlisten = { address = \":P\", proxy_protocol = true, trusted_proxies = [\"127.0.0.1\"] }\n"
      "listen_nat = { address = \":P-1\", proxy_protocol = true, trusted_proxies = [\"127.0.0.1\"] }\n"
      "[relay]\nlisten = { address = \":P+1\", proxy_protocol = true, trusted_proxies = [\"127.0.0.1\"] }\n"
      "[ws_bridge]\ntrusted_proxies = [\"127.0.0.1\"]\n[http]\ntrusted_proxies = [\"127.0.0.1\"]\n"};
  site.start();
  std::string text = sample_of("haproxy");
  put(text, "bind :443 ", "bind :" + front.port(0) + " ");
  put(text, "/etc/haproxy/rd.example.org.pem", front.dir.file("both.pem"));
  for (const auto& [offset, own] : {std::pair{-1, 1}, std::pair{0, 2}, std::pair{1, 3}}) {
    const std::string there = std::to_string(21116 + offset);
    put(text, "bind :" + there + "\n", "bind :" + front.port(own) + "\n");
    put(text, "10.0.0.2:" + there + " ", site.at(offset).text() + " ");
  }
  put(text, "10.0.0.2:21114", site.at(-2).text());
  put(text, "10.0.0.2:21118", site.at(2).text());
  put(text, "10.0.0.2:21119", site.at(3).text());
  front.run({kHaproxy, "-db", "-f", front.dir.write("haproxy.cfg", text)});

  CHECK(registered_as(site, front, "127.0.0.5") == "127.0.0.5");
  const auto relay = wire::Address::parse("127.0.0.1:" + front.port(3));
  CHECK(relays_through(site, front, *relay));
  CHECK(calls_as(site, front, "127.0.0.6"));
}

TEST_CASE("through Caddy: WebSocket on its two ports, and everything on the one of HTTP") {
  for (const int number : {0, 1}) {
    CAPTURE(number);
    Front front{kCaddy};
    Site site{
        "[ws_bridge]\ntrusted_proxies = [\"127.0.0.1\"]\n"
        "[http]\nlisten = [\":P-2\"]\ntrusted_proxies = [\"127.0.0.1\"]\nclient_header = \"x-forwarded-for\"\n"};
    site.start();
    std::string text = sample_of("caddy", number);
    put(text, "rd.example.org {",
        ":" + front.port(0) + " {\n\ttls " + front.dir.file("cert.pem") + " " + front.dir.file("key.pem"));
    if (number == 0) {
      put(text, "127.0.0.1:21118", site.at(2).text());
      put(text, "127.0.0.1:21119", site.at(3).text());
    } else {
      put(text, "127.0.0.1:21114", site.at(-2).text());
    }
    const std::string around =
        "{\n\tadmin off\n\tauto_https off\n\tdefault_sni rd.example.org\n\tskip_install_trust\n}\n";
    front.run({"env", "HOME=" + front.dir.path(), "XDG_DATA_HOME=" + front.dir.path(),
               "XDG_CONFIG_HOME=" + front.dir.path(), kCaddy, "run", "--adapter", "caddyfile", "--config",
               front.dir.write("Caddyfile", around + text)});

    CHECK(registered_as(site, front, "127.0.0.5") == "127.0.0.5");
    CHECK(relays_through(site, front, site.at(1)));
    if (number == 1) CHECK(calls_as(site, front, "127.0.0.6"));
  }
}

}  // namespace junctor::web
