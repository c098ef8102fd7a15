// SPDX-License-Identifier: Apache-2.0
// Cost of relayed bytes, and how fairly they are shared. One thread, besides the load's.
#include "relay_bench.hpp"

#include <array>
#include <chrono>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "load.hpp"

namespace junctor::bench {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr double kPace = 50e6;  // bytes a second
constexpr Seconds kWarmUp{0.15};
constexpr Kinds kTcpTcp{};

/// One line of the plan: these writes, through all subjects in turn.
struct Flow {
  const char* what;
  size_t write;
  double rate;
  size_t sessions;
  bool large;     ///< through WebSockets, too; and gross loss counts
  double target;  ///< of TCP against splice
};

// One stream paced, several saturated: so each side of the machine has work. Small writes come from many; what they
// cost depends on how many of them a busy machine lets gather, so they gate nothing.
constexpr std::array kFlows{
    Flow{"1400 B", 1400, 0, 8, false, 0.65}, Flow{"1400 B, 50 MB/s", 1400, kPace, 8, false, 0.65},
    Flow{"16 KiB", 16384, 0, 4, true, 1.05}, Flow{"16 KiB, 50 MB/s", 16384, kPace, 1, true, 1.0},
    Flow{"64 KiB", 65536, 0, 4, true, 1.05}, Flow{"64 KiB, 50 MB/s", 65536, kPace, 1, true, 1.0},
};

struct Contender {
  const Subject* subject;
  Kinds kinds;
  Row* cost;
  Row* speed;
};

struct Cost {
  double per_gigabyte;  ///< CPU seconds; 0 where they cannot be seen
  double bytes_per_second;
};

Cost measure(const Contender& contender, const Flow& flow, Seconds time) {
  const std::vector<Session> sessions = contender.subject->open_many(flow.sessions, contender.kinds);
  const Load load{sessions, contender.kinds, {flow.write, flow.rate}};
  std::this_thread::sleep_for(kWarmUp);
  const uint64_t bytes = load.received_in_all();
  const double cpu = contender.subject->cpu_seconds();
  const auto begin = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(time);
  const double used = contender.subject->cpu_seconds() - cpu;
  const auto passed = static_cast<double>(load.received_in_all() - bytes);
  const double took = Seconds{std::chrono::steady_clock::now() - begin}.count();
  if (passed <= 0) throw std::runtime_error{contender.subject->name + " has passed nothing on: " + flow.what};
  return {used / passed * 1e9, passed / took};
}

class CostTable {
 public:
  CostTable(Place& place, Report& report) : place_{place}, report_{report} {}

  std::vector<Contender> contenders(const Flow& flow) {
    constexpr Transport kTcp = Transport::kTcp;
    constexpr Transport kWs = Transport::kWebSocket;
    std::vector<Contender> all;
    Row* const splice = add(all, flow, place_.splice(), kTcpTcp, "", nullptr, 0);
    Row* const copy = add(all, flow, place_.copy(), kTcpTcp, "", splice, 0);
    add(all, flow, place_.relay(), kTcpTcp, " tcp-tcp", splice, flow.target);
    if (!flow.large) return all;
    add(all, flow, place_.relay(), {kWs, kTcp}, " ws-tcp", copy, kWebSocketTarget);
    add(all, flow, place_.relay(), {kTcp, kWs}, " tcp-ws", copy, kWebSocketTarget);
    add(all, flow, place_.relay(), {kWs, kWs}, " ws-ws", copy, kWebSocketTarget);
    return all;
  }

  /// Behind the costs.
  void add_speeds() {
    for (const Row& row : speeds_) report_.add(row);
  }

 private:
  static constexpr double kWebSocketTarget = 1.1;

  Row* add(std::vector<Contender>& all, const Flow& flow, const Subject& subject, Kinds kinds, const char* way,
           Row* base, double target) {
    Row cost{"relay, cost of bytes", flow.what, subject.name + way, "cpu-s/GB", base, target};
    cost.gates = flow.large && target != 0;
    Row speed{"relay, throughput", flow.what, subject.name + way, "MB/s", nullptr};
    all.push_back({&subject, kinds, subject.pid ? &report_.add(cost) : nullptr, &speeds_.emplace_back(speed)});
    return all.back().cost;
  }

