// SPDX-License-Identifier: Apache-2.0
// Tests of Learned.
#include "learned.hpp"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

namespace junctor::holepunch {
namespace {

using namespace std::chrono_literals;
using Lesson = Learned::Lesson;

wire::Address at(std::string_view text) { return *wire::Address::parse(text); }

const wire::Address kA = at("198.51.100.1:5000");
const wire::Address kOtherPort = at("198.51.100.1:5009");
const wire::Address kB = at("192.0.2.77:6000");
const std::string kId = "123456789";

struct Teacher {
  Lesson fails(const wire::Address& a, const wire::Address& b, const std::string& id, Duration now) {
    learned.punched(a, b, id, now);
    return learned.asked_relay(a, id, now + 18s);
  }
  Learned learned{{10, 6h, 5s, 1h}};
};

TEST_CASE("who asks for the relay within 30 s of a punch has shown that punching fails between the two addresses") {
  Teacher teacher;
  CHECK_FALSE(teacher.learned.hopeless(kA, kB, 100s));
  teacher.learned.punched(kA, kB, kId, 100s);
  CHECK_FALSE(teacher.learned.hopeless(kA, kB, 100s));
  CHECK(teacher.learned.asked_relay(kOtherPort, kId, 118s) == Lesson::kLearned);
  CHECK(teacher.learned.hopeless(kOtherPort, at("192.0.2.77:1"), 119s));
}

TEST_CASE("asking for the relay later, for another id, or from elsewhere teaches nothing") {
  Teacher teacher;
  teacher.learned.punched(kA, kB, kId, 100s);
  CHECK(teacher.learned.asked_relay(kA, "987654321", 110s) == Lesson::kNone);
  CHECK(teacher.learned.asked_relay(at("198.51.100.2:1"), kId, 110s) == Lesson::kNone);
  CHECK(teacher.learned.asked_relay(kA, kId, 130s) == Lesson::kNone);
  CHECK(teacher.learned.size() == 0);
}

TEST_CASE("what was learned is of two addresses: whoever moves is tried again") {
  Teacher teacher;
  teacher.fails(kA, kB, kId, 100s);
  CHECK(teacher.learned.hopeless(kA, kB, 200s));
  CHECK_FALSE(teacher.learned.hopeless(at("198.51.100.2:5000"), kB, 200s));
  CHECK_FALSE(teacher.learned.hopeless(kA, at("192.0.2.78:6000"), 200s));
  CHECK_FALSE(teacher.learned.hopeless(kB, kA, 200s));
}

TEST_CASE("after its time a pair is tried again, and a new failure renews it") {
  Teacher teacher;
  CHECK(teacher.fails(kA, kB, kId, 0s) == Lesson::kLearned);
  teacher.learned.configure({10, 6h, 5s, 0s});
  CHECK(teacher.learned.hopeless(kA, kB, 18s + 6h - 1s));
  CHECK_FALSE(teacher.learned.hopeless(kA, kB, 18s + 6h));
  CHECK(teacher.fails(kA, kB, kId, 7h) == Lesson::kLearned);
  CHECK(teacher.learned.hopeless(kA, kB, 8h));
  teacher.learned.expire(14h);
  CHECK(teacher.learned.size() == 0);
}

TEST_CASE("who asks for the relay at once has lost no time, and teaches nothing") {
  Teacher teacher;
  teacher.learned.punched(kA, kB, kId, 100s);
  CHECK(teacher.learned.asked_relay(kA, kId, 100s + 100ms) == Lesson::kNone);
  CHECK(teacher.learned.asked_relay(kA, kId, 118s) == Lesson::kNone);  // it has gone to the relay by then
  CHECK(teacher.learned.size() == 0);
}

TEST_CASE("one attempt an hour is punched all the same, and a wrong lesson heals by it") {
  Teacher teacher;
  teacher.fails(kA, kB, kId, 0s);
  CHECK(teacher.learned.hopeless(kA, kB, 1h));
  CHECK_FALSE(teacher.learned.hopeless(kA, kB, 1h + 18s));
  CHECK(teacher.learned.hopeless(kA, kB, 1h + 19s));
  SUBCASE("it gets through") {
    teacher.learned.punched(kA, kB, kId, 1h + 20s);
    teacher.learned.expire(1h + 50s);
    CHECK_FALSE(teacher.learned.hopeless(kA, kB, 1h + 51s));
    CHECK(teacher.learned.size() == 0);
  }
  SUBCASE("it fails again") {
    CHECK(teacher.fails(kA, kB, kId, 1h + 20s) == Lesson::kLearned);
    teacher.learned.expire(1h + 60s);
    CHECK(teacher.learned.hopeless(kA, kB, 2h));
    CHECK_FALSE(teacher.learned.hopeless(kA, kB, 2h + 60s));
  }
}

TEST_CASE("a full table keeps what it has, and takes more when that ends") {
  Teacher teacher;
  for (int i = 0; i < 30; ++i) {
    const auto b = at("192.0.2." + std::to_string(i + 1) + ":1");
    const Lesson lesson = teacher.fails(kA, b, "peer-" + std::to_string(i), Duration{1s} * 60 * i);
    CHECK(lesson == (i < 10 ? Lesson::kLearned : Lesson::kFull));
  }
  CHECK(teacher.learned.size() == 10);
  CHECK(teacher.learned.hopeless(kA, at("192.0.2.1:1"), 30min));
  teacher.learned.expire(10h);
  CHECK(teacher.fails(kA, kB, kId, 10h) == Lesson::kLearned);
}

TEST_CASE("punches under way are bounded, too") {
  Learned learned{{2, 6h, 0s, 1h}};
  for (int i = 0; i < 5; ++i) learned.punched(kA, kB, "peer-" + std::to_string(i), 100s);
  CHECK(learned.asked_relay(kA, "peer-1", 110s) == Lesson::kLearned);
  CHECK(learned.asked_relay(kA, "peer-2", 110s) == Lesson::kNone);
  learned.expire(130s);
  learned.punched(kA, kB, "peer-2", 130s);
  CHECK(learned.asked_relay(kA, "peer-2", 131s) == Lesson::kLearned);
}

TEST_CASE("one punch teaches once, and a repeated punch may teach longer") {
  Teacher teacher;
  teacher.learned.punched(kA, kB, kId, 100s);
  teacher.learned.punched(kA, kB, kId, 120s);
  teacher.learned.expire(131s);
  CHECK(teacher.learned.asked_relay(kA, kId, 140s) == Lesson::kLearned);
  CHECK(teacher.learned.asked_relay(kA, kId, 141s) == Lesson::kNone);
}

TEST_CASE("a person sees what was learned and can have it forgotten, by address or all of it") {
  Teacher teacher;
  teacher.fails(kA, kB, kId, 100s);
  teacher.fails(kA, at("192.0.2.78:1"), "987654321", 100s);
  teacher.learned.hopeless(kA, kB, 200s);
  const auto rows = teacher.learned.rows(10, 218s);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].a.ip_text() == "198.51.100.1");
  CHECK(rows[0].b.ip_text() == "192.0.2.77");
  CHECK(rows[0].age == 100s);
  CHECK(rows[0].left == 6h - 100s);
  CHECK(rows[0].spared == 1);
  CHECK(teacher.learned.rows(1, 218s).size() == 1);
  CHECK(teacher.learned.forget(kB) == 1);
  CHECK_FALSE(teacher.learned.hopeless(kA, kB, 218s));
  CHECK(teacher.learned.forget({}) == 1);
  CHECK(teacher.learned.size() == 0);
}

