// SPDX-License-Identifier: Apache-2.0
// Sums over cells, buckets of durations, and the bound an instance has.
#include "ops/metrics.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace junctor::ops;

TEST_CASE("a counter sums what all loops add") {
  Metrics metrics;
  Metric* counter = metrics.open(MetricKind::kCounter, {"relay", "sessions", ""}, "help");
  std::vector<std::thread> threads;
  for (uint32_t cell = 0; cell < 4; ++cell) {
    threads.emplace_back([counter, cell] {
      for (int i = 0; i < 1000; ++i) counter->add(cell * 3, 1);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(counter->total() == 4000);
}

TEST_CASE("a gauge that is set forgets what was added") {
  Metric gauge{MetricKind::kGauge};
  gauge.add(0, 5);
  gauge.add(7, 5);
  gauge.set(3);
  CHECK(gauge.total() == 3);
  gauge.add(5, -4);
  CHECK(gauge.total() == -1);
}

TEST_CASE("a histogram counts durations below powers of two of a microsecond") {
  Metric histogram{MetricKind::kHistogram};
  histogram.add(0, 0);
  histogram.add(0, 999);               // below 1 us
  histogram.add(0, 1'000);             // below 2 us
  histogram.add(0, 3'999);             // below 4 us
  histogram.add(0, -5);                // a clock that went back
  histogram.add(0, int64_t{1} << 62);  // beyond all
  const auto buckets = histogram.buckets();
  CHECK(buckets[0] == 3);
  CHECK(buckets[1] == 1);
  CHECK(buckets[2] == 1);
  CHECK(buckets[Metric::kBuckets - 1] == 1);
}

TEST_CASE("one key is one metric, rows are in order, and an instance has a bound") {
  Metrics metrics;
  Metric* b = metrics.open(MetricKind::kCounter, {"b", "n", ""}, "help");
  metrics.open(MetricKind::kCounter, {"a", "n", "reason=x"}, "help");
  CHECK(metrics.open(MetricKind::kCounter, {"b", "n", ""}, "other") == b);
  b->add(0, 2);
  const auto rows = metrics.rows();
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].key.instance == "a");
  CHECK(rows[1].value == 2);
  CHECK(rows[1].help == "help");
  size_t made = 1;
  while (metrics.open(MetricKind::kCounter, {"b", "n", std::to_string(made)}, "") != nullptr) ++made;
  CHECK(made == 512);
  CHECK(metrics.open(MetricKind::kCounter, {"c", "n", ""}, "") != nullptr);
}
