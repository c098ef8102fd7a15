// SPDX-License-Identifier: Apache-2.0
#include "scale_bench.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "heartbeat_load.hpp"

namespace junctor::bench {
namespace {

constexpr size_t kMillion = 1'000'000;  // the targets are for so many
constexpr double kReloadRate = 10'000;

std::string stored(size_t peers) { return with_commas(peers) + " peers"; }

/// Heartbeats at a pace, and others one after the other, from threads of their own.
class Watched {
 public:
  Watched(const Site& site, Seconds time)
      : pace_{[=, this, load = site.load()] { count_ = load->pace(kReloadRate, time); }},
        probe_{[=, this, server = site.subject().tcp, peers = site.peers()] {
          times_ = HeartbeatLoad{server, 1, peers}.one_by_one(time);
        }} {}
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
  ~Watched() { join(); }

  void join() {
    if (pace_.joinable()) pace_.join();
    if (probe_.joinable()) probe_.join();
  }
  double lost() const { return static_cast<double>(count_.sent - count_.answered); }
  double slowest_ms() const { return *std::max_element(times_.begin(), times_.end()) / 1e3; }

 private:
  BeatCount count_;
  std::vector<double> times_;
  std::thread pace_;
  std::thread probe_;
};

/// An option that takes effect in place, another one each time.
void change_option(testing::Server& server, int round) {
  server.conf("95-reload", "[rendezvous]\nonline_timeout = \"" + std::to_string(31 + round % 2) + "s\"\n");
}

struct ReloadRows {
  Row *cpu, *time, *slowest, *slowest_with, *lost, *lost_with;

  ReloadRows(Report& report, const std::string& what)
      : cpu{&report.add({"reload, CPU", what, "junctor", "ms", nullptr})},
        time{&report.add({"reload, time", what, "junctor", "ms", nullptr})},
        slowest{&report.add({"reload, slowest answer", what, "without", "ms", nullptr})},
        slowest_with{&report.add({"reload, slowest answer", what, "with", "ms", slowest})},
        lost{&report.add({"reload, heartbeats lost", what, "without", "", nullptr})},
        lost_with{&report.add({"reload, heartbeats lost", what, "with", "", nullptr})} {}
};

/// Nothing else going on: the command's own cost.
void reload_alone(Site& site, int round, ReloadRows& rows) {
  change_option(site.server(), round);
  const double cpu = site.subject().cpu_seconds();
  const Clock::time_point begin = Clock::now();
  site.server().reload();
  rows.time->rounds.push_back(micros_since(begin) / 1e3);
  rows.cpu->rounds.push_back((site.subject().cpu_seconds() - cpu) * 1e3);
}

void reload_beside(Site& site, int round, const Options& options, bool with, ReloadRows& rows) {
  change_option(site.server(), round);
  const Seconds time{std::max(options.seconds, 0.4)};
  Watched watched{site, time};
  std::this_thread::sleep_for(time / 3);
  if (with) site.server().reload();
  watched.join();
  (with ? rows.slowest_with : rows.slowest)->rounds.push_back(watched.slowest_ms());
  (with ? rows.lost_with : rows.lost)->rounds.push_back(watched.lost());
}

}  // namespace

void start(Place& place, const Options& options, Report& report) {
  if (!place.is_own()) return;
  Site& site = place.stored_site(options.peers);
  Row& row = report.add({"start", stored(site.peers()), "junctor", "s", nullptr, 0.1});
  row.gates = true;
  for (int round = 0; round < options.rounds; ++round) {
    if (round > 0) site.stop();
    row.rounds.push_back(site.start());
  }
}

void peer_memory(Place& place, const Options& options, Report& report) {
  if (!place.is_own()) return;
  const Site& site = place.site(options.peers);
  const bool enough = site.peers() >= kMillion;  // with few of them the database's cache is most of it
  Row& row = report.add({"memory of a peer", stored(site.peers()), "junctor", "bytes", nullptr, enough ? 160.0 : 0});
  row.gates = enough;
  row.rounds = {site.bytes_per_peer()};
}

void reload(Place& place, const Options& options, Report& report) {
  if (!place.is_own()) return;
  Site& site = place.site(options.peers);
  ReloadRows rows{report, stored(site.peers())};
  for (int round = 0; round < options.rounds; ++round) {
    reload_alone(site, round, rows);
    reload_beside(site, round, options, false, rows);
    reload_beside(site, round + 1, options, true, rows);
  }
}

void cores(Place& place, const Options& options, Report& report) {
  constexpr size_t kPeers = 1000;
  constexpr size_t kWindow = 256;
  if (!place.is_own()) return;
  Site one{place.ground(), kPeers, options.sockets, 1};
  Site two{place.ground(), kPeers, options.sockets, 2};
  for (Site* site : {&one, &two}) {
    site->start();
    site->bring_online();
  }
  std::array subjects{place.echo(), place.start_baseline("echo", {"2"}), one.subject(), two.subject()};
  const auto load_of = [&](size_t i) {
    return std::make_shared<HeartbeatLoad>(subjects[i].tcp, options.sockets, kPeers);
  };
  const std::array loads{load_of(0), load_of(1), one.load(), two.load()};
  constexpr std::array kNames{"echo, 1 thread", "echo, 2 threads", "junctor, 1 loop", "junctor, 2 loops"};
  std::array<Row*, 4> costs{};
  std::array<Row*, 4> rates{};
  for (size_t i = 0; i < 4; ++i) {
    costs[i] =
        &report.add({"cores, CPU of a beat", "256 in flight", kNames[i], "us", i % 2 == 1 ? costs[i - 1] : nullptr});
  }
  for (size_t i = 0; i < 4; ++i) {
    rates[i] =
        &report.add({"cores, heartbeats", "256 in flight", kNames[i], "a second", i % 2 == 1 ? rates[i - 1] : nullptr});
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < 4; ++i) {
      const double cpu = subjects[i].cpu_seconds();
      const BeatCount count = loads[i]->saturate(kWindow, Seconds{options.seconds});
      const auto answered = static_cast<double>(std::max<uint64_t>(count.answered, 1));
      costs[i]->rounds.push_back((subjects[i].cpu_seconds() - cpu) / answered * 1e6);
      rates[i]->rounds.push_back(answered / count.seconds);
    }
  }
}

}  // namespace junctor::bench
