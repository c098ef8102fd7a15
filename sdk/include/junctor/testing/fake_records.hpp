// SPDX-License-Identifier: Apache-2.0
// What the fake host keeps for a test to look at: log lines, events and metrics. Plugins may write from any thread,
// and a test may ask meanwhile; `lines` is for when none does.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../event.h"
#include "../log.h"
#include "../metric.h"
#include "../result.hpp"
#include "fake_loops.hpp"

namespace junctor::testing {

struct LogLine {
  uint32_t level = 0;
  std::string event;
  std::vector<std::pair<std::string, std::string>> fields;

  /// "" where there is no such field.
  std::string field(std::string_view key) const {
    for (const auto& [name, value] : fields) {
      if (name == key) return value;
    }
    return {};
  }
  /// "event=relay.refused reason=wrong_key"
  std::string text() const {
    std::string out = "event=" + event;
    for (const auto& [name, value] : fields) out += ' ' + name + '=' + value;
    return out;
  }
};

struct MetricRecord {
  uint32_t kind = 0;
  int64_t value = 0;  ///< the sum for a histogram
  uint64_t count = 0;
};

class FakeRecords {
 public:
  explicit FakeRecords(FakeLoops& loops) : loops_{loops} {}

  const std::vector<LogLine>& lines() const { return lines_; }
  /// The last line of an event; a line without event where there is none.
  LogLine last(std::string_view event) const {
    const std::lock_guard lock{mutex_};
    for (auto line = lines_.rbegin(); line != lines_.rend(); ++line) {
      if (line->event == event) return *line;
    }
    return {};
  }
  size_t count(std::string_view event) const {
    const std::lock_guard lock{mutex_};
    size_t n = 0;
    for (const LogLine& line : lines_) n += line.event == event ? 1 : 0;
    return n;
  }
  /// label: as it was opened with ("reason=wrong_key"); all zero where nobody opened it.
  MetricRecord metric(const std::string& name, const std::string& label = "") const {
    const std::lock_guard lock{mutex_};
    const auto at = names_.find({name, label});
    return at == names_.end() ? MetricRecord{} : metrics_[at->second - 1];
  }

  LogLine last_event(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    for (auto event = events_.rbegin(); event != events_.rend(); ++event) {
      if (event->event == name) return *event;
    }
    return {};
  }
  size_t count_events(std::string_view name) const {
    const std::lock_guard lock{mutex_};
    size_t n = 0;
    for (const LogLine& event : events_) n += event.event == name ? 1 : 0;
    return n;
  }
  void publish_to_plugin(const std::string& instance, const std::string& name,
                         const std::vector<std::pair<std::string, std::string>>& fields) {
    if (hear_ == nullptr || !loops_.is_open()) return;
    std::vector<jct_field> raw;
    for (const auto& [key, value] : fields) raw.push_back({key.c_str(), str(value)});
    const jct_event event{sizeof(jct_event), 0, str(instance), str(name), loops_.wall(), raw.data(), raw.size()};
    hear_(hearer_, &event);
  }

  uint32_t log_level = JCT_LOG_DEBUG;
  bool events_wanted = true;
  size_t metric_capacity = 1000;

  static const jct_log_api* log_table() {
    static constexpr jct_log_api kTable{
        sizeof(jct_log_api), 0,
        [](const jct_host* h, uint32_t level) -> uint32_t { return level <= of(h).log_level ? 1 : 0; },
        [](const jct_host* h, uint32_t level, const char* event, const jct_field* fields, uint64_t count) {
          of(h).write(level, event, fields, count);
        }};
    return &kTable;
  }
  static const jct_event_api* event_table() {
    static constexpr jct_event_api kTable{
        sizeof(jct_event_api), 0, [](const jct_host* h) -> uint32_t { return of(h).events_wanted ? 1 : 0; },
        [](const jct_host* h, const char* name, const jct_field* fields, uint64_t count) {
          of(h).publish(name, fields, count);
        },
        [](const jct_host* h, jct_event_fn fn, void* self) { return of(h).subscribe(fn, self); }};
    return &kTable;
  }
  static const jct_metric_api* metric_table() {
    static constexpr jct_metric_api kTable{
        sizeof(jct_metric_api),
        0,
        [](const jct_host* h, uint32_t kind, const char* name, const char* label, const char*, jct_handle* out) {
          return of(h).open(kind, name, label, out);
        },
        [](const jct_host* h, jct_handle metric, int64_t value) { of(h).add(metric, value); },
        [](const jct_host* h, jct_handle metric, int64_t value) { of(h).set(metric, value); },
        [](const jct_host* h, void* self, void (*row)(void*, const jct_metric_row*)) { of(h).read(self, row); }};
    return &kTable;
  }

