// SPDX-License-Identifier: Apache-2.0
// Thousands of idle relay sessions beside hundreds of busy ones: all as many as 20,000 descriptors allow. Nobody's
// bytes are lost, an idle session costs little memory, and what it cost is given back. Figures are printed.
#include <doctest/doctest.h>

#include <deque>
#include <thread>
#include <utility>

#include "site.hpp"

namespace junctor::site {
namespace {

using testing::patient;
using testing::scaled;

constexpr int kIdle = 9000, kBusy = 480;
constexpr int kRounds = 20;
constexpr size_t kChunk = 64 * 1024;
/// A sanitizer's allocator keeps red zones around each.
constexpr int64_t kMostBytes = testing::kBuildScale > 1 ? 32'768 : 2048;

struct Session {
  wire::TcpClient a, b;
};

class Crowd {
 public:
  Crowd(Site& site, std::string name) : site_{site}, name_{std::move(name)}, key_{site.key()} {}

  /// Both sides, joined: a word has passed each way.
  void add() {
    const int n = next_++;
    sessions_.push_back({side(n, "127.0.2.", "123456789"), side(n, "127.0.3.", "")});
    REQUIRE(talk(sessions_.back()));
  }
  static bool talk(Session& session) {
    session.a.send_raw("from A");
    session.b.send_raw("from B");
    return session.a.receive_exactly(6, patient(wire::kPatience)) == "from B" &&
           session.b.receive_exactly(6, patient(wire::kPatience)) == "from A";
  }
  std::deque<Session>& sessions() { return sessions_; }

 private:
  wire::TcpClient side(int n, const std::string& net, const std::string& id) {
    wire::TcpClient client = site_.dial(net + std::to_string(1 + n % 250), 1);
    hbb::RequestRelay request;
    request.set_uuid(name_ + std::to_string(n));
    request.set_licence_key(key_);
    request.set_id(id);
    client.send(request);
    return client;
  }

  Site& site_;
  const std::string name_;
  const std::string key_;
  int next_ = 0;
  std::deque<Session> sessions_;
};

std::string pattern(int session, int round, char side) {
  std::string chunk(kChunk, side);
  const std::string mark = std::to_string(session) + "/" + std::to_string(round);
  return chunk.replace(0, mark.size(), mark);
}

/// Both directions of each; the number of chunks that came otherwise than they were sent.
int exchange(std::deque<Session>& sessions, size_t first, size_t step) {
  int wrong = 0;
  for (int round = 0; round < kRounds; ++round) {
    for (size_t i = first; i < sessions.size(); i += step) {
      const int n = static_cast<int>(i);
      Session& session = sessions[i];
      session.a.send_raw(pattern(n, round, 'a'), patient(wire::kPatience));
      session.b.send_raw(pattern(n, round, 'b'), patient(wire::kPatience));
    }
    for (size_t i = first; i < sessions.size(); i += step) {
      const int n = static_cast<int>(i);
      Session& session = sessions[i];
      wrong += session.b.receive_exactly(kChunk, patient(wire::kPatience)) == pattern(n, round, 'a') ? 0 : 1;
      wrong += session.a.receive_exactly(kChunk, patient(wire::kPatience)) == pattern(n, round, 'b') ? 0 : 1;
    }
  }
  return wrong;
}

TEST_CASE("9,000 idle sessions and hundreds of busy ones at once") {
  Site site{"[relay]\nidle = \"10m\"\n"};
  site.start();
  {
    Crowd warm{site, "warm"};
    for (int i = 0; i < 50; ++i) warm.add();
  }
  REQUIRE(testing::eventually([&] { return site.metric("relay", "sessions") == 0; }));
  const int64_t before = site.memory_kib();
  Crowd idle{site, "idle"};
  for (int i = 0; i < scaled(kIdle); ++i) idle.add();
  const int64_t bytes = (site.memory_kib() - before) * 1024 / scaled(kIdle);
  MESSAGE("idle sessions: ", scaled(kIdle), ", user space ", bytes, " bytes each");
  CHECK(bytes < kMostBytes);

  Crowd busy{site, "busy"};
  for (int i = 0; i < scaled(kBusy); ++i) busy.add();
  int wrong[2] = {};
  std::thread other{[&] { wrong[1] = exchange(busy.sessions(), 1, 2); }};
  wrong[0] = exchange(busy.sessions(), 0, 2);
  other.join();
  CHECK(wrong[0] + wrong[1] == 0);
  const int64_t most = site.memory_kib();
  int broken = 0;
  for (Session& session : idle.sessions()) broken += Crowd::talk(session) ? 0 : 1;
  CHECK(broken == 0);

  idle.sessions().clear();
  busy.sessions().clear();
  REQUIRE(testing::eventually([&] { return site.metric("relay", "sessions") == 0; }, wire::Millis{30'000}));
  MESSAGE("memory: ", before, " KiB before, ", most, " KiB at most, ", site.memory_kib(), " KiB when all had ended");
  CHECK(relays(site, "afterwards"));
}

}  // namespace
}  // namespace junctor::site
