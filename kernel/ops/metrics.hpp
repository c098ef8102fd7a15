// SPDX-License-Identifier: Apache-2.0
// Counters, gauges and histograms by instance. Adding is one relaxed atomic in the caller's own cell; reading sums.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace junctor::ops {

enum class MetricKind : uint32_t { kCounter = 1, kGauge = 2, kHistogram = 3 };

/// One metric. Spread over cells so that loops do not share a cache line.
class Metric {
 public:
  static constexpr size_t kCells = 8;
  /// Bucket i counts durations below 2^i microseconds; the last one everything.
  static constexpr size_t kBuckets = 28;

  explicit Metric(MetricKind kind);

  /// [any] `cell`: any number, best the caller's loop.
  void add(uint32_t cell, int64_t value);
  void set(int64_t value);

  int64_t total() const;
  MetricKind kind() const { return kind_; }
  std::array<uint64_t, kBuckets> buckets() const;

  /// Of its owner: a handle. Set once, where it was opened.
  std::atomic<uint64_t> user{0};

 private:
  struct alignas(64) Cell {
    std::atomic<int64_t> value{0};
  };
  MetricKind kind_;
  std::array<Cell, kCells> cells_;
  std::unique_ptr<std::array<std::atomic<uint64_t>, kBuckets>> buckets_;  ///< histograms only
};

class Metrics {
 public:
  struct Key {
    std::string instance, name, label;
    auto operator<=>(const Key&) const = default;
  };
  struct Row {
    Key key;
    std::string help;
    MetricKind kind;
    int64_t value;
    std::array<uint64_t, Metric::kBuckets> buckets;
    std::string plugin;  ///< of the instance; empty: the kernel's own
  };
  /// Adds rows that are worked out when somebody asks, and takes away those that no longer matter.
  using Editor = std::function<void(std::vector<Row>&)>;

  /// [any] The same key gives the same metric; null past the bound an instance has. Metrics are never freed.
  Metric* open(MetricKind kind, Key key, const std::string& help);
  /// [any] By key, in order.
  std::vector<Row> rows() const;
  /// [any] The same as `edit` leaves them; slower.
  std::vector<Row> all() const;
  /// Once, before a second thread runs. [any] may call it.
  void edit_with(Editor edit) { edit_ = std::move(edit); }
  /// [any] What plugin an instance is of.
  void belongs(const std::string& instance, const std::string& plugin);

 private:
  static constexpr size_t kMaxPerInstance = 512;
  struct Entry {
    std::string help;
    std::unique_ptr<Metric> metric;
  };
  mutable std::mutex mutex_;
  std::map<Key, Entry> all_;
  std::map<std::string, size_t> per_instance_;
  std::map<std::string, std::string> plugins_;  ///< by instance
  Editor edit_;
};

}  // namespace junctor::ops
