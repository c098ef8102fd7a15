// SPDX-License-Identifier: Apache-2.0
// Limits under a clock turned by hand.
#include "net/limits.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace junctor::net;
using namespace std::chrono_literals;
using junctor::loop::FakeClock;

TEST_CASE("the total is bounded, and a release makes room") {
  FakeClock clock;
  Limits limits{{.max_connections = 2}, clock};
  const Address source = Address::v4(10, 0, 0, 1, 1);
  CHECK(limits.admit(source) == Refusal::kNone);
  CHECK(limits.admit(source) == Refusal::kNone);
  CHECK(limits.admit(source) == Refusal::kConnections);
  limits.release(source);
  CHECK(limits.admit(source) == Refusal::kNone);
  CHECK(limits.open() == 2);
  CHECK(limits.refused(Refusal::kConnections) == 1);
  CHECK(limits.sources() == 0);
}

TEST_CASE("one source is bounded whatever its port, an IPv6 source by its /64, and others are not harmed") {
  FakeClock clock;
  Limits limits{{.max_per_source = 1}, clock};
  CHECK(limits.admit(Address::v4(10, 0, 0, 1, 1)) == Refusal::kNone);
  CHECK(limits.admit(Address::v4(10, 0, 0, 1, 2)) == Refusal::kSourceConnections);
  CHECK(limits.admit(Address::v4(10, 0, 0, 2, 1)) == Refusal::kNone);
  CHECK(limits.admit(*Address::parse("[2001:db8::1]:1")) == Refusal::kNone);
  CHECK(limits.admit(*Address::parse("[2001:db8::ffff:1]:1")) == Refusal::kSourceConnections);
  CHECK(limits.admit(*Address::parse("[2001:db8:0:1::1]:1")) == Refusal::kNone);
  CHECK(limits.admit(Address::v4(0x20, 0x01, 0x0d, 0xb8, 1)) == Refusal::kNone);  // the same bytes as an IPv6 source's
  CHECK(limits.open() == 5);
}

TEST_CASE("new connections of a source are bounded per second") {
  FakeClock clock;
  Limits limits{{.new_per_second = 5}, clock};
  const Address source = Address::v4(10, 0, 0, 1, 1);
  const auto burst = [&] {
    int admitted = 0;
    for (int i = 0; i < 20; ++i) {
      if (limits.admit(source) != Refusal::kNone) continue;
      ++admitted;
      limits.release(source);
    }
    return admitted;
  };
  CHECK(burst() == 5);
  CHECK(burst() == 0);
  clock.advance(400ms);
  CHECK(burst() == 2);
  clock.advance(1h);
  CHECK(burst() == 5);
}

TEST_CASE("the table of sources stays within its bound, and idle sources make room for new ones") {
  FakeClock clock;
  Limits limits{{.max_per_source = 1, .new_per_second = 1, .max_sources = 160}, clock};
  int refused = 0;
  for (uint32_t i = 0; i < 10'000; ++i) {
    const Address source =
        Address::v4(10, static_cast<uint8_t>(i >> 16), static_cast<uint8_t>(i >> 8), static_cast<uint8_t>(i), 1);
    if (limits.admit(source) == Refusal::kNone) {
      limits.release(source);
    } else {
      ++refused;
    }
  }
  CHECK(refused == 0);
  CHECK(limits.sources() <= 160);
  clock.advance(2s);
  for (int i = 0; i < 200; ++i) limits.admit(Address::v4(11, 0, 0, static_cast<uint8_t>(i), 1));
  CHECK(limits.refused(Refusal::kSources) >= 40);
  CHECK(limits.sources() <= 160);
}

TEST_CASE("a whole network has no more than its share, and gives it back") {
  Limits limits{{.max_per_source = 2, .max_per_site = 3}};
  const auto v6 = [](uint8_t site, uint8_t subnet) {
    Address address = *Address::parse_ip("2001:db8::1");
    address.ip[5] = site;
    address.ip[7] = subnet;
    return address;
  };
  CHECK(limits.admit(v6(1, 0)) == Refusal::kNone);
  CHECK(limits.admit(v6(1, 0)) == Refusal::kNone);
  CHECK(limits.admit(v6(1, 0)) == Refusal::kSourceConnections);
  CHECK(limits.admit(v6(1, 1)) == Refusal::kNone);
  CHECK(limits.admit(v6(1, 2)) == Refusal::kSourceConnections);
  CHECK(limits.admit(v6(2, 2)) == Refusal::kNone);
  limits.release(v6(1, 0));
  CHECK(limits.admit(v6(1, 2)) == Refusal::kNone);
  for (uint8_t i = 0; i < 3; ++i) CHECK(limits.admit(Address::v4(10, 0, 0, i, 1)) == Refusal::kNone);
  CHECK(limits.admit(Address::v4(10, 0, 0, 3, 1)) == Refusal::kSourceConnections);
  CHECK(limits.admit(Address::v4(10, 0, 1, 3, 1)) == Refusal::kNone);
}

TEST_CASE("where a bound is nobody's word, who comes when the table is full is let in") {
  Limits limits{{.max_per_source = 1, .max_sources = 16, .refuse_beyond = false}};
  for (int i = 0; i < 200; ++i) {
    REQUIRE(limits.admit(Address::v4(10, 0, static_cast<uint8_t>(i), 1, 1)) == Refusal::kNone);
  }
  CHECK(limits.open() == 200);
  for (int i = 0; i < 200; ++i) limits.release(Address::v4(10, 0, static_cast<uint8_t>(i), 1, 1));
  CHECK(limits.open() == 0);
}

TEST_CASE("tickets of many threads come out even") {
  auto limits = std::make_shared<Limits>(LimitOptions{.max_connections = 64, .max_per_source = 32});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([limits, t] {
      for (int i = 0; i < 5000; ++i) {
        const Address source = Address::v4(10, 0, 0, static_cast<uint8_t>((i + t) % 7), 1);
        if (limits->admit(source) == Refusal::kNone) LimitTicket{limits, source};
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(limits->open() == 0);
}
