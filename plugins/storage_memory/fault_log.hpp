// SPDX-License-Identifier: Apache-2.0
// When to write a line about faults that repeat: a broken disk fails thousands of requests a second. Lives on the
// thread that meets the faults.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace junctor::storage {

class FaultLog {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit FaultLog(std::chrono::nanoseconds interval) : interval_{interval} {}

  /// How many requests have failed since the last line, when one is due: for a new reason at once, else once in an
  /// interval.
  std::optional<uint64_t> failed(const std::string& reason, uint64_t requests, Time now) {
    total_ += requests;
    untold_ += requests;
    if (reason == reason_ && now - last_ < interval_) return std::nullopt;
    reason_ = reason;
    last_ = now;
    const uint64_t told = untold_;
    untold_ = 0;
    return told;
  }

  /// It works: how many failed since it last did, when any have.
  std::optional<uint64_t> recovered() {
    if (reason_.empty()) return std::nullopt;
    const uint64_t failed = total_;
    reason_.clear();
    total_ = untold_ = 0;
    return failed;
  }

 private:
  const std::chrono::nanoseconds interval_;
  std::string reason_;
  Time last_{};
  uint64_t untold_ = 0;
  uint64_t total_ = 0;
};

}  // namespace junctor::storage
