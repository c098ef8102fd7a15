// SPDX-License-Identifier: Apache-2.0
// Fair shares, simulated: sessions that want much and little, paced not quite exactly, measured in turn. One thread.
#include "fair_share.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <numeric>
#include <random>

using namespace std::chrono_literals;
using namespace junctor;
using namespace junctor::relay;

namespace {

constexpr double kMbit = 1e6;

/// Jain's: 1 where all have the same, 1/n where one has everything.
double fairness(const std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  const double squares = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  return sum * sum / (static_cast<double>(values.size()) * squares);
}

struct Flow {
  double wants;  // bits a second, b to a
  std::unique_ptr<Share> share;
  double echo = 0;  // and a to b
  double bytes_ba = 0, bytes_ab = 0;
  double marked = 0;  // bytes when the measured time began
};

struct Simulation {
  Duration now{};
  std::deque<Flow> flows;
  std::mt19937 random{1};

  Flow& add(double wants, std::vector<PoolPtr> pools, double echo = 0) {
    flows.push_back({wants, std::make_unique<Share>(std::move(pools), now), echo});
    return flows.back();
  }
  /// Each direction passes what it wants within its rate, of which pacing makes 97 to 101 hundredths.
  void run(Duration time) {
    std::uniform_real_distribution<double> pacing{0.97, 1.01};
    for (const Duration end = now + time; now < end;) {
      now += 25ms;
      for (size_t i = 0; i < flows.size(); ++i) {
        Flow& flow = flows[i];
        const double rate = static_cast<double>(flow.share->rate()) * pacing(random);
        const auto passed = [rate](double wants) { return (rate > 0 ? std::min(rate, wants) : wants) * 0.025 / 8; };
        flow.bytes_ba += passed(flow.wants);
        flow.bytes_ab += passed(flow.echo);
        if ((static_cast<size_t>(now / 25ms) + i) % 6 == 0) {
          flow.share->measure(static_cast<uint64_t>(flow.bytes_ab), static_cast<uint64_t>(flow.bytes_ba), now);
        }
      }
    }
  }
  /// Bits a second of each flow from now on, for `time`.
  std::vector<double> rates(Duration time) {
    for (Flow& flow : flows) flow.marked = flow.bytes_ba + flow.bytes_ab;
    run(time);
    std::vector<double> all;
    for (const Flow& flow : flows) {
      all.push_back((flow.bytes_ba + flow.bytes_ab - flow.marked) * 8 / std::chrono::duration<double>(time).count());
    }
    return all;
  }
};

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST_CASE("greedy sessions share what modest ones leave, and the modest are not cut") {
  const auto total = std::make_shared<Pool>(100'000'000);
  Simulation world;
  for (int i = 0; i < 8; ++i) world.add(1000 * kMbit, {total});
  for (int i = 0; i < 8; ++i) world.add((0.5 + 0.25 * i) * kMbit, {total});
  world.run(2s);
  const std::vector<double> rates = world.rates(5s);
  const std::vector<double> greedy{rates.begin(), rates.begin() + 8};
  MESSAGE("fairness of 8 greedy sessions: ", fairness(greedy), "; used: ", sum(rates) / kMbit, " of 100 Mbit");
  CHECK(fairness(greedy) > 0.999);
  CHECK(sum(rates) > 97 * kMbit);
  CHECK(sum(rates) < 101 * kMbit);
  for (size_t i = 8; i < 16; ++i) CHECK(rates[i] == doctest::Approx(world.flows[i].wants).epsilon(0.01));
}

TEST_CASE("nobody is cut while there is room, though one alone would take it all") {
  const auto total = std::make_shared<Pool>(80'000'000);
  Simulation world;
  for (int i = 0; i < 7; ++i) world.add(9.5 * kMbit, {total});
  world.add(1000 * kMbit, {total});
  world.run(3s);
  const std::vector<double> rates = world.rates(5s);
  MESSAGE("seven want 9.5 Mbit and get ", (sum(rates) - rates[7]) / 7 / kMbit, "; the eighth: ", rates[7] / kMbit);
  CHECK((sum(rates) - rates[7]) / 7 > 9.2 * kMbit);
  CHECK(rates[7] > 11.5 * kMbit);
}

TEST_CASE("a lone session gets everything from its first moment") {
  Simulation world;
  world.add(1000 * kMbit, {std::make_shared<Pool>(100'000'000)});
  CHECK(world.rates(1s)[0] > 95 * kMbit);
}

TEST_CASE("what sessions leave goes to the others within a second, and back again") {
  const auto total = std::make_shared<Pool>(100'000'000);
  Simulation world;
  for (int i = 0; i < 10; ++i) world.add(1000 * kMbit, {total});
  world.run(2s);
  for (int i = 1; i < 10; ++i) world.flows[static_cast<size_t>(i)].wants = 0;
  world.run(1s);
  CHECK(world.rates(1s)[0] > 93 * kMbit);
  for (Flow& flow : world.flows) flow.wants = 1000 * kMbit;
  world.run(1s);
  const std::vector<double> rates = world.rates(2s);
  CHECK(fairness(rates) > 0.999);
  CHECK(sum(rates) < 101 * kMbit);
}

TEST_CASE("a session is bound by the tightest of its pools, and others take what that leaves of the wider") {
  const auto total = std::make_shared<Pool>(100'000'000);
  const auto address = std::make_shared<Pool>(20'000'000);
  Simulation world;
  for (int i = 0; i < 4; ++i) world.add(1000 * kMbit, {total, address});
  for (int i = 0; i < 4; ++i) world.add(1000 * kMbit, {total});
  world.run(2s);
  const std::vector<double> rates = world.rates(5s);
  for (size_t i = 0; i < 4; ++i) CHECK(rates[i] == doctest::Approx(5 * kMbit).epsilon(0.04));
  for (size_t i = 4; i < 8; ++i) CHECK(rates[i] == doctest::Approx(20 * kMbit).epsilon(0.04));
}

TEST_CASE("both directions count together") {
  const auto total = std::make_shared<Pool>(40'000'000);
  Simulation world;
  world.add(1000 * kMbit, {total}, 1000 * kMbit);
  world.add(1000 * kMbit, {total});
  world.run(2s);
  const std::vector<double> rates = world.rates(4s);
  CHECK(rates[0] == doctest::Approx(20 * kMbit).epsilon(0.04));
  CHECK(rates[1] == doctest::Approx(20 * kMbit).epsilon(0.04));
}

TEST_CASE("a bound changes, goes and comes back while sessions run") {
  const auto total = std::make_shared<Pool>(10'000'000);
  Simulation world;
  for (int i = 0; i < 4; ++i) world.add(50 * kMbit, {total});
  world.run(2s);
  total->set_rate(20'000'000);
  world.run(1s);
  CHECK(sum(world.rates(2s)) == doctest::Approx(20 * kMbit).epsilon(0.03));
  total->set_rate(0);
  world.run(1s);
  CHECK(sum(world.rates(1s)) == doctest::Approx(200 * kMbit).epsilon(0.01));
  total->set_rate(4'000'000);
  world.run(3s);
  CHECK(sum(world.rates(2s)) == doctest::Approx(4 * kMbit).epsilon(0.05));
}

TEST_CASE("a session that ends takes its part out of the sums") {
  const auto total = std::make_shared<Pool>(100'000'000);
  Simulation world;
  for (int i = 0; i < 5; ++i) world.add(1000 * kMbit, {total});
  world.run(2s);
  world.flows.pop_back();
  world.run(1s);
  CHECK(sum(world.rates(2s)) > 96 * kMbit);
  world.flows.clear();
  CHECK(total->use() == 0);
  CHECK(total->first_level() == 100'000'000);
}

TEST_CASE("a session in no pool has no bound") {
  Share share{{}, 0ms};
  share.measure(1'000'000'000, 0, 1s);
  CHECK(share.rate() == 0);
}

}  // namespace
