// SPDX-License-Identifier: Apache-2.0
// What an operator does in the middle of sessions over TCP, TLS, WS and WSS: reload, drain, another certificate,
// another log level, kill. Bytes go on, or end as documented; none is lost in silence. A thread for each session.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "party.hpp"

namespace junctor::site {
namespace {

using testing::eventually;
using testing::patient;
using Clock = std::chrono::steady_clock;

/// A session in which the two talk without a pause, until the test or the server ends it.
class Chat {
 public:
  Chat(const FourWays& ways, const std::string& uuid, Transport of_a, Transport of_b)
      : pair_{ways, uuid, of_a, of_b}, thread_{[this] { run(); }} {}
  ~Chat() { stop(); }
  Chat(const Chat&) = delete;
  Chat& operator=(const Chat&) = delete;

  /// Words of many sizes pass both ways, as they were sent.
  bool goes_on() {
    const int before = count_;
    return eventually([&] { return over_ || count_ > before + 10; }) && !over_;
  }
  bool over() const { return over_; }
  void stop() {
    stopped_ = true;
    if (thread_.joinable()) thread_.join();
  }
  /// After stop(), or once it is over.
  Pair& pair() { return pair_; }

 private:
  void run() {
    std::mt19937 random{7};
    while (!stopped_) {
      const std::string word = std::to_string(count_) + std::string(1 + random() % 100'000, 'w');
      if (!pair_.talk(word)) break;
      ++count_;
    }
    over_ = !stopped_;
  }

  Pair pair_;
  std::atomic<int> count_{0};
  std::atomic<bool> stopped_{false}, over_{false};
  std::thread thread_;
};

/// One session for each of some pairs that have every transport on either side.
class Chats {
 public:
  Chats(const FourWays& ways, const std::string& name) {
    using T = Transport;
    const std::pair<T, T> pairs[] = {
        {T::kTcp, T::kTcp}, {T::kTls, T::kTcp}, {T::kWs, T::kTls}, {T::kTcp, T::kWss}, {T::kWss, T::kWs}};
    for (const auto& [of_a, of_b] : pairs) {
      const std::string uuid = name + name_of(of_a) + name_of(of_b);
      all_.push_back(std::make_unique<Chat>(ways, uuid, of_a, of_b));
    }
  }
  bool all_go_on() {
    bool all = true;
    for (const auto& chat : all_) all = chat->goes_on() && all;
    return all;
  }
  bool all_over(Millis patience = testing::kPatience) {
    return eventually(
        [&] {
          for (const auto& chat : all_) {
            if (!chat->over()) return false;
          }
          return true;
        },
        patience);
  }
  void stop() {
    for (const auto& chat : all_) chat->stop();
  }
  std::vector<std::unique_ptr<Chat>>& all() { return all_; }

