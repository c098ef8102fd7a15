// SPDX-License-Identifier: Apache-2.0
// Slow and greedy clients against a real server: many that rest, heads and bodies byte by byte, readers that stop, and
// no descriptors left. What they hold is bounded and given back, and others are served meanwhile; how soon is printed.
// JUNCTOR_TEST_CONNECTIONS: how many rest (a process may have 20,000 descriptors). One thread.
#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdlib>
#include <fstream>
#include <thread>
#include <vector>

#include "http_site.hpp"
#include "support/descriptors.hpp"
#include "timings.hpp"

namespace junctor::site {
namespace {

using testing::eventually;
using testing::kNeedsDescriptors;
using testing::patient;
using testing::scaled;

constexpr bool kSanitized = testing::kBuildScale > 1;  // its allocator keeps what was freed
constexpr int64_t kMostOfEach = 4096;                  // bytes of user space, of a connection that rests

int resting_clients() {
  const char* given = std::getenv("JUNCTOR_TEST_CONNECTIONS");
  return given == nullptr ? scaled(2000) : std::atoi(given);
}

/// As many as are allowed, for this process.
void raise_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// What an honest client waits, on a connection that stays and on new ones.
struct Honest {
  explicit Honest(HttpSite& the_site) : site{the_site}, kept{the_site.connect("127.0.0.2")} {}

  /// All are answered.
  bool is_served(int count) {
    for (int i = 0; i < count; ++i) {
      const bool held = on_kept.time([&] {
        const auto reply = ask(kept, "/word");
        return reply && reply->body == "one";
      });
      if (!held || !on_new.time([&] { return site.word() == "one"; })) return false;
    }
    return true;
  }
  std::string text() { return "kept: " + on_kept.text() + "; new: " + on_new.text(); }

