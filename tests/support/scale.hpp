// SPDX-License-Identifier: Apache-2.0
// How patient and how heavy tests are. JUNCTOR_TEST_SCALE multiplies deadlines and divides work: sanitized builds and
// busy machines set it to 3 or more. Any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace junctor::testing {

using Millis = std::chrono::milliseconds;
using SteadyTime = std::chrono::steady_clock::time_point;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr double kBuildScale = 3;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr double kBuildScale = 3;
#else
constexpr double kBuildScale = 1;
#endif
#else
constexpr double kBuildScale = 1;
#endif

inline double test_scale() {
  const char* text = std::getenv("JUNCTOR_TEST_SCALE");
  const double given = text == nullptr ? 0 : std::atof(text);
  return given > 0 ? given : kBuildScale;
}

/// A number of repetitions, fewer where everything is slow; at least one.
inline int scaled(int n) { return std::max(1, static_cast<int>(n / test_scale())); }
/// A deadline, later where everything is slow.
inline Millis patient(Millis wait) {
  return Millis{static_cast<int64_t>(static_cast<double>(wait.count()) * test_scale())};
}
constexpr Millis kPatience{10'000};

/// Asks again and again until `what()` holds; false when the deadline is over. For what tells nobody when it happens.
template <class Fn>
bool eventually(Fn what, Millis wait = kPatience) {
  const SteadyTime end = std::chrono::steady_clock::now() + patient(wait);
  while (!what()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(Millis{5});
  }
  return true;
}

}  // namespace junctor::testing
