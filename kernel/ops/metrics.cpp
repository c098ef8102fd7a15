// SPDX-License-Identifier: Apache-2.0
#include "ops/metrics.hpp"

#include <bit>

namespace junctor::ops {

Metric::Metric(MetricKind kind) : kind_{kind} {
  if (kind == MetricKind::kHistogram) buckets_ = std::make_unique<std::array<std::atomic<uint64_t>, kBuckets>>();
}

void Metric::add(uint32_t cell, int64_t value) {
  cells_[cell % kCells].value.fetch_add(value, std::memory_order_relaxed);
  if (!buckets_) return;
  const uint64_t micros = value < 0 ? 0 : static_cast<uint64_t>(value) / 1000;
  const size_t bucket = static_cast<size_t>(std::bit_width(micros));
  (*buckets_)[bucket < kBuckets ? bucket : kBuckets - 1].fetch_add(1, std::memory_order_relaxed);
}

void Metric::set(int64_t value) {
  for (size_t i = 1; i < kCells; ++i) cells_[i].value.store(0, std::memory_order_relaxed);
  cells_[0].value.store(value, std::memory_order_relaxed);
}

int64_t Metric::total() const {
  int64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
  return sum;
}

std::array<uint64_t, Metric::kBuckets> Metric::buckets() const {
  std::array<uint64_t, kBuckets> all{};
  if (!buckets_) return all;
  for (size_t i = 0; i < kBuckets; ++i) all[i] = (*buckets_)[i].load(std::memory_order_relaxed);
  return all;
}

Metric* Metrics::open(MetricKind kind, Key key, const std::string& help) {
  const std::lock_guard lock{mutex_};
  if (const auto found = all_.find(key); found != all_.end()) return found->second.metric.get();
  size_t& count = per_instance_[key.instance];
  if (count >= kMaxPerInstance) return nullptr;
  ++count;
  Entry& entry = all_[std::move(key)];
  entry.help = help;
  entry.metric = std::make_unique<Metric>(kind);
  return entry.metric.get();
}

/// Entries never go and never change: only the walk needs the mutex, which a loop that opens a metric waits for.
std::vector<Metrics::Row> Metrics::rows() const {
  std::vector<const std::pair<const Key, Entry>*> entries;
  std::map<std::string, std::string> plugins;
  {
    const std::lock_guard lock{mutex_};
    entries.reserve(all_.size());
    for (const auto& entry : all_) entries.push_back(&entry);
    plugins = plugins_;
  }
  std::vector<Row> rows;
  rows.reserve(entries.size());
  for (const auto* entry : entries) {
    const Metric& metric = *entry->second.metric;
    rows.push_back({entry->first, entry->second.help, metric.kind(), metric.total(), metric.buckets(),
                    plugins[entry->first.instance]});
  }
  return rows;
}

std::vector<Metrics::Row> Metrics::all() const {
  std::vector<Row> all = rows();
  if (edit_) edit_(all);
  return all;
}

void Metrics::belongs(const std::string& instance, const std::string& plugin) {
  const std::lock_guard lock{mutex_};
  plugins_[instance] = plugin;
}

}  // namespace junctor::ops
