// SPDX-License-Identifier: Apache-2.0
// A plugin's timer. Lives on its loop; owns itself while its handle is valid.
#pragma once

#include "api/host.hpp"
#include "junctor/loop.h"
#include "loop/timer_wheel.hpp"

namespace junctor::api {

struct TimerObject {
  TimerObject(Host& the_host, uint32_t the_loop, jct_timer_fn the_fn, void* the_self, loop::Duration the_repeat)
      : host{the_host},
        loop{the_loop},
        fn{the_fn},
        self{the_self},
        repeat{the_repeat},
        timer{loop::Timer::of<&TimerObject::fire>(this)} {}

  void arm(loop::Duration delay);
  void fire();
  /// Ends it: the handle is stale afterwards and the object gone, after the callback that may be running.
  void end();

  Host& host;
  const uint32_t loop;
  const jct_timer_fn fn;
  void* const self;
  const loop::Duration repeat;
  loop::Timer timer;
  loop::Instant due{};
  jct_handle handle = 0;
  bool firing = false;
  bool ended = false;
};

}  // namespace junctor::api
