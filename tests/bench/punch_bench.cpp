// SPDX-License-Identifier: Apache-2.0
#include "punch_bench.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "heartbeat_load.hpp"
#include "punch_load.hpp"

namespace junctor::bench {
namespace {

constexpr size_t kDevices = 64;
// A target counts what comes from one address and for one id.
constexpr size_t kTargetDevices = 4;
constexpr size_t kTargetExchanges = 100;
constexpr size_t kTargetPushes = 50;
constexpr size_t kAtOnce = 32;
constexpr size_t kExchangesASecond = 2000;  // of --seconds: a bound on ports in TIME_WAIT
constexpr double kBusyRate = 20'000;
constexpr std::array kPercentiles{0.5, 0.99};
constexpr std::array kNames{"p50", "p99"};

size_t devices(const Place& place) { return place.is_own() ? kDevices : kTargetDevices; }

size_t exchanges(const Place& place, const Options& options) {
  if (!place.is_own()) return kTargetExchanges;
  return static_cast<size_t>(std::max(100.0, kExchangesASecond * options.seconds));
}

/// Runs for a while beside what is measured.
class Heartbeats {
 public:
  Heartbeats(const std::shared_ptr<HeartbeatLoad>& load, Seconds time)
      : thread_{[load, time] { load->pace(kBusyRate, time); }} {
    std::this_thread::sleep_for(kWarmUp);
  }
  ~Heartbeats() { thread_.join(); }
  Heartbeats(const Heartbeats&) = delete;
  Heartbeats& operator=(const Heartbeats&) = delete;

  static constexpr std::chrono::milliseconds kWarmUp{100};

 private:
  std::thread thread_;
};

struct Rows {
  std::array<Row*, 2> echo;
  std::array<Row*, 2> push;

  Rows(Report& report, const std::string& what, const std::string& subject, double target) {
    for (size_t i = 0; i < 2; ++i) {
      const std::string name = what + ", " + kNames[i];
      echo[i] = &report.add({"push to B", name, "echo", "us", nullptr});
      push[i] = &report.add({"push to B", name, subject, "us", echo[i], i == 1 ? target : 0});
    }
  }
  static void note(const std::array<Row*, 2>& rows, std::vector<double> times) {
    for (size_t i = 0; i < 2; ++i) rows[i]->rounds.push_back(percentile(times, kPercentiles[i]));
  }
};

/// Of one server, or of the bare one.
struct ExchangeRows {
  Row* cost;
  Row* rate;
  Row* failed;
  std::array<Row*, 2> times{};

  ExchangeRows(Report& report, const std::string& subject, const ExchangeRows* bare)
      : cost{&report.add({"punch exchange, CPU", "32 at once", subject, "us", bare ? bare->cost : nullptr,
                          bare ? kTargetMicros : 0, false, bare != nullptr, true})},
        rate{&report.add({"punch exchange", "32 at once", subject, "a second", nullptr})},
        failed{&report.add({"punch exchange, failed", "32 at once", subject, "", nullptr})} {
    for (size_t i = 0; i < 2; ++i) {
      times[i] = &report.add({"punch exchange, alone", kNames[i], subject, "us", bare ? bare->times[i] : nullptr});
    }
  }

  void measure(const Subject& server, PunchLoad& load, size_t count) const {
    const double cpu = server.cpu_seconds();
    const PunchResult result = load.run(count, kAtOnce);
    const auto done = static_cast<double>(result.times.size());
    if (server.pid) cost->rounds.push_back((server.cpu_seconds() - cpu) / done * 1e6);
    rate->rounds.push_back(done / result.seconds);
    failed->rounds.push_back(static_cast<double>(result.failed));
    Rows::note(times, load.run(count / 4, 1).times);
  }

  static constexpr double kTargetMicros = 60;
};

}  // namespace

void punch(Place& place, const Options& options, Report& report) {
  const Scene scene = place.scenes().front();
  const Subject& server = scene.subject;
  const Subject bare = place.start_baseline("exchange");
  PunchLoad bare_load{bare, place.ground().device_ip, kDevices};
  PunchLoad load{server, place.device_ip(), devices(place)};
  const ExchangeRows bare_rows{report, bare.name, nullptr};
  const ExchangeRows rows{report, server.name, &bare_rows};
  const size_t count = exchanges(place, options);
  load.run(count / 4, kAtOnce);
  for (int round = 0; round < options.rounds; ++round) {
    bare_rows.measure(bare, bare_load, count);
    rows.measure(server, load, count);
  }
}

void push(Place& place, const Options& options, Report& report) {
  const Scene scene = place.scenes().front();
  PunchLoad load{scene.subject, place.device_ip(), 1};
  const Seconds time{options.seconds};
  const Seconds busy = time + Heartbeats::kWarmUp;
  const auto echo = [&] { return HeartbeatLoad{place.echo().tcp, 1, scene.peers}.one_by_one(time); };
  const size_t most = place.is_own() ? SIZE_MAX : kTargetPushes;
  const Rows idle{report, "idle", scene.subject.name, 1.3};
  for (int round = 0; round < options.rounds; ++round) {
    Rows::note(idle.echo, echo());
    Rows::note(idle.push, load.push(time, most));
  }
  if (!place.is_own()) return;
  const auto echo_load = std::make_shared<HeartbeatLoad>(place.echo().tcp, options.sockets, scene.peers);
  const Rows beside{report, "beside 20,000/s", scene.subject.name, 0};
  for (int round = 0; round < options.rounds; ++round) {
    {
      const Heartbeats others{echo_load, busy};
      Rows::note(beside.echo, echo());
    }
    const Heartbeats others{scene.load, busy};
    Rows::note(beside.push, load.push(time, most));
  }
}

}  // namespace junctor::bench
