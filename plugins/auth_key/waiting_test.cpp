// SPDX-License-Identifier: Apache-2.0
// The list of waiting devices: its bounds, and whom it forgets.
#include "auth_key/waiting.hpp"

#include <doctest/doctest.h>

#include "auth_key/test_values.hpp"

namespace junctor::auth {
namespace {

using namespace std::chrono_literals;
using Note = Waiting::Note;

Device device(const std::string& id, const char* from = "192.0.2.1", const std::string& claim = "c") {
  return {id, claim, address(from)};
}

TEST_CASE("a device is listed once, with when it asked first and last and from where") {
  Waiting waiting{{10, 10, 24h}};
  CHECK(waiting.note(device("a"), 1s) == Note::kNew);
  CHECK(waiting.note(device("a", "192.0.2.2"), 31s) == Note::kKnown);
  CHECK(waiting.size() == 1);
  const auto entries = waiting.of("a");
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].first == 1s);
  CHECK(entries[0].last == 31s);
  CHECK(entries[0].device.address == address("192.0.2.2"));
  CHECK(waiting.of("b").empty());
}

TEST_CASE("two devices may wait under one id, and leave together once the operator has spoken") {
  Waiting waiting{{10, 10, 24h}};
  waiting.note(device("a", "192.0.2.1", "c1"), 1s);
  waiting.note(device("a", "192.0.2.1", "c2"), 1s);
  waiting.note(device("ab"), 1s);
  CHECK(waiting.of("a").size() == 2);
  waiting.forget("a");
  CHECK(waiting.of("a").empty());
  CHECK(waiting.size() == 1);
}

TEST_CASE("a full list evicts whom has not asked for long, and nobody who has") {
  Waiting waiting{{2, 2, 24h}};
  waiting.note(device("old", "192.0.2.1"), 0s);
  waiting.note(device("kept", "192.0.2.2"), 0s);
  CHECK(waiting.note(device("new", "192.0.2.3"), Waiting::kFresh) == Note::kFull);
  waiting.note(device("kept", "192.0.2.2"), Waiting::kFresh);
  CHECK(waiting.note(device("new", "192.0.2.3"), Waiting::kFresh + 1s) == Note::kNew);
  CHECK(waiting.of("old").empty());
  CHECK(waiting.of("kept").size() == 1);
  CHECK(waiting.note(device("newer", "192.0.2.4"), Waiting::kFresh + 1s) == Note::kFull);
}

TEST_CASE("one address, or one IPv6 /64, has its share only") {
  Waiting waiting{{100, 2, 24h}};
  for (const char* from : {"192.0.2.1", "2001:db8::"}) {
    CAPTURE(from);
    CHECK(waiting.note(device(std::string{from} + "-1", from), 0s) == Note::kNew);
    CHECK(waiting.note(device(std::string{from} + "-2", from), 0s) == Note::kNew);
    CHECK(waiting.note(device(std::string{from} + "-3", from), 0s) == Note::kFull);
  }
  CHECK(waiting.note(device("other", "2001:db8::ffff"), 0s) == Note::kFull);
  CHECK(waiting.note(device("other", "2001:db8:0:1::"), 0s) == Note::kNew);
  waiting.forget("192.0.2.1-1");
  CHECK(waiting.note(device("192.0.2.1-3", "192.0.2.1"), 0s) == Note::kNew);
  CHECK(waiting.note(device("192.0.2.1-4", "192.0.2.1"), Waiting::kFresh + 1s) == Note::kNew);
  CHECK(waiting.size() == 5);
}

TEST_CASE("who has not asked for the time it is kept is gone") {
  Waiting waiting{{10, 10, 1h}};
  waiting.note(device("a"), 0s);
  waiting.note(device("b"), 30min);
  waiting.expire(1h);
  CHECK(waiting.size() == 2);
  waiting.expire(1h + 1s);
  CHECK(waiting.of("a").empty());
  CHECK(waiting.of("b").size() == 1);
}

TEST_CASE("lowered limits take nobody in, and with a limit of none nobody waits") {
  Waiting waiting{{10, 10, 1h}};
  waiting.note(device("a"), 0s);
  waiting.set_limits({1, 10, 1h});
  CHECK(waiting.note(device("b", "192.0.2.9"), 0s) == Note::kFull);
  CHECK(waiting.note(device("a"), 1s) == Note::kKnown);
  CHECK(Waiting{{0, 10, 1h}}.note(device("b"), 0s) == Note::kFull);
  CHECK(Waiting{{10, 0, 1h}}.note(device("b"), 0s) == Note::kFull);
}

}  // namespace
}  // namespace junctor::auth