  Place& place_;
  Report& report_;
  std::deque<Row> speeds_;
};

/// By both ways in turn; the first is what the second is held against.
void measure_upgrade(const std::array<Contender, 2>& ways, const Flow& flow, const Options& options) {
  for (int round = 0; round < options.rounds; ++round) {
    for (const Contender& way : ways) {
      const Cost cost = measure(way, flow, Seconds{options.seconds});
      way.cost->rounds.push_back(cost.per_gigabyte);
      way.speed->rounds.push_back(cost.bytes_per_second / 1e6);
    }
  }
}

/// Bits a second, as `junctorctl relay limit` takes it.
void limit_total(testing::Server& server, const std::string& rate) {
  const testing::Answer answer = server.ctl("relay", {"limit", "total", rate});
  if (!answer.ok) throw std::runtime_error{"relay limit: " + answer.error};
}

}  // namespace

void relay_cost(Place& place, const Options& options, Report& report) {
  CostTable table{place, report};
  for (const Flow& flow : kFlows) {
    if (std::string_view{flow.what}.find(options.only) == std::string_view::npos) continue;
    const std::vector<Contender> contenders = table.contenders(flow);
    for (int round = 0; round < options.rounds; ++round) {
      for (const Contender& contender : contenders) {
        const Cost cost = measure(contender, flow, Seconds{options.seconds});
        if (contender.cost != nullptr) contender.cost->rounds.push_back(cost.per_gigabyte);
        contender.speed->rounds.push_back(cost.bytes_per_second / 1e6);
      }
    }
  }
  table.add_speeds();
}

void relay_upgrade(Place& place, const Options& options, Report& report) {
  constexpr double kTarget = 1.02;
  constexpr Kinds kWsTcp{Transport::kWebSocket, Transport::kTcp};
  constexpr Kinds kWsWs{Transport::kWebSocket, Transport::kWebSocket};
  if (!place.is_own()) return;
  for (const Flow& flow : kFlows) {
    if (!flow.large || !options.wants_flow(flow.what)) continue;
    for (const auto& [kinds, way] : {std::pair{kWsTcp, " ws-tcp"}, std::pair{kWsWs, " ws-ws"}}) {
      const std::string part = "relay, by upgrade";
      const Subject& own = place.relay();
      const Subject& http = place.upgraded();
      Row* base = &report.add({part, flow.what, "P+3" + std::string{way}, "cpu-s/GB", nullptr});
      Row* cost = &report.add({part, flow.what, http.name + way, "cpu-s/GB", base, kTarget});
      Row* speeds[] = {&report.add({"relay, by upgrade, speed", flow.what, base->subject, "MB/s", nullptr}),
                       &report.add({"relay, by upgrade, speed", flow.what, cost->subject, "MB/s", nullptr})};
      measure_upgrade(std::array{Contender{&own, kinds, base, speeds[0]}, Contender{&http, kinds, cost, speeds[1]}},
                      flow, options);
    }
  }
}

void relay_fairness(Place& place, const Options&, Report& report) {
  constexpr size_t kSessions = 8;
  constexpr Seconds kSettle{3};
  constexpr Seconds kTime{2};
  constexpr double kTotal = 400e6;  // bits a second
  if (place.server() == nullptr) return;
  limit_total(*place.server(), "400Mbit");
  const std::vector<Session> sessions = place.relay().open_many(kSessions);
  std::vector<double> shares;
  {
    const Load load{sessions, kTcpTcp, {65536, 0}};
    std::this_thread::sleep_for(kSettle);
    const std::vector<uint64_t> before = load.received();
    std::this_thread::sleep_for(kTime);
    const std::vector<uint64_t> after = load.received();
    for (size_t i = 0; i < kSessions; ++i) shares.push_back(static_cast<double>(after[i] - before[i]));
  }
  limit_total(*place.server(), "default");
  double sum = 0;
  for (const double share : shares) sum += share;
  Row& index = report.add({"relay, fairness", "8 greedy sessions", "junctor", "Jain", nullptr, 0.99, true});
  index.rounds = {fairness_index(shares)};
  Row& used = report.add({"relay, fairness", "part of total_rate", "junctor", "", nullptr});
  used.rounds = {sum * 8 / kTime.count() / kTotal};
}

}  // namespace junctor::bench
