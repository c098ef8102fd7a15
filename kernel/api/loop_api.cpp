// SPDX-License-Identifier: Apache-2.0
// junctor.loop/1: tasks, timers, clocks, blocking work, the gate.
#include <sys/random.h>

#include <chrono>
#include <memory>
#include <utility>

#include "api/bounded_work.hpp"
#include "api/tables.hpp"
#include "api/timer_object.hpp"

namespace junctor::api {

namespace {

/// Slow periods begin together, so that one wake-up of an idle server serves all that are due about then.
constexpr loop::Duration kSlow = std::chrono::seconds{1};
constexpr loop::Duration kGrid = std::chrono::milliseconds{250};

loop::Instant next_due(loop::Instant earliest, loop::Duration repeat) {
  const auto beyond = earliest.time_since_epoch() % kGrid;
  return repeat < kSlow || beyond == loop::Duration::zero() ? earliest : earliest + kGrid - beyond;
}

}  // namespace

void TimerObject::arm(loop::Duration delay) {
  loop::EventLoop& where = host.kernel().loops.at(loop);
  due = next_due(where.clock().now() + delay, repeat);
  where.start_at(timer, due);
}

void TimerObject::fire() {
  if (host.phase() == Phase::kQuiet) return;  // disarmed: the plugin still holds the handle
  loop::EventLoop& here = host.kernel().loops.at(loop);
  const loop::BusyLabel busy{here, host.label()};
  firing = true;
  const jct_status status = fn(self, handle);
  firing = false;
  if (status < 0) host.blame("plugin.timer_failed", "status", std::to_string(status));
  if (ended || status < 0 || repeat == loop::Duration::zero()) {
    if (!ended) host.kernel().timers.remove(handle);
    delete this;
    return;
  }
  const loop::Instant now = here.clock().now();
  due = due + repeat > now ? due + repeat : next_due(now + repeat, repeat);
  here.start_at(timer, due);
}

void TimerObject::end() {
  host.kernel().timers.remove(handle);
  timer.cancel();
  ended = true;
  if (!firing) delete this;
}

namespace {

uint32_t count(const jct_host* host) { return Host::of(host).kernel().loops.count(); }
uint32_t current(const jct_host*) { return current_loop(); }
uint32_t home(const jct_host* host) { return Host::of(host).home(); }

jct_status post(const jct_host* raw, uint32_t loop, jct_task task) {
  Host& host = Host::of(raw);
  OwnedTask owned{task};
  if (task.run == nullptr || loop >= host.kernel().loops.count()) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  const bool queued = host.kernel().loops.at(loop).post([&host, work = std::move(owned)]() mutable { work.run(host); });
  return queued ? JCT_OK : JCT_E_STATE;
}

jct_status offload(const jct_host* raw, jct_task work, jct_task done) {
  Host& host = Host::of(raw);
  struct Job {
    OwnedTask work;
    OwnedTask done;
  };
  auto job = std::make_unique<Job>(Job{OwnedTask{work}, OwnedTask{done}});
  if (work.run == nullptr) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  const uint32_t here = current_loop();
  const uint32_t back = here == JCT_NO_LOOP ? host.home() : here;
  const bool queued = host.kernel().pool.submit([&host, back, moved = std::move(job)]() mutable {
    {
      const Host::OnPool counted{host};
      moved->work.run(host);
    }
    host.kernel().loops.at(back).post([&host, kept = std::move(moved)]() mutable { kept->done.run(host); });
  });
  return queued ? JCT_OK : JCT_E_LIMIT;
}

jct_status offload_within(const jct_host* raw, uint64_t deadline_ns, jct_task work, jct_task done, jct_task late) {
  Host& host = Host::of(raw);
  const uint32_t here = current_loop();
  const uint32_t back = here == JCT_NO_LOOP ? host.home() : here;
  const auto bounded = std::make_shared<BoundedWork>(host, back, OwnedTask{work}, OwnedTask{done}, OwnedTask{late});
  if (work.run == nullptr || deadline_ns == 0 || deadline_ns > INT64_MAX / 2) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  return bounded->submit(loop::Duration{deadline_ns}) ? JCT_OK : JCT_E_LIMIT;
}

uint64_t now(const jct_host* host) {
  const loop::EventLoop* here = loop::EventLoop::current();
  const loop::Instant at = here != nullptr ? here->now() : Host::of(host).kernel().loops.control().clock().now();
  return static_cast<uint64_t>(std::chrono::nanoseconds{at.time_since_epoch()}.count());
}

uint64_t wall(const jct_host*) {
  const auto at = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(at).count());
}

jct_status timer_start(const jct_host* raw, uint64_t delay_ns, uint64_t repeat_ns, jct_timer_fn fn, void* self,
                       jct_handle* out) {
  Host& host = Host::of(raw);
  if (fn == nullptr || out == nullptr || delay_ns > INT64_MAX || repeat_ns > INT64_MAX) return JCT_E_ARG;
  if (host.phase() == Phase::kQuiet) return JCT_E_STATE;
  const uint32_t here = current_loop();
  if (here == JCT_NO_LOOP && !host.carries_over()) return host.wrong_thread("timer_start");
  const uint32_t loop = here == JCT_NO_LOOP ? host.home() : here;
  auto timer = std::make_unique<TimerObject>(host, loop, fn, self, loop::Duration{repeat_ns});
  timer->handle = host.kernel().timers.add(timer.get(), loop);
  if (timer->handle == 0) return JCT_E_LIMIT;
  *out = timer->handle;
  const loop::Duration delay{delay_ns};
  if (here == JCT_NO_LOOP) {
    host.arm_later([&host, handle = timer->handle, loop, delay] {
      host.kernel().loops.at(loop).post([&host, handle, delay] {
        uint32_t at = 0;
        if (TimerObject* armed = host.kernel().timers.find(handle, &at)) armed->arm(delay);
      });
    });
  } else {
    timer->arm(delay);
  }
  static_cast<void>(timer.release());
  return JCT_OK;
}

jct_status timer_cancel(const jct_host* raw, jct_handle handle) {
  Host& host = Host::of(raw);
  return on_object(host, host.kernel().timers, handle, "timer_cancel", [](TimerObject& timer) {
    timer.end();
    return JCT_OK;
  });
}

jct_status enter(const jct_host* host) { return Host::of(host).enter() ? JCT_OK : JCT_E_STATE; }
void leave(const jct_host* host) { Host::of(host).leave(); }

void random_bytes(const jct_host*, uint8_t* out, uint64_t size) {
  while (size > 0) {
    const ssize_t n = getrandom(out, size < 256 ? size : 256, 0);
    if (n <= 0) continue;  // interrupted: it never fails otherwise once the pool is ready
    out += n;
    size -= static_cast<uint64_t>(n);
  }
}

}  // namespace

const jct_loop_api& loop_api() {
  static constexpr jct_loop_api kApi{
      sizeof(jct_loop_api), 0,     count, current,      home,          post, offload, now, wall, timer_start,
      timer_cancel,         enter, leave, random_bytes, offload_within};
  return kApi;
}

}  // namespace junctor::api
