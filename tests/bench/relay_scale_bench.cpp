// SPDX-License-Identifier: Apache-2.0
// Relayed bytes by the number of sessions that share the work. One thread, besides the load's.
#include <array>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "load.hpp"
#include "relay_bench.hpp"
#include "timing.hpp"

namespace junctor::bench {
namespace {

constexpr std::array<size_t, 5> kSessions{1, 10, 100, 1000, 5000};
constexpr size_t kSpliceMost = 1000;  // the bare loop holds six descriptors for each session
constexpr size_t kWrite = 65536;
constexpr Seconds kWarmUp{0.15};
constexpr int kPatience = 20;  // times the time of a round

struct Pace {
  const char* what;
  double rate;
  double target;  ///< against splice (design.md 7)
};
constexpr std::array kPaces{Pace{"saturated", 0, 1.05}, Pace{"50 MB/s", 50e6, 1.0}};

struct Contender {
  const Subject* subject;
  std::vector<Session> sessions;
};

double cpu_per_gigabyte(const Contender& contender, double rate, Seconds time) {
  const Load load{contender.sessions, {}, {kWrite, rate}};
  std::this_thread::sleep_for(kWarmUp);
  const double cpu = contender.subject->cpu_seconds();
  const uint64_t before = load.received_in_all();
  uint64_t bytes = 0;
  for (int i = 0; i < kPatience && bytes == 0; ++i) {  // on a busy machine nothing may have come in the time
    std::this_thread::sleep_for(time);
    bytes = load.received_in_all() - before;
  }
  if (bytes == 0) throw std::runtime_error{contender.subject->name + " has passed nothing on"};
  return (contender.subject->cpu_seconds() - cpu) / static_cast<double>(bytes) * 1e9;
}

/// The rows of one number of sessions; `firsts`: those of one session.
void measure(const std::vector<Contender>& all, const Options& options, Report& report, std::array<Row*, 2>& firsts) {
  const size_t sessions = all.front().sessions.size();
  for (size_t pace = 0; pace < kPaces.size(); ++pace) {
    const std::string what = with_commas(sessions) + ", " + kPaces[pace].what;
    std::vector<Row*> rows;
    for (const Contender& contender : all) {
      const bool based = !rows.empty();
      rows.push_back(&report.add({"relay, by sessions", what, contender.subject->name, "cpu-s/GB",
                                  based ? rows.front() : nullptr, based ? kPaces[pace].target : 0}));
    }
    for (int round = 0; round < options.rounds; ++round) {
      for (size_t i = 0; i < all.size(); ++i) {
        rows[i]->rounds.push_back(cpu_per_gigabyte(all[i], kPaces[pace].rate, Seconds{options.seconds}));
      }
    }
    if (firsts[pace] == nullptr) {
      firsts[pace] = rows.back();
      continue;
    }
    Row& growth = report.add({"relay, against one", what, all.back().subject->name, "cpu-s/GB", firsts[pace]});
    growth.rounds = rows.back()->rounds;
  }
}

}  // namespace

void relay_sessions(Place& place, const Options& options, Report& report) {
  if (!place.relay().pid) return;
  std::array<Row*, 2> firsts{};
  for (const size_t count : kSessions) {
    if (count > options.sessions) break;
    std::vector<Contender> all;
    if (count <= kSpliceMost) all.push_back({&place.splice(), place.splice().open_many(count)});
    all.push_back({&place.relay(), place.relay().open_many(count)});
    measure(all, options, report, firsts);
  }
}

}  // namespace junctor::bench
