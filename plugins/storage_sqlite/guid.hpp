// SPDX-License-Identifier: Apache-2.0
// The guid column of a stock database: 16 bytes, unique, ordered by time so that inserts append (protocol.md 7). Lives
// on the writer's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace junctor::storage {

/// 48 bits of milliseconds, 16 bits of a count within the millisecond, 64 random bits; all big-endian.
class GuidSource {
 public:
  /// `milliseconds_now`: since 1970; may stand still or go back. `random`: 64 bits.
  GuidSource(std::function<uint64_t()> milliseconds_now, std::function<uint64_t()> random);

  /// Greater than every guid given before.
  std::string next();

 private:
  std::function<uint64_t()> milliseconds_now_;
  std::function<uint64_t()> random_;
  uint64_t last_ = 0;  // milliseconds << 16 | count
};

/// On the system's clock and randomness.
GuidSource system_guids();

}  // namespace junctor::storage
