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

std::vector<Metrics::Row> Metrics::rows() const {
  const std::lock_guard lock{mutex_};
  std::vector<Row> rows;
  rows.reserve(all_.size());
  for (const auto& [key, entry] : all_) {
    rows.push_back({key, entry.help, entry.metric->kind(), entry.metric->total(), entry.metric->buckets()});
  }
  return rows;
}

}  // namespace junctor::ops