TEST_CASE("switched off, nothing is learned, and what was known is forgotten") {
  Teacher teacher;
  teacher.fails(kA, kB, kId, 100s);
  teacher.learned.configure({10, 0s, 5s, 1h});
  CHECK_FALSE(teacher.learned.hopeless(kA, kB, 200s));
  CHECK(teacher.fails(kA, kB, kId, 300s) == Lesson::kNone);
}

TEST_CASE("every loop may ask while another ticks and a person clears") {
  Learned learned{{50, 1s, 0s, 10ms}};
  const auto work = [&](int thread) {
    for (int i = 0; i < 2000; ++i) {
      const auto b = at("192.0.2." + std::to_string((i * 7 + thread) % 100 + 1) + ":1");
      const Duration now = std::chrono::milliseconds{i};
      learned.punched(kA, b, kId, now);
      learned.asked_relay(kA, kId, now);
      learned.hopeless(kA, b, now);
      if (i % 50 == 0) learned.expire(now);
      if (i % 500 == 0) learned.forget(b);
      if (i % 500 == 1) learned.rows(10, now);
    }
  };
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) threads.emplace_back(work, t);
  for (auto& thread : threads) thread.join();
  CHECK(learned.size() <= 50);
  learned.expire(10s);
  CHECK(learned.size() == 0);
}

TEST_CASE("whoever has a whole network teaches no more than a share of what is remembered") {
  Learned learned{{1600, 6h, 5s, 1h}};
  const auto fails = [&](const wire::Address& a, const std::string& id) {
    learned.punched(a, kB, id, 100s);
    return learned.asked_relay(a, id, 118s);
  };
  wire::Address stranger = at("[2001:db8:1::1]:5000");
  for (int i = 0; i < 2000; ++i) {
    stranger.ip[6] = static_cast<uint8_t>(i >> 8);
    stranger.ip[7] = static_cast<uint8_t>(i);
    fails(stranger, kId);
  }
  CHECK(learned.size() == 100);
  CHECK(fails(kA, kId) == Lesson::kLearned);
  CHECK(fails(at("[2001:db8:2::1]:5000"), kId) == Lesson::kLearned);
  CHECK(learned.forget(wire::Address{}) == 102);
  learned.expire(200s);  // and what was under way
  CHECK(fails(stranger, "other-id") == Lesson::kLearned);
}

}  // namespace
}  // namespace junctor::holepunch
