// SPDX-License-Identifier: Apache-2.0
// Counts what would come in a pause; PauseChoice says whether it is to be. Lives on one loop.
#include "net/gather.hpp"

namespace junctor::net {

Gather::Duration Gather::after_read(size_t count, Instant now, Duration pause) {
  choice_.count(count);
  datagrams_ += static_cast<double>(count);
  ++reads_;
  const Duration passed = now - since_;
  if (passed >= kWatch * pause) {
    worth_ = pause > Duration::zero() && is_worth(passed, pause);
    since_ = now;
    datagrams_ = 0;
    reads_ = 0;
  }
  if (worth_) return choice_.choose(now, pause);
  choice_.rest(now);
  return Duration::zero();
}

bool Gather::is_worth(Duration passed, Duration pause) const {
  const double expected = datagrams_ * static_cast<double>(pause.count()) / static_cast<double>(passed.count());
  if (choice_.busy()) return expected >= kStillWorth;
  // Where a read brings much already, waiting for more saves little.
  return expected >= kWorth && expected >= 2 * datagrams_ / reads_;
}

}  // namespace junctor::net
