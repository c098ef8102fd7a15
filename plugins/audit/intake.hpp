// SPDX-License-Identifier: Apache-2.0
// Records on their way to the file: bounded, so that publishers never wait for a disk. Any thread; the mutex is held
// for a push or a swap.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

#include "record.hpp"

namespace junctor::audit {

class Intake {
 public:
  struct Limits {
    size_t capacity = 0;             ///< records that wait
    size_t refusals_per_second = 0;  ///< anybody can bring those about, and must not fill the disk; 0: no bound
    size_t bytes_per_hour = 0;       ///< of each kind but operators' acts; 0: no bound
  };

  explicit Intake(const Limits& limits) : limits_{limits} {}
  void configure(const Limits& limits) {
    const std::lock_guard lock{mutex_};
    limits_ = limits;
  }

  /// False when it is lost: it is counted, and told of in the next batch.
  bool push(Record&& record) {
    const uint64_t second = record.wall / 1'000'000;
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= limits_.capacity) return lose();
    if (record.kind == Kind::kRefusal && limits_.refusals_per_second > 0) {
      if (std::exchange(second_, second) != second) refusals_ = 0;
      if (refusals_ >= limits_.refusals_per_second) return lose();
      ++refusals_;
    }
    if (!spend(record, second / 3600)) return lose();
    waiting_.push_back(std::move(record));
    return true;
  }

  struct Batch {
    std::vector<Record> records;
    size_t lost = 0;  ///< since the last one
  };
  Batch take() {
    const std::lock_guard lock{mutex_};
    return {std::exchange(waiting_, {}), std::exchange(lost_, 0)};
  }
  /// Those could not be written: they count as lost.
  void give_up(const Batch& batch) {
    const std::lock_guard lock{mutex_};
    lost_ += batch.records.size() + batch.lost;
  }
  size_t waiting() const {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
  }

 private:
  /// As it will be written, about: what has to be escaped takes six bytes.
  static size_t size_of(const Record& record) {
    constexpr size_t kFrame = 100;
    constexpr size_t kMostOfOne = 6 * 300;  // a longer value is cut
    size_t sum = kFrame;
    for (const auto& [key, value] : record.fields) {
      size_t size = 0;
      for (const char c : value) size += static_cast<unsigned char>(c) < ' ' ? 6 : 1;
      sum += key.size() + std::min(size, kMostOfOne);
    }
    return sum;
  }

  bool spend(const Record& record, uint64_t hour) {
    if (limits_.bytes_per_hour == 0 || record.kind == Kind::kOperator) return true;
    if (std::exchange(hour_, hour) != hour) spent_.fill(0);
    size_t& spent = spent_[static_cast<size_t>(record.kind)];
    const size_t size = size_of(record);
    if (spent + size > limits_.bytes_per_hour) return false;
    spent += size;
    return true;
  }

  bool lose() {
    ++lost_;
    return false;
  }

  mutable std::mutex mutex_;
  Limits limits_;
  std::vector<Record> waiting_;
  size_t lost_ = 0;
  uint64_t second_ = 0;
  size_t refusals_ = 0;
  uint64_t hour_ = 0;
  std::array<size_t, kKindCount> spent_{};  // bytes of this hour, by Kind
};

}  // namespace junctor::audit
