// SPDX-License-Identifier: Apache-2.0
// Tells when the reads of a bridge come small, often and one way only, so that a pause before the next one lets several
// collect. A value of one bridge.
#pragma once

#include <cstddef>
#include <cstdint>

#include "loop/clock.hpp"

namespace junctor::net {

class Streak {
 public:
  /// After each read of direction `way`. True: as many small ones as it takes have come one way, none the other way,
  /// and on average within a pause of each other. So neither a lone packet nor one that is answered begins a pause.
  bool add(size_t way, size_t bytes, loop::Instant now, loop::Duration pause) {
    if (bytes == 0) return false;
    if (bytes > kSmall) {
      reads_ = 0;
      return false;
    }
    if (reads_ == 0 || way != way_ || now - begun_ > pause * kReads * 3 / 4) {
      begun_ = now;
      way_ = static_cast<uint8_t>(way);
      reads_ = 0;
    }
    if (++reads_ <= kReads) return false;
    reads_ = 0;
    return true;
  }

 private:
  /// Behind larger reads, waking up and splicing are a small part of what the bytes cost anyway.
  static constexpr size_t kSmall = 8 * 1024;
  static constexpr uint8_t kReads = 8;

  loop::Instant begun_;
  uint8_t reads_ = 0;
  uint8_t way_ = 0;
};

}  // namespace junctor::net
