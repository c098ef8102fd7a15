// SPDX-License-Identifier: Apache-2.0
#include "exposition.hpp"

#include <doctest/doctest.h>

#include "junctor/result.hpp"

namespace junctor::metrics {
namespace {

struct Source {
  const char* plugin;
  const char* instance;
  uint32_t kind;
  const char* name;
  const char* label;
  const char* help;
  int64_t value;
  std::vector<uint64_t> buckets{};
};

Exposition shown(const std::vector<Source>& sources) {
  Exposition exposition;
  for (const Source& one : sources) {
    exposition.add({sizeof(jct_metric_row), one.kind, str(one.instance), str(one.plugin), str(one.name), str(one.label),
                    str(one.help), one.value, one.buckets.empty() ? nullptr : one.buckets.data(), one.buckets.size()});
  }
  return exposition;
}

TEST_CASE("a name says whose it is, once") {
  CHECK(family_name("relay", "sessions", JCT_METRIC_GAUGE) == "junctor_relay_sessions");
  CHECK(family_name("storage_sqlite", "storage_commits", JCT_METRIC_COUNTER) == "junctor_storage_commits");
  CHECK(family_name("storage_sqlite", "storage_commit_time", JCT_METRIC_HISTOGRAM) == "junctor_storage_commit_seconds");
  CHECK(family_name("relay", "refused", JCT_METRIC_COUNTER) == "junctor_refused");
  CHECK(family_name("relay", "relayed", JCT_METRIC_COUNTER) == "junctor_relay_relayed");
  CHECK(family_name("hours", "hits_total", JCT_METRIC_COUNTER) == "junctor_hours_hits");
  CHECK(family_name("", "loop_lag", JCT_METRIC_HISTOGRAM) == "junctor_loop_lag_seconds");
  CHECK(family_name("", "process_open_fds", JCT_METRIC_GAUGE) == "process_open_fds");
  CHECK(family_name("x-y", "9 lives", JCT_METRIC_GAUGE) == "junctor_x_y__9_lives");
}

TEST_CASE("labels are split and escaped, and the instance comes first") {
  CHECK(label_text("relay-eu", "reason=full") == R"(plugin="relay-eu",reason="full")");
  CHECK(label_text("", "kind=tcp,result=hole") == R"(kind="tcp",result="hole")");
  CHECK(label_text("", "reason=a, b,c") == R"(reason="a, b,c")");
  CHECK(label_text("", "re-ason=\"a\\b\n\x01") == R"(re_ason="\"a\\b\n?")");
  CHECK(label_text("", "alone") == R"(label="alone")");
  CHECK(label_text("", "") == "");
  CHECK(label_text("", "address=[::1]:80,x=1") == R"(address="[::1]:80",x="1")");
}

TEST_CASE("text 0.0.4: counters end with _total, one HELP and TYPE a family") {
  const auto exposition = shown({{"relay", "relay", JCT_METRIC_COUNTER, "paired", "", "sessions begun", 3},
                                 {"relay", "relay-eu", JCT_METRIC_COUNTER, "paired", "", "sessions begun", 4},
                                 {"relay", "relay", JCT_METRIC_GAUGE, "sessions", "", "a\\b\nc", -1}});
  CHECK(exposition.text(Format::kText) ==
        "# HELP junctor_relay_paired_total sessions begun\n"
        "# TYPE junctor_relay_paired_total counter\n"
        "junctor_relay_paired_total{plugin=\"relay\"} 3\n"
        "junctor_relay_paired_total{plugin=\"relay-eu\"} 4\n"
        "# HELP junctor_relay_sessions a\\\\b\\nc\n"
        "# TYPE junctor_relay_sessions gauge\n"
        "junctor_relay_sessions{plugin=\"relay\"} -1\n");
}

TEST_CASE("OpenMetrics: the family without _total, units, and an end") {
  const auto exposition = shown({{"", "", JCT_METRIC_COUNTER, "process_cpu_seconds", "", "time", 1'500'000'000},
                                 {"", "", JCT_METRIC_GAUGE, "process_resident_memory_bytes", "", "memory", 7}});
  CHECK(exposition.text(Format::kOpenMetrics) ==
        "# HELP process_cpu_seconds time\n"
        "# TYPE process_cpu_seconds counter\n"
        "# UNIT process_cpu_seconds seconds\n"
        "process_cpu_seconds_total 1.5\n"
        "# HELP process_resident_memory_bytes memory\n"
        "# TYPE process_resident_memory_bytes gauge\n"
        "# UNIT process_resident_memory_bytes bytes\n"
        "process_resident_memory_bytes 7\n"
        "# EOF\n");
}

TEST_CASE("a histogram's buckets add up, in seconds, to its count") {
  const auto exposition = shown({{"s", "s", JCT_METRIC_HISTOGRAM, "wait", "", "waits", 2'000'000, {1, 0, 2, 5}}});
  CHECK(exposition.text(Format::kText) ==
        "# HELP junctor_s_wait_seconds waits\n"
        "# TYPE junctor_s_wait_seconds histogram\n"
        "junctor_s_wait_seconds_bucket{plugin=\"s\",le=\"1e-06\"} 1\n"
        "junctor_s_wait_seconds_bucket{plugin=\"s\",le=\"2e-06\"} 1\n"
        "junctor_s_wait_seconds_bucket{plugin=\"s\",le=\"4e-06\"} 3\n"
        "junctor_s_wait_seconds_bucket{plugin=\"s\",le=\"+Inf\"} 8\n"
        "junctor_s_wait_seconds_sum{plugin=\"s\"} 0.002\n"
        "junctor_s_wait_seconds_count{plugin=\"s\"} 8\n");
}

TEST_CASE("a clash of kinds or of labels leaves one out: the rest of the scrape is good") {
  const auto exposition = shown({{"a", "a", JCT_METRIC_COUNTER, "x", "", "h", 1},
                                 {"a", "a", JCT_METRIC_GAUGE, "x", "", "h", 2},
                                 {"a", "a", JCT_METRIC_COUNTER, "x_total", "", "h", 3}});
  CHECK(exposition.left_out() == 2);
  CHECK(exposition.text(Format::kText).find("junctor_a_x_total{plugin=\"a\"} 1\n") != std::string::npos);
}

TEST_CASE("the Accept header chooses") {
  CHECK(format_for("") == Format::kText);
  CHECK(format_for("text/plain;version=0.0.4") == Format::kText);
  CHECK(format_for("application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5") == Format::kOpenMetrics);
}

}  // namespace
}  // namespace junctor::metrics