  HttpSite& site;
  LineClient kept;
  Timings on_kept;
  Timings on_new;
};

/// A reader with little room that never reads.
LineClient deaf_client(const HttpSite& site, const std::string& path) {
  LineClient client = site.connect("127.0.0.3");
  const int small = 4096;
  ::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  client.send(request_of(path));
  return client;
}

/// One byte more, unless it has been answered: what is sent behind that may be answered with a reset.
void drip(LineClient& client, std::string_view byte) {
  char one = 0;
  if (::recv(client.fd(), &one, 1, MSG_PEEK | MSG_DONTWAIT) < 0) static_cast<void>(client.try_send(byte));
}

bool all_given_back(HttpSite& site, size_t descriptors) {
  return eventually([&] { return site.connections() == 0 && site.descriptors() <= descriptors; }, Millis{30'000});
}

}  // namespace

TEST_CASE("thousands of connections that rest cost little, are served when they ask, and are given back") {
  raise_descriptors();
  HttpSite site;
  site.server().start();
  REQUIRE(site.word() == "one");
  REQUIRE(eventually([&] { return site.connections() == 0; }));
  const size_t descriptors = site.descriptors();
  const int64_t before = site.memory_kib();
  const int count = resting_clients();
  std::vector<LineClient> resting;
  for (int i = 0; i < count; ++i) {
    resting.push_back(site.connect("127.0.1." + std::to_string(1 + i % 200)));
    REQUIRE(ask(resting.back(), "/word")->body == "one");
  }
  CHECK(site.connections() == count);
  const int64_t each = (site.memory_kib() - before) * 1024 / count;
  Honest honest{site};
  CHECK(honest.is_served(scaled(300)));
  MESSAGE(count, " rest, ", each, " bytes each; beside them ", honest.text());
  if (!kSanitized) CHECK(each < kMostOfEach);
  int answered = 0;
  for (LineClient& client : resting) answered += ask(client, "/word") ? 1 : 0;
  CHECK(answered == count);
  resting.clear();
  honest.kept.close();
  CHECK(all_given_back(site, descriptors));
}

TEST_CASE("heads and bodies byte by byte end in 408, others are served meanwhile, and nothing is kept") {
  HttpSite site{"head_timeout = \"2s\"\nbody_timeout = \"2s\"\n"};
  site.server().start();
  REQUIRE(site.word() == "one");
  REQUIRE(eventually([&] { return site.connections() == 0; }));
  const size_t descriptors = site.descriptors();
  const int each = scaled(200);
  std::vector<LineClient> heads;
  std::vector<LineClient> bodies;
  for (int i = 0; i < each; ++i) {
    heads.push_back(site.connect("127.0.0.3"));
    bodies.push_back(site.connect("127.0.0.4"));
    bodies.back().send("POST /size HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
  }
  const std::string head = "GET /word HTTP/1.1\r\nHost: h\r\nX: " + std::string(10'000, 'x');
  Honest honest{site};
  size_t at = 0;
  const bool refused = eventually(
      [&] {
        for (LineClient& client : heads) drip(client, head.substr(at, 1));
        for (LineClient& client : bodies) drip(client, "b");
        ++at;
        CHECK(honest.is_served(1));
        return site.refused("head_timeout") >= each && site.refused("body_timeout") >= each;
      },
      Millis{30'000});
  CHECK(refused);
  MESSAGE((2 * each), " slow ones; beside them ", honest.text());
  int told = 0;
  for (LineClient& client : heads) told += client.read_line() == "HTTP/1.1 408 Request Timeout\r" ? 1 : 0;
  for (LineClient& client : bodies) told += client.read_line() == "HTTP/1.1 408 Request Timeout\r" ? 1 : 0;
  CHECK(told == 2 * each);
  heads.clear();
  bodies.clear();
  honest.kept.close();
  CHECK(all_given_back(site, descriptors));
}

TEST_CASE("readers that stop in a large file and in an endless stream hold little, and lose their connection") {
  testing::TempDir files;
  {
    std::ofstream large{files.file("large.bin"), std::ios::binary};
    const std::string mebibyte(1 << 20, 'l');
    for (int i = 0; i < 64; ++i) large << mebibyte;
  }
  HttpSite site{"write_timeout = \"3s\"\nstream_buffer = \"64KiB\"\n", "files = \"" + files.path() + "\"\n"};
  site.server().start();
  REQUIRE(site.word() == "one");
  REQUIRE(eventually([&] { return site.connections() == 0; }));
  const size_t descriptors = site.descriptors();
  const int64_t before = site.memory_kib();
  const int each = scaled(60);
  std::vector<LineClient> deaf;
  for (int i = 0; i < each; ++i) {
    deaf.push_back(deaf_client(site, "/files/large.bin"));
    deaf.push_back(deaf_client(site, "/events"));
  }
  Honest honest{site};
  REQUIRE(eventually([&] { return site.word("/streams") == std::to_string(each); }));
  CHECK(honest.is_served(scaled(100)));
  const int64_t held = (site.memory_kib() - before) / (2 * each);
  MESSAGE((2 * each), " readers that stop hold ", held, " KiB each; beside them ", honest.text());
  if (!kSanitized) CHECK(held < 1024);  // of 64 MiB, and of what never ends
  CHECK(eventually([&] { return site.refused("slow_reader") >= 2 * each; }, Millis{60'000}));
  CHECK(eventually([&] { return site.word("/streams") == "0"; }));
  CHECK(honest.is_served(10));
  deaf.clear();
  honest.kept.close();
  CHECK(all_given_back(site, descriptors));
}

TEST_CASE("out of descriptors, who is there is served, who comes is shed, and with the first that go all is well" *
          doctest::skip(kNeedsDescriptors)) {
  testing::ServerOptions options;
  options.wrapper = {"prlimit", "--nofile=150:150"};
  HttpSite site{"", "", options};
  site.server().start();
  LineClient kept = site.connect("127.0.0.2");
  REQUIRE(ask(kept, "/word"));
  const size_t descriptors = site.descriptors();
  for (int round = 0; round < 3; ++round) {
    const auto shed = [&] { return site.server().ctl("status").object()->getObject("network"); };
    std::vector<LineClient> crowd;
    for (int i = 0; i < 300; ++i) {
      if (auto one = site.try_connect("127.0.0.3")) crowd.push_back(std::move(*one));
    }
    CHECK(eventually([&] { return shed()->getValue<int64_t>("shed") > 0; }));
    Timings waits;
    for (int i = 0; i < 50; ++i) CHECK(waits.time([&] { return ask(kept, "/word").has_value(); }));
    const double cpu = site.server().cpu_seconds();
    std::this_thread::sleep_for(Millis{300});
    CHECK(site.server().cpu_seconds() - cpu < 0.15 * testing::test_scale());
    MESSAGE("without descriptors: ", waits.text());
    crowd.clear();
    // Who comes while the last of them are being closed may still be shed.
    CHECK(eventually([&] { return site.word() == "one"; }, Millis{20'000}));
    CHECK(eventually([&] { return site.descriptors() <= descriptors; }, Millis{20'000}));
  }
  CHECK(ask(kept, "/word"));
}

}  // namespace junctor::site
