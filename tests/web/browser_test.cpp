// SPDX-License-Identifier: Apache-2.0
// Debian's Chromium as A, on page.html: it asks for a device over WSS and swaps bytes with it through the relay, on
// which the device, B, is a plain TCP side.
#include <doctest/doctest.h>
#include <openssl/sha.h>

#include <array>
#include <cstdio>

#include "browser.hpp"
#include "nginx.hpp"
#include "program.hpp"

namespace junctor::web {
namespace {

using site::Device;
using site::Site;
using testing::Millis;
using testing::patient;

constexpr size_t kBytes = 1 << 20;
constexpr Millis kStart{60'000};  // a browser's, on a busy machine
constexpr const char* kName = "rd.example.org";

/// What a client of a name expects of it: the relay under the same name, whatever its port.
const std::string kNamedRelay = std::string{"[[holepunch.relay]]\naddress = \""} + kName + ":21117\"\n";

std::string sha256(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  std::string text;
  for (const unsigned char byte : digest) {
    std::array<char, 3> hex{};
    std::snprintf(hex.data(), hex.size(), "%02x", byte);
    text += hex.data();
  }
  return text;
}

std::string escaped(const std::string& base64) {
  std::string text;
  for (const char c : base64) text += c == '+' ? "%2B" : c == '=' ? "%3D" : std::string(1, c);
  return text;
}

std::string parameters(Site& site, const std::string& id) {
  return "#bytes=" + std::to_string(kBytes) + "&id=" + id + "&key=" + escaped(site.key());
}

/// B cannot punch: it answers with the relay at once. The uuid that it has chosen.
std::string answer_with_relay(Site& site, Device& b) {
  const auto push = b.pushed(kStart);
  REQUIRE(push.has_punch_hole());
  CHECK(push.punch_hole().force_relay());
  hbb::RelayResponse answer;
  answer.set_socket_addr(push.punch_hole().socket_addr());
  answer.set_relay_server(push.punch_hole().relay_server());
  answer.set_uuid("chosen-by-b");
  answer.set_id(b.id());
  answer.set_version("1.4.0");
  site.dial("127.0.0.3").send(answer);
  return answer.uuid();
}

/// B punches, A fails to get through and asks for the relay, B gives the go-ahead. The uuid that A has chosen.
std::string answer_with_punch(Site& site, Device& b) {
  const auto push = b.pushed(kStart);
  REQUIRE(push.has_punch_hole());
  hbb::PunchHoleSent sent;
  sent.set_socket_addr(push.punch_hole().socket_addr());
  sent.set_id(b.id());
  sent.set_version("1.4.0");
  site.dial("127.0.0.3").send(sent);
  const auto request = b.pushed(kStart);
  REQUIRE(request.has_request_relay());
  hbb::RelayResponse go_ahead;
  go_ahead.set_socket_addr(request.request_relay().socket_addr());
  site.dial("127.0.0.3").send(go_ahead);
  return request.request_relay().uuid();
}

struct Swapped {
  std::string sent, received;
  int sent_messages = 0, received_messages = 0;
};

/// B's part on the relay. Its messages are of other sizes than A's, so that no frame of one ends where the other's
/// does.
Swapped swap(Site& site, const std::string& uuid) {
  wire::TcpClient b = site.dial("127.0.0.3", 1);
  hbb::RequestRelay request;
  request.set_uuid(uuid);
  request.set_licence_key(site.key());
  b.send(request);
  Swapped all;
  while (all.sent.size() < kBytes) {
    const size_t size = std::min<size_t>(kBytes - all.sent.size(), 1 + all.sent.size() % 70'000);
    std::string message(size, static_cast<char>(all.sent_messages++));
    b.send_frame(message);
    all.sent += message;
  }
  while (all.received.size() < kBytes) {
    const auto message = b.receive_frame(patient(kStart));
    REQUIRE(message);
    all.received += *message;
    ++all.received_messages;
  }
  CHECK(b.receive_frame(patient(kStart)) == "got it");
  return all;
}

void check(Browser& browser, const Swapped& b) {
  const auto a = browser.result();
  REQUIRE(a->getValue<std::string>("outcome") == "passed");
  CHECK(a->getValue<std::string>("relay") == std::string{kName} + ":21117");
  CHECK(a->getValue<std::string>("received") == sha256(b.sent));
  CHECK(a->getValue<int>("received_messages") == b.sent_messages);
  CHECK(a->getValue<std::string>("sent") == sha256(b.received));
  CHECK(a->getValue<int>("sent_messages") == b.received_messages);
}

TEST_CASE("behind nginx a browser on a page of the site's own reaches a device through the relay") {
  need_program(kChromium);
  need_program(kNginx);
  Site site{"[ws_bridge]\ntrusted_proxies = [\"127.0.0.1\"]\n" + kNamedRelay};
  site.start();
  const auto pair = testing::make_certificate(kName);
  const Nginx nginx{site, pair, JUNCTOR_WEB_PAGES};
  Device b{site, "127.0.0.3"};
  Browser browser{std::string{"https://"} + kName + "/page.html" + parameters(site, b.id()), nginx.https(), pair};
  const Swapped swapped = swap(site, answer_with_relay(site, b));
  check(browser, swapped);
}

/// Both paths on one port with a certificate: no proxy.
struct Direct {
  Direct() : pair{testing::make_certificate(kName)} {
    site.server().files().write("data/c.pem", pair.certificate);
    site.server().files().write("data/k.pem", pair.key);
    site.start();
  }
  /// A page that lies on the browser's own disk.
  std::string url(const std::string& id) {
    return std::string{"file://"} + JUNCTOR_WEB_PAGES + "/page.html" + parameters(site, id) + "&server=wss://" + kName;
  }

  testing::Certificate pair;
  Site site{
      "[ws_bridge]\nlisten_shared = [{ address = \":P-2\", tls = { certificate = \"c.pem\", key = \"k.pem\" } }]\n" +
      kNamedRelay};
};

TEST_CASE("without a proxy a browser reaches a device that punches in vain, through the relay that it then asks for") {
  need_program(kChromium);
  Direct direct;
  Device b{direct.site, "127.0.0.3"};
  Browser browser{direct.url(b.id()) + "&punch", direct.site.at(-2).port, direct.pair};
  const Swapped swapped = swap(direct.site, answer_with_punch(direct.site, b));
  check(browser, swapped);
}

TEST_CASE("a browser that asks for a device that nobody knows is told so") {
  need_program(kChromium);
  Direct direct;
  Browser browser{direct.url("123456789"), direct.site.at(-2).port, direct.pair};
  CHECK(browser.result()->getValue<std::string>("outcome") == "ID_NOT_EXIST");
}

}  // namespace
}  // namespace junctor::web
