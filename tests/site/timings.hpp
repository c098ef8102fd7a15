// SPDX-License-Identifier: Apache-2.0
// How long things took, for the record. One thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace junctor::site {

class Timings {
 public:
  template <class Fn>
  auto time(Fn&& fn) {
    const auto begin = std::chrono::steady_clock::now();
    auto result = fn();
    all_.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    return result;
  }
  /// In milliseconds; `share` 0.5 is the median.
  double at(double share) {
    if (all_.empty()) return 0;
    std::sort(all_.begin(), all_.end());
    return all_[std::min(all_.size() - 1, static_cast<size_t>(share * static_cast<double>(all_.size())))];
  }
  std::string text() {
    char line[96];
    std::snprintf(line, sizeof line, "p50 %.2f ms, p99 %.2f ms, worst %.2f ms of %zu", at(0.5), at(0.99), at(1),
                  all_.size());
    return line;
  }

 private:
  std::vector<double> all_;
};

}  // namespace junctor::site
