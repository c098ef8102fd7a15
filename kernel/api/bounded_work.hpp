// SPDX-License-Identifier: Apache-2.0
// Work on the pool that somebody waits for so long and no longer. Shared by the pool's thread and the loop that gets
// the answer; its timer is the loop's.
#pragma once

#include <atomic>
#include <memory>

#include "api/host.hpp"
#include "loop/timer_wheel.hpp"

namespace junctor::api {

class BoundedWork : public std::enable_shared_from_this<BoundedWork> {
 public:
  BoundedWork(Host& host, uint32_t loop, OwnedTask work, OwnedTask done, OwnedTask late)
      : host_{host},
        loop_{loop},
        work_{std::move(work)},
        done_{std::move(done)},
        late_{std::move(late)},
        timer_{loop::Timer::of<&BoundedWork::fire>(this)} {}

  /// [any] False when the pool's queue is full.
  bool submit(loop::Duration deadline);

 private:
  void run();
  void arm(loop::Instant until);
  void finish();
  void fire();

  Host& host_;
  const uint32_t loop_;
  OwnedTask work_;
  OwnedTask done_;
  OwnedTask late_;
  std::atomic<bool> over_{false};  ///< done or late has had its turn; set on the loop
  loop::Timer timer_;
  std::shared_ptr<BoundedWork> armed_;  ///< itself, as long as the timer runs
};

}  // namespace junctor::api
