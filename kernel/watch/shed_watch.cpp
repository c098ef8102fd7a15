// SPDX-License-Identifier: Apache-2.0
// Says in the log that connections were closed for want of file descriptors. [control]
#include "watch/shed_watch.hpp"

#include <sys/resource.h>

#include <chrono>
#include <string>

namespace junctor {
namespace {

constexpr std::chrono::seconds kLook{1};
constexpr std::chrono::seconds kBetweenLines{60};

}  // namespace

void ShedWatch::begin() { kernel_.loops.control().start(timer_, kLook); }

void ShedWatch::on_time() {
  const uint64_t now = shed();
  const bool more = now != told_;
  if (more) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    log_.write(ops::Level::kError, "net.out_of_descriptors",
               {{"shed", std::to_string(now - told_)},
                {"limit", std::to_string(limit.rlim_cur)},
                {"hint", "raise LimitNOFILE of the service, or bound what comes with [kernel] max_connections"}});
    told_ = now;
  }
  kernel_.loops.control().start(timer_, more ? kBetweenLines : kLook);
}

uint64_t ShedWatch::shed() const {
  uint64_t sum = 0;
  for (const auto& loop : kernel_.net) sum += loop->counters().shed.get();
  return sum;
}

}  // namespace junctor
