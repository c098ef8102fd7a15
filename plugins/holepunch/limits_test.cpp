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
  out.requests_per_id = 2;
  out.requests = 5;
  out.pushes_per_address = 2;
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

TEST_CASE("an id is asked for so often a minute, by whomever") {
  Limits limits{{}, rates()};
  CHECK(allowed(5, [&] { return limits.request_for("123456789", at("198.51.100.1:1"), 100s); }) == 2);
  CHECK_FALSE(limits.request_for("123456789", at("198.51.100.2:1"), 100s));
  CHECK(limits.request_for("987654321", at("198.51.100.1:1"), 100s));
}

TEST_CASE("an address is pushed to so often a minute, whatever is registered there") {
  Limits limits{{}, rates()};
  CHECK(allowed(5, [&] { return limits.push(at("192.0.2.1:6000"), 100s); }) == 2);
  CHECK_FALSE(limits.push(at("192.0.2.1:6001"), 100s));
  CHECK(limits.push(at("192.0.2.2:6000"), 100s));
}

TEST_CASE("exempt networks are neither counted nor refused") {
  Limits limits{{}, rates()};
  CHECK(allowed(50, [&] { return limits.request(at("10.1.1.1:1"), 100s); }) == 50);
  CHECK(allowed(50, [&] { return limits.request_for("123456789", at("10.1.1.1:1"), 100s); }) == 50);
  CHECK(allowed(50, [&] { return limits.push(at("10.1.1.1:1"), 100s); }) == 50);
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
  CHECK(limits.unasked_relay(100s));
  CHECK_FALSE(limits.unasked_relay(100500ms));
  CHECK(limits.unasked_relay(101s));
}

}  // namespace
}  // namespace junctor::holepunch
