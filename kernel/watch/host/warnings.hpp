// SPDX-License-Identifier: Apache-2.0
// What about the machine will hurt the site, from one look to the next. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "watch/host/facts.hpp"

namespace junctor::host {

enum class Reason { kDiskLow, kClockBeforeBuild, kClockJumped, kFewDescriptors, kNoIpv6, kConntrackFull, kCount };

/// Stable: logs and metrics have them.
inline constexpr std::array<const char*, static_cast<size_t>(Reason::kCount)> kReasonWords{
    "disk_low", "clock_before_build", "clock_jumped", "few_descriptors", "no_ipv6", "conntrack_full"};
inline const char* word(Reason reason) { return kReasonWords.at(static_cast<size_t>(reason)); }

/// What the operator has set; 0: of this nobody is warned.
struct Limits {
  int64_t disk_free = 0;  ///< bytes
  Nanos clock_jump{0};
  int64_t descriptors = 0;
  int64_t conntrack = 0;  ///< per cent of the table; 0: never
};

struct Warning {
  Reason reason = Reason::kDiskLow;
  bool over = false;   ///< it is right again; no hint then
  std::string detail;  ///< what was seen
  std::string hint;    ///< what to do
};

class Warnings {
 public:
  /// What lasts is told again after `kAgain`; what comes and goes is told once in `kCalm`.
  static constexpr std::chrono::hours kAgain{24};
  static constexpr std::chrono::hours kCalm{1};

  explicit Warnings(Nanos built) : built_{built} {}

  /// What is to be told now.
  std::vector<Warning> look(const Facts& facts, const Limits& limits);

  /// As of the last look. Of kClockJumped: the clock has jumped just before it.
  bool stands(Reason reason) const { return states_.at(static_cast<size_t>(reason)).stands; }

 private:
  struct State {
    bool stands = false;
    bool told = false;  // that it stands
    std::optional<Nanos> last;
  };

  std::vector<Warning> found(const Facts& facts, const Limits& limits) const;
  std::optional<Warning> clock_jump(const Facts& facts, Nanos limit) const;
  bool is_due(const State& state, Nanos now) const;

  const Nanos built_;
  std::optional<Facts> before_;
  std::array<State, static_cast<size_t>(Reason::kCount)> states_;
};

}  // namespace junctor::host
