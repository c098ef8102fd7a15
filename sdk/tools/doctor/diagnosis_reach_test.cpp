// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <cerrno>

#include "tools/doctor/diagnosis.hpp"
#include "tools/doctor/words.hpp"

using namespace junctor::tools::doctor;

namespace {

Address at(const std::string& text) { return Address::parse(text).value(); }
Address ip(const std::string& text) { return Address::parse_ip(text).value(); }

Target target(const std::string& host) {
  Target made;
  made.server = {host, kDefaultPort};
  return made;
}

PortSeen port(const std::string& address, int error) { return {at(address), error, Millis{7}}; }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a name that does not resolve has failed, one with an address is good") {
  CHECK(diagnose_name(target("rd.example.org"), {{}, "Name or service not known", Millis{3}}).result ==
        Result::kFailed);
  CHECK(diagnose_name(target("rd.example.org"), {{}, "", Millis{3}}).result == Result::kFailed);
  const Check good = diagnose_name(target("rd.example.org"), {{ip("203.0.113.7"), ip("2001:db8::7")}, "", Millis{3}});
  CHECK(good.result == Result::kOk);
  CHECK(good.ms == 3);
  CHECK(has(good.detail, "203.0.113.7, 2001:db8::7"));
}

TEST_CASE("a private address is worth a word where the name is public, and only there") {
  const NameSeen inside{{ip("192.168.1.5")}, "", Millis{1}};
  CHECK(diagnose_name(target("rd.example.org"), inside).result == Result::kWarning);
  CHECK(diagnose_name(target("rd.lan"), inside).result == Result::kOk);
  CHECK(diagnose_name(target("box"), inside).result == Result::kOk);
  CHECK(diagnose_name(target("192.168.1.5"), inside).result == Result::kOk);
}

TEST_CASE("refused, silent and unreachable ports lead to different places") {
  const auto judged = [](int error) {
    return diagnose_signalling({port("203.0.113.7:21116", error)}, at("203.0.113.7:21116"));
  };
  CHECK(judged(0).result == Result::kOk);
  const Check refused = judged(ECONNREFUSED);
  CHECK(refused.result == Result::kFailed);
  CHECK(has(refused.hint, "nothing listens on TCP port 21116"));
  const Check silent = judged(ETIMEDOUT);
  CHECK(silent.result == Result::kFailed);
  CHECK(has(silent.hint, "firewall"));
  CHECK(has(judged(EHOSTUNREACH).hint, "No route"));
  CHECK(has(judged(EACCES).hint, "this machine's firewall"));
  CHECK(judged(EINVAL).result == Result::kFailed);
}

TEST_CASE("an address of the name that does not serve is a warning, a family that this machine lacks is not") {
  const Address used = at("203.0.113.7:21116");
  const auto judged = [&](int error) {
    return diagnose_signalling({port("[2001:db8::7]:21116", error), port("203.0.113.7:21116", 0)}, used);
  };
  CHECK(judged(ETIMEDOUT).result == Result::kWarning);
  CHECK(has(judged(ETIMEDOUT).detail, "2001:db8::7"));
  CHECK(judged(ENETUNREACH).result == Result::kOk);
  CHECK(judged(0).result == Result::kOk);
}

TEST_CASE("the NAT port must be open, the relay's may be elsewhere") {
  CHECK(diagnose_nat_port(port("203.0.113.7:21115", ETIMEDOUT)).result == Result::kFailed);
  CHECK(diagnose_nat_port(port("203.0.113.7:21115", 0)).result == Result::kOk);
  CHECK(diagnose_relay_port(port("203.0.113.7:21117", ECONNREFUSED)).result == Result::kWarning);
  CHECK(diagnose_relay_port(port("203.0.113.7:21117", 0)).result == Result::kOk);
}

TEST_CASE("WebSocket that is not served is no fault, a stranger on its port is") {
  CHECK(diagnose_websocket(name::kWebSocket, {port("203.0.113.7:21118", ECONNREFUSED), ""}).result == Result::kSkipped);
  CHECK(
      diagnose_websocket(name::kWebSocket, {port("203.0.113.7:21118", 0), "HTTP/1.1 101 Switching Protocols"}).result ==
      Result::kOk);
  const Check stranger = diagnose_websocket(name::kWebSocket, {port("203.0.113.7:21118", 0), "HTTP/1.1 404 Not Found"});
  CHECK(stranger.result == Result::kWarning);
  CHECK(has(stranger.detail, "404"));
}

TEST_CASE("private addresses are known by their networks") {
  for (const char* text : {"10.1.2.3", "172.31.0.1", "192.168.0.1", "100.64.0.1", "169.254.1.1", "127.0.0.1", "fd00::1",
                           "fe80::1", "::1"}) {
    CAPTURE(text);
    CHECK(is_private(ip(text)));
  }
  for (const char* text : {"172.32.0.1", "100.128.0.1", "203.0.113.7", "2001:db8::1"}) {
    CAPTURE(text);
    CHECK_FALSE(is_private(ip(text)));
  }
}
