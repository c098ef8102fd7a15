// SPDX-License-Identifier: Apache-2.0
// What sessions cost in memory: an idle one little, a slow reader a bounded buffer, and one that has ended nothing: the
// system has it back (design.md 7). One thread.
#include <doctest/doctest.h>
#include <poll.h>

#include <deque>
#include <fstream>

#include "party.hpp"

namespace junctor::site {
namespace {

using testing::eventually;
using testing::patient;
using testing::scaled;

/// Sanitizers keep what was freed for a while, and give nothing back.
constexpr bool kOwnAllocator = testing::kBuildScale > 1;

testing::ServerOptions trimming() {
  testing::ServerOptions options;
  options.kernel = "trim_interval = \"500ms\"\n";
  return options;
}

/// Anonymous memory of the server: its heap and stacks, no files.
int64_t anonymous_kib(FourWays& ways) {
  std::ifstream rollup{"/proc/" + std::to_string(ways.server().pid()) + "/smaps_rollup"};
  for (std::string word; rollup >> word;) {
    int64_t kib = 0;
    if (word == "Anonymous:" && rollup >> kib) return kib;
  }
  return 0;
}

struct Load {
  Transport of_a, of_b;
  int sessions;
  int64_t most_bytes;  ///< of user space, an idle session
  int64_t slack_kib;   ///< that may stay: pages with something else on them, as what each thread's cache holds
};

void open_all(const FourWays& ways, const std::string& name, const Load& load, std::deque<Pair>& out) {
  for (int i = 0; i < load.sessions; ++i) out.emplace_back(ways, name + std::to_string(i), load.of_a, load.of_b);
}

TEST_CASE("memory of thousands of sessions goes back to the system when they have ended") {
  FourWays ways{"idle = \"10m\"\n", "", trimming()};
  ways.start();
  const Load loads[] = {{Transport::kTcp, Transport::kTcp, scaled(5000), 1024, 3000},
                        {Transport::kWs, Transport::kWs, scaled(5000), 4096, 3000},
                        {Transport::kTls, Transport::kWss, scaled(500), 200'000, 3000}};
  for (const Load& load : loads) {
    const std::string name = std::string{name_of(load.of_a)} + "-" + name_of(load.of_b);
    CAPTURE(name);
    {
      std::deque<Pair> warm;
      open_all(ways, "warm " + name, {load.of_a, load.of_b, 50, 0, 0}, warm);
    }
    REQUIRE(eventually([&] { return ways.idle(); }));
    const int64_t before = anonymous_kib(ways);
    int64_t most = 0;
    {
      std::deque<Pair> all;
      open_all(ways, name, load, all);
      most = anonymous_kib(ways);
    }
    CHECK(eventually([&] { return ways.idle(); }, Millis{30'000}));
    const bool back = eventually([&] { return anonymous_kib(ways) < before + load.slack_kib; }, Millis{5000});
    const int64_t bytes = (most - before) * 1024 / load.sessions;
    MESSAGE(name, ": ", load.sessions, " sessions, ", bytes, " bytes each; anonymous memory ", before, " KiB before, ",
            most, " at most, ", anonymous_kib(ways), " afterwards");
    if (kOwnAllocator) continue;
    CHECK(back);
    CHECK(bytes < load.most_bytes);
  }
}

/// Sends the same message again and again until nothing has gone for a while; bytes.
size_t pour(Party& party, const std::string& frame) {
  size_t sent = 0;
  while (true) {
    std::string_view rest = std::string_view{frame}.substr(sent % frame.size());
    const size_t before = rest.size();
    if (party.tube().write(rest) == Tube::Went::kOn) {
      sent += before - rest.size();
      continue;
    }
    pollfd ready{party.tube().fd(), POLLOUT, 0};
    if (::poll(&ready, 1, static_cast<int>(patient(Millis{400}).count())) <= 0) return sent;
  }
}

TEST_CASE("a slow reader costs a bounded buffer over every pair of transports, and loses nothing") {
  FourWays ways{"", "", trimming()};
  ways.start();
  int64_t worst = 0;
  for (const Transport reads : kTransports) {
    for (const Transport writes : kTransports) {
      const std::string name = std::string{name_of(writes)} + " to " + name_of(reads);
      CAPTURE(name);
      Pair pair{ways, name, writes, reads};
      const std::string frame = pair.a.encoded(std::string(1 << 20, 'x'));
      const int64_t before = anonymous_kib(ways);
      const size_t sent = pour(pair.a, frame);
      const int64_t more = anonymous_kib(ways) - before;
      worst = std::max(worst, more);
      CHECK(sent < 64U << 20);
      if (!kOwnAllocator) CHECK(more < 4096);
      size_t whole = 0;
      for (; whole < sent / frame.size(); ++whole) {
        const auto got = pair.b.receive();
        if (!got || got->size() != 1U << 20) break;
      }
      CHECK(whole == sent / frame.size());
    }
  }
  MESSAGE("a slow reader costs at most ", worst, " KiB");
}

}  // namespace
}  // namespace junctor::site
