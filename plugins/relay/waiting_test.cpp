// SPDX-License-Identifier: Apache-2.0
#include "waiting.hpp"

#include "by_client.hpp"

#include <doctest/doctest.h>

#include <chrono>

using namespace std::chrono_literals;
using junctor::Duration;
using junctor::relay::ByClient;
using junctor::relay::Quota;
using junctor::relay::SideKey;
using junctor::relay::Waiting;
using Outcome = junctor::relay::Waiting::Outcome;

namespace {

struct Table {
  Quota room{8};
  Waiting waiting{room};
  SideKey partner = 0;

  Outcome offer(std::string_view uuid, SideKey side, junctor::Duration since = 0s) {
    return waiting.offer(uuid, side, since, &partner);
  }
};

TEST_CASE("the second of a uuid is paired with the first") {
  Table t;
  CHECK(t.offer("u", 1) == Outcome::kParked);
  CHECK(t.offer("v", 2) == Outcome::kParked);
  CHECK(t.offer("u", 3) == Outcome::kPaired);
  CHECK(t.partner == 1);
  CHECK(t.waiting.parked() == 1);
}

TEST_CASE("a third side of a uuid is refused while its session runs, and may come again afterwards") {
  Table t;
  t.offer("u", 1);
  t.offer("u", 2);
  CHECK(t.offer("u", 3) == Outcome::kInUse);
  t.waiting.end("u");
  CHECK(t.offer("u", 4) == Outcome::kParked);
}

TEST_CASE("the end of a session does not touch a side that waits") {
  Table t;
  t.offer("u", 1);
  t.waiting.end("u");
  CHECK(t.offer("u", 2) == Outcome::kPaired);
}

TEST_CASE("a first side that has gone is forgotten, never paired") {
  Table t;
  t.offer("u", 1);
  t.waiting.forget("u", 1);
  CHECK(t.offer("u", 2) == Outcome::kParked);
}

TEST_CASE("a side forgets itself alone") {
  Table t;
  t.offer("u", 1);
  t.waiting.forget("u", 2);
  CHECK(t.offer("u", 3) == Outcome::kPaired);
  t.waiting.forget("u", 1);
  CHECK(t.offer("u", 4) == Outcome::kInUse);
}

TEST_CASE("sides that have waited long enough are given back, the oldest first") {
  Table t;
  t.offer("b", 1, 2s);
  t.offer("a", 2, 1s);
  t.offer("c", 3, 3s);
  CHECK(t.waiting.oldest() == 1s);
  CHECK(t.waiting.expire(32s, 30s) == std::vector<SideKey>{2, 1});
  CHECK(t.offer("a", 4) == Outcome::kParked);
  CHECK(t.offer("c", 5) == Outcome::kPaired);
}

TEST_CASE("a full table refuses new uuids and still pairs those that wait") {
  Quota room{1};
  Waiting here{room}, there{room};
  SideKey partner = 0;
  CHECK(here.offer("u", 1, 0s, &partner) == Outcome::kParked);
  CHECK(there.offer("v", 2, 0s, &partner) == Outcome::kFull);
  CHECK(here.offer("u", 3, 0s, &partner) == Outcome::kPaired);
  CHECK(there.offer("v", 2, 0s, &partner) == Outcome::kParked);
}

TEST_CASE("a table that goes gives back its room") {
  Quota room{1};
  SideKey partner = 0;
  { Waiting{room}.offer("u", 1, 0s, &partner); }
  CHECK(room.used() == 0);
}

TEST_CASE("a quota that is lowered refuses until enough has been given back") {
  Quota quota{2};
  CHECK(quota.take());
  CHECK(quota.take());
  CHECK_FALSE(quota.take());
  quota.set_limit(1);
  quota.give_back();
  CHECK(quota.full());
  quota.give_back();
  CHECK(quota.take());
}

TEST_CASE("where there is no room, the oldest of who has most gives way, and only to who has less") {
  ByClient by_client;
  const ByClient::Client many{'m'}, few{'f'}, fresh{'n'};
  CHECK_FALSE(by_client.gives_way_to(fresh));
  for (SideKey side = 1; side <= 3; ++side) by_client.add(many, Duration{static_cast<int64_t>(10 - side)}, side);
  by_client.add(few, Duration{1}, 4);
  CHECK(by_client.gives_way_to(fresh) == 3);
  CHECK(by_client.gives_way_to(few) == 3);
  CHECK_FALSE(by_client.gives_way_to(many));
  by_client.remove(many, Duration{7}, 3);
  CHECK(by_client.gives_way_to(fresh) == 2);
  CHECK_FALSE(by_client.gives_way_to(few));
  by_client.remove(many, Duration{8}, 2);
  CHECK_FALSE(by_client.gives_way_to(fresh));
}

}  // namespace