 private:
  static FakeRecords& of(const jct_host* host) { return *HostRecord::of(host).records; }

  void write(uint32_t level, const char* event, const jct_field* fields, uint64_t count) {
    const std::lock_guard lock{mutex_};
    if (level > log_level) return;
    LogLine line{level, event, {}};
    for (uint64_t i = 0; i < count; ++i) line.fields.emplace_back(fields[i].key, view(fields[i].value));
    lines_.push_back(std::move(line));
  }

  void publish(const char* name, const jct_field* fields, uint64_t count) {
    const std::lock_guard lock{mutex_};
    if (!events_wanted) return;
    LogLine event{0, name, {}};
    for (uint64_t i = 0; i < count; ++i) event.fields.emplace_back(fields[i].key, view(fields[i].value));
    events_.push_back(std::move(event));
  }
  jct_status subscribe(jct_event_fn fn, void* self) {
    if (const jct_status status = loops_.need_control("subscribe"); status != JCT_OK) return status;
    if (fn == nullptr) return JCT_E_ARG;
    if (hear_ != nullptr) return JCT_E_EXISTS;
    hear_ = fn;
    hearer_ = self;
    return JCT_OK;
  }

  /// Histograms without their buckets.
  void read(void* self, void (*row)(void*, const jct_metric_row*)) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [key, index] : names_) {
      const MetricRecord& metric = metrics_[index - 1];
      const jct_metric_row one{sizeof(jct_metric_row), metric.kind, str("test"),  str("test"), str(key.first),
                               str(key.second),        str("help"), metric.value, nullptr,     0};
      row(self, &one);
    }
  }

  jct_status open(uint32_t kind, const char* name, const char* label, jct_handle* out) {
    if (const jct_status status = loops_.need_loop("metric open"); status != JCT_OK) return status;
    if (kind < JCT_METRIC_COUNTER || kind > JCT_METRIC_HISTOGRAM || name == nullptr || out == nullptr) return JCT_E_ARG;
    const std::pair<std::string, std::string> key{name, label == nullptr ? "" : label};
    const std::lock_guard lock{mutex_};
    const auto known = names_.find(key);
    if (known == names_.end() && metrics_.size() >= metric_capacity) return JCT_E_LIMIT;
    if (known == names_.end()) {
      metrics_.push_back({kind, 0, 0});
      names_[key] = metrics_.size();
    } else if (metrics_[known->second - 1].kind != kind) {
      return JCT_E_EXISTS;
    }
    *out = names_[key];
    return JCT_OK;
  }
  void add(jct_handle metric, int64_t value) {
    const std::lock_guard lock{mutex_};
    if (metric == 0 || metric > metrics_.size()) return;
    metrics_[metric - 1].value += value;
    ++metrics_[metric - 1].count;
  }
  void set(jct_handle metric, int64_t value) {
    const std::lock_guard lock{mutex_};
    if (metric == 0 || metric > metrics_.size() || metrics_[metric - 1].kind != JCT_METRIC_GAUGE) return;
    metrics_[metric - 1].value = value;
  }

  FakeLoops& loops_;
  mutable std::mutex mutex_;
  std::vector<LogLine> lines_;
  std::vector<LogLine> events_;
  jct_event_fn hear_ = nullptr;
  void* hearer_ = nullptr;
  std::map<std::pair<std::string, std::string>, jct_handle> names_;
  std::vector<MetricRecord> metrics_;
};

}  // namespace junctor::testing