 private:
  std::vector<std::unique_ptr<Chat>> all_;
};

bool all_served(const FourWays& ways, const std::string& name) {
  for (const Transport transport : kTransports) {
    if (!Pair{ways, name + name_of(transport), transport, Transport::kTcp}.talk()) return false;
  }
  return true;
}

bool refused(const FourWays& ways, Transport transport) {
  try {
    Party party{ways, transport};
    return !party.greet(ways, "late") || party.wait_end() != Party::End::kOpen;
  } catch (const wire::ClientError&) {
    return true;
  }
}

std::string certificate_of(const FourWays& ways, Transport transport) {
  Party party{ways, transport};
  return party.secure() ? party.tube().server_name() : "";
}

TEST_CASE("LIVE changes, log levels and certificates change under running sessions, which do not notice") {
  FourWays ways;
  ways.start();
  Chats chats{ways, "live"};
  for (int round = 0; round < 3; ++round) {
    ways.configure(
        "idle = \"" + std::to_string(20 + round) + "s\"\ntotal_rate = \"" + std::to_string(8 + round) + "Gbit\"\n",
        "close_timeout = \"" + std::to_string(2 + round) + "s\"\nrelay_message_max = \"32MiB\"\n");
    ways.server().reload();
    REQUIRE(ways.server().ctl("log", {round % 2 == 0 ? "debug" : "info"}).ok);
    const std::string name = "round" + std::to_string(round) + ".example";
    ways.certify(name);
    ways.server().reload();
    CHECK(certificate_of(ways, Transport::kTls) == name);
    CHECK(certificate_of(ways, Transport::kWss) == name);
    CHECK(chats.all_go_on());
  }
  chats.stop();
  CHECK(all_served(ways, "after"));
  CHECK(ways.server().log().find("left=\"\"") != std::string::npos);
}

TEST_CASE("a change of ws_bridge or relay that is not LIVE lets sessions go on, and serves new ones at once") {
  FourWays ways;
  ways.start();
  Chats chats{ways, "old"};
  ways.configure("", "", "max_per_source = 500");
  ways.server().mark_log();
  ways.server().reload();
  CHECK(ways.server().log_has("event=config.reloaded", "left=ws_bridge"));
  CHECK(all_served(ways, "bridge"));
  CHECK(chats.all_go_on());
  ways.configure("auth_timeout = \"4s\"\n", "", "max_per_source = 500");
  Party waits{ways, Transport::kTcp}, waits_too{ways, Transport::kWs};
  REQUIRE(waits.greet(ways, "alone"));
  REQUIRE(waits_too.greet(ways, "alone too"));
  REQUIRE(eventually([&] { return ways.site().metric("relay", "waiting") == 2; }));
  ways.server().reload();
  // Who waits alone is told to come again.
  CHECK(waits.wait_end() != Party::End::kOpen);
  CHECK(waits_too.wait_end() != Party::End::kOpen);
  CHECK(all_served(ways, "relay"));
  CHECK(chats.all_go_on());
  Chats newer{ways, "new"};
  CHECK(newer.all_go_on());
  // What has been replaced leaves with the last of its sessions.
  ways.server().mark_log();
  for (const auto& chat : chats.all()) {
    chat->stop();
    chat->pair().a.finish();
    chat->pair().b.finish();
    CHECK(chat->pair().a.wait_end() != Party::End::kOpen);
    CHECK(chat->pair().b.wait_end() != Party::End::kOpen);
  }
  CHECK(ways.server().log_has("event=plugin.stopped", "instance=relay"));
  CHECK(ways.server().log_has("event=plugin.stopped", "instance=ws_bridge"));
  CHECK(newer.all_go_on());
  newer.stop();
  CHECK(ways.server().log().find("plugin.leftover") == std::string::npos);
}

TEST_CASE("after drain_timeout what a replaced relay still carries ends for both sides, and says so") {
  FourWays ways{"", "", [] {
                  testing::ServerOptions options;
                  options.kernel = "drain_timeout = \"1s\"\n";
                  return options;
                }()};
  ways.start();
  Chats chats{ways, "old"};
  ways.configure("auth_timeout = \"4s\"\n", "");
  ways.server().mark_log();
  ways.server().reload();
  CHECK(all_served(ways, "new"));
  CHECK(chats.all_over());
  for (const auto& chat : chats.all()) {
    chat->stop();
    CHECK(chat->pair().a.wait_end() != Party::End::kOpen);
    CHECK(chat->pair().b.wait_end() != Party::End::kOpen);
  }
  CHECK(ways.server().log_has("event=plugin.drain_timeout", "instance=relay"));
  CHECK(ways.server().log_has("event=relay.stop", "reason=stopped"));
  CHECK(all_served(ways, "newest"));
  CHECK(eventually([&] { return ways.idle(); }));
}

TEST_CASE("ws_bridge alone is switched off and on again: its port closes, its sessions and the rest go on") {
  FourWays ways;
  ways.start();
  Chats chats{ways, "on"};
  ways.server().conf("95-off", "[ws_bridge]\nenabled = false\n");
  ways.server().reload();
  CHECK(refused(ways, Transport::kWs));
  CHECK(refused(ways, Transport::kWss));
  CHECK(Pair{ways, "tcp alone", Transport::kTcp, Transport::kTls}.talk());
  CHECK(chats.all_go_on());
  ways.server().remove_conf("95-off");
  ways.server().reload();
  CHECK(all_served(ways, "again"));
  CHECK(chats.all_go_on());
  chats.stop();
}

TEST_CASE("SIGTERM lets sessions go on, takes no new ones, and is over with the last of them") {
  FourWays ways;
  ways.start();
  Chats chats{ways, "last"};
  ways.server().signal(SIGTERM);
  REQUIRE(ways.server().log_has("event=server.draining"));
  for (const Transport transport : kTransports) CHECK(refused(ways, transport));
  CHECK(chats.all_go_on());
  for (const auto& chat : chats.all()) {
    chat->stop();
    chat->pair().a.finish();
    chat->pair().b.finish();
    CHECK(chat->pair().a.wait_end() != Party::End::kOpen);
    CHECK(chat->pair().b.wait_end() != Party::End::kOpen);
  }
  CHECK(ways.server().wait_exit() == 0);
}

TEST_CASE("a server that is killed ends every session at once, and serves as soon as it is started again") {
  FourWays ways;
  ways.start();
  Chats chats{ways, "killed"};
  CHECK(chats.all_go_on());
  ways.server().kill();
  CHECK(chats.all_over(Millis{1000}));
  for (const auto& chat : chats.all()) {
    chat->stop();
    CHECK(chat->pair().a.wait_end(Millis{1000}) != Party::End::kOpen);
    CHECK(chat->pair().b.wait_end(Millis{1000}) != Party::End::kOpen);
  }
  const auto begin = Clock::now();
  ways.start();
  CHECK(all_served(ways, "killed"));
  MESSAGE("from the start to four sessions: ", std::chrono::duration<double>(Clock::now() - begin).count(), " s");
}

}  // namespace
}  // namespace junctor::site
