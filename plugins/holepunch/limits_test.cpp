// SPDX-License-Identifier: Apache-2.0
// Tests of Limits.
#include "limits.hpp"

#include <doctest/doctest.h>

#include <string>

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }

Limits::Rates rates() {
  Limits::Rates out;
  out.requests_per_address = 3;
  out.requests_per_id = 4;
  out.requests = 5;
  out.pushes_per_address = 4;
  out.unasked_relays = 1;
  out.exempt = {*wire::Network::parse("10.0.0.0/8")};
  return out;
}

template <class Allow>
int allowed(int times, Allow allow) {
  int count = 0;
  for (int i = 0; i < times; ++i) count += allow() ? 1 : 0;
  return count;
}

TEST_CASE("an address may ask so often a minute, whatever its port, and others are not held back by it") {
  Limits limits{{}, rates()};
  int port = 1000;
  const auto one = [&] { return limits.request(at("198.51.100.1:1").with_port(static_cast<uint16_t>(++port)), 100s); };
  CHECK(allowed(10, one) == 3);
  CHECK(limits.request(at("198.51.100.2:1"), 100s));
  CHECK(limits.request(at("198.51.100.1:1"), 120s));  // a third of a minute is worth one
  CHECK_FALSE(limits.request(at("198.51.100.1:1"), 121s));
}

TEST_CASE("a /64 of IPv6 is one client") {
  Limits limits{{}, rates()};
  int host = 0;
  const auto one = [&] { return limits.request(at("[2001:db8::" + std::to_string(++host) + "]:1"), 100s); };
  CHECK(allowed(10, one) == 3);
  CHECK(limits.request(at("[2001:db8:0:1::1]:1"), 100s));
}

TEST_CASE("all together may ask so often a minute") {
  Limits limits{{}, rates()};
  int host = 0;
  const auto one = [&] { return limits.request(at("198.51.100." + std::to_string(++host) + ":1"), 100s); };
  CHECK(allowed(10, one) == 5);
}

TEST_CASE("an id is asked for so often a minute, by whomever, and one client has half of it") {
  Limits limits{{}, rates()};
  const auto from = [&](const char* a) {
    return allowed(5, [&] { return limits.request_for("123456789", at(a), 100s); });
  };
  CHECK(from("198.51.100.1:1") == 2);
  CHECK(from("198.51.100.2:1") == 2);
  CHECK(from("198.51.100.3:1") == 0);
  CHECK(limits.request_for("987654321", at("198.51.100.1:1"), 100s));
}

TEST_CASE("an address is pushed to so often a minute, whatever is registered there, and for one client half of it") {
  Limits limits{{}, rates()};
  const auto from = [&](const char* a) {
    return allowed(5, [&] { return limits.push(at("192.0.2.1:6000"), at(a), 100s); });
  };
  CHECK(from("198.51.100.1:1") == 2);
  CHECK(from("198.51.100.2:1") == 2);
  CHECK_FALSE(limits.push(at("192.0.2.1:6001"), at("198.51.100.3:1"), 100s));
  CHECK(limits.push(at("192.0.2.2:6000"), at("198.51.100.1:1"), 100s));
}

TEST_CASE("whoever uses up what an id or an address may have leaves everybody else a hundredth") {
  Limits::Rates more = rates();
  more.requests_per_id = more.pushes_per_address = 600;
  Limits limits{{}, more};
  const auto from = [&](int host) {
    const auto a = at("198.51.100." + std::to_string(host) + ":1");
    const int pushed = allowed(1000, [&] { return limits.push(at("192.0.2.1:6000"), a, 100s); });
    CHECK(allowed(1000, [&] { return limits.request_for("123456789", a, 100s); }) == pushed);
    return pushed;
  };
  CHECK(from(1) == 300);
  CHECK(from(2) == 300);
  for (int honest = 3; honest < 40; ++honest) CHECK(from(honest) == 6);
}

TEST_CASE("exempt networks are neither counted nor refused") {
  Limits limits{{}, rates()};
  CHECK(allowed(50, [&] { return limits.request(at("10.1.1.1:1"), 100s); }) == 50);
  CHECK(allowed(50, [&] { return limits.request_for("123456789", at("10.1.1.1:1"), 100s); }) == 50);
  CHECK(allowed(50, [&] { return limits.push(at("10.1.1.1:1"), at("198.51.100.1:1"), 100s); }) == 50);
  CHECK(limits.request_for("123456789", at("198.51.100.1:1"), 100s));
}

TEST_CASE("without figures nothing is limited, and figures may change while it runs") {
  Limits limits{{}, {}};
  CHECK(allowed(1000, [&] { return limits.request(at("198.51.100.1:1"), 100s); }) == 1000);
  limits.configure(rates());
  CHECK(allowed(10, [&] { return limits.request(at("198.51.100.1:1"), 100s); }) == 3);
}

TEST_CASE("relays that nobody asked for before are limited by the second") {
  Limits limits{{}, rates()};
  const auto asks = [&](int host, Duration now) {
    return limits.unasked_relay(at("198.51.100." + std::to_string(host) + ":1"), now);
  };
  CHECK(asks(1, 100s));
  CHECK_FALSE(asks(1, 100500ms));
  CHECK_FALSE(asks(2, 100500ms));
  CHECK(asks(1, 101s));
}

TEST_CASE("one client has no more than a quarter of the relays that nobody asked for before") {
  Limits::Rates more = rates();
  more.unasked_relays = 20;
  Limits limits{{}, more};
  CHECK(allowed(100, [&] { return limits.unasked_relay(at("198.51.100.1:1"), 100s); }) == 5);
  CHECK(allowed(100, [&] { return limits.unasked_relay(at("198.51.100.2:1"), 100s); }) == 5);
}

}  // namespace
}  // namespace junctor::holepunch
