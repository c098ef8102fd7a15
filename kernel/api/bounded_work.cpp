// SPDX-License-Identifier: Apache-2.0
#include "api/bounded_work.hpp"

#include <utility>

namespace junctor::api {

bool BoundedWork::submit(loop::Duration deadline) {
  loop::EventLoop& back = host_.kernel().loops.at(loop_);
  const loop::Instant until = back.clock().now() + deadline;
  if (!host_.kernel().pool.submit([self = shared_from_this()]() mutable {
        self->run();
        loop::EventLoop& answers = self->host_.kernel().loops.at(self->loop_);
        answers.post([kept = std::move(self)] { kept->finish(); });
      })) {
    return false;
  }
  back.post([self = shared_from_this(), until] { self->arm(until); });
  return true;
}

void BoundedWork::run() {
  if (over_.load(std::memory_order_acquire)) return;
  const Host::OnPool counted{host_};
  work_.run(host_);
}

void BoundedWork::arm(loop::Instant until) {
  if (over_.load(std::memory_order_relaxed)) return;
  armed_ = shared_from_this();
  host_.kernel().loops.at(loop_).start_at(timer_, until);
}

void BoundedWork::finish() {
  if (over_.exchange(true, std::memory_order_acq_rel)) return;
  timer_.cancel();
  armed_.reset();  // the caller holds it
  done_.run(host_);
}

void BoundedWork::fire() {
  const std::shared_ptr<BoundedWork> alive = std::move(armed_);
  if (!over_.exchange(true, std::memory_order_acq_rel)) late_.run(host_);
}

}  // namespace junctor::api
