// SPDX-License-Identifier: Apache-2.0
#include "heartbeat_bench.hpp"

#include <array>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "heartbeat_load.hpp"

namespace junctor::bench {
namespace {

constexpr Seconds kWarmUp{0.1};
constexpr size_t kWindow = 64;
constexpr double kScaleTarget = 1.1;  // of an event's cost with the most peers against that with the fewest

struct Flow {
  const char* what;
  double rate;  ///< 0: as much as will go
  double target;
  bool gates;
};
constexpr std::array kFlows{Flow{"64 in flight", 0, 1.15, true}, Flow{"10,000 a second", 10'000, 1.05, false},
                            Flow{"50,000 a second", 50'000, 0.65, false}};

/// One of those that answer, and who sends to it.
using Contender = Scene;

/// The echo, then the server with ever more peers.
std::vector<Contender> contenders(Place& place, size_t sockets) {
  constexpr size_t kPeers = 1000;
  std::vector<Contender> all{
      {place.echo(), kPeers, std::make_shared<HeartbeatLoad>(place.echo().tcp, sockets, kPeers)}};
  for (const Scene& scene : place.scenes()) {
    all.push_back(scene);
    all.back().subject.name += " " + with_commas(scene.peers);
  }
  return all;
}

struct Cost {
  double each_us;  ///< CPU
  double rate;
  double lost;  ///< percent
};

/// All that `send` counts, down to the last answer.
Cost measure(const Subject& subject, const std::function<BeatCount()>& send) {
  const double cpu = subject.cpu_seconds();
  const BeatCount count = send();
  const double used = subject.cpu_seconds() - cpu;
  if (count.answered == 0 || count.unknown > 0)
    throw std::runtime_error{subject.name + " does not answer as it should"};
  const auto answered = static_cast<double>(count.answered);
  return {used / answered * 1e6, answered / count.seconds, 100 - 100 * answered / static_cast<double>(count.sent)};
}

Cost measure(const Contender& contender, const Flow& flow, Seconds time) {
  HeartbeatLoad& load = *contender.load;
  const auto send = [&](Seconds how_long) {
    return flow.rate > 0 ? load.pace(flow.rate, how_long) : load.saturate(kWindow, how_long);
  };
  send(kWarmUp);
  return measure(contender.subject, [&] { return send(time); });
}

/// The rows of a flow, one of each kind for a contender.
class FlowRows {
 public:
  FlowRows(Report& report, const Flow& flow, const std::vector<Contender>& all) {
    for (const Contender& contender : all) {
      const bool first = costs_.empty();
      Row cost{"heartbeats, CPU of each", flow.what, contender.subject.name, "us", first ? nullptr : costs_[0],
               first ? 0 : flow.target};
      cost.gates = flow.gates && !first;
      costs_.push_back(&report.add(cost));
    }
    for (const Contender& contender : all) {
      rates_.push_back(&report.add({"heartbeats, answered", flow.what, contender.subject.name, "a second", nullptr}));
    }
    for (const Contender& contender : all) {
      lost_.push_back(&report.add({"heartbeats, lost", flow.what, contender.subject.name, "%", nullptr}));
    }
    if (all.size() < 3) return;
    scale_ = &report.add({"heartbeats, by peers", flow.what, all.back().subject.name, "us", costs_[1], kScaleTarget});
    scale_->gates = flow.gates;
  }

  void note(size_t contender, const Cost& cost) {
    costs_[contender]->rounds.push_back(cost.each_us);
    rates_[contender]->rounds.push_back(cost.rate);
    lost_[contender]->rounds.push_back(cost.lost);
    if (scale_ != nullptr && contender + 1 == costs_.size()) scale_->rounds.push_back(cost.each_us);
  }

 private:
  std::vector<Row*> costs_;
  std::vector<Row*> rates_;
  std::vector<Row*> lost_;
  Row* scale_ = nullptr;
};

void measure_flow(const Flow& flow, const std::vector<Contender>& all, const Options& options, Report& report) {
  FlowRows rows{report, flow, all};
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < all.size(); ++i) {
      rows.note(i, measure(all[i], flow, Seconds{options.seconds}));
    }
  }
}

void one_by_one(const std::vector<Contender>& all, const Options& options, Report& report) {
  constexpr std::array kParts{0.5, 0.99};
  std::vector<Row*> rows;
  for (const Contender& contender : all) {
    for (const char* what : {"p50", "p99"}) {
      Row* const base = rows.size() < 2 ? nullptr : rows[rows.size() % 2];
      rows.push_back(&report.add({"heartbeats, alone", what, contender.subject.name, "us", base}));
    }
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < all.size(); ++i) {
      std::vector<double> times = all[i].load->one_by_one(Seconds{options.seconds});
      for (size_t part = 0; part < 2; ++part) rows[i * 2 + part]->rounds.push_back(percentile(times, kParts[part]));
    }
  }
}

}  // namespace

void heartbeats(Place& place, const Options& options, Report& report) {
  const std::vector<Contender> all = contenders(place, options.sockets);
  for (const Flow& flow : kFlows) {
    if (options.wants_flow(flow.what)) measure_flow(flow, all, options, report);
  }
  if (options.wants_flow("alone")) one_by_one(all, options, report);
}

}  // namespace junctor::bench
