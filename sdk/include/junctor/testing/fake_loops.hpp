// SPDX-License-Identifier: Apache-2.0
// The fake host's clock, loops, tasks, timers and gate. One real thread plays all of them, so every test is repeatable.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../loop.h"
#include "../result.hpp"

namespace junctor::testing {

class FakeLoops;
class FakeNet;
class FakeRecords;
class FakeServices;

/// What a plugin holds as `const jct_host*`: the parts behind it.
struct HostRecord : jct_host {
  FakeLoops* loops;
  FakeNet* net;
  FakeRecords* records;
  FakeServices* services;

  static const HostRecord& of(const jct_host* host) { return *static_cast<const HostRecord*>(host); }
};

/// The thread that the running code pretends to be on.
enum class Where { kOutside, kControl, kLoop, kPool };

/// A task that was handed over: dropped exactly once, run or not.
class OwnedTask {
 public:
  explicit OwnedTask(jct_task task) : task_{task} {}
  OwnedTask(const OwnedTask&) = delete;
  OwnedTask& operator=(const OwnedTask&) = delete;
  ~OwnedTask() {
    if (task_.drop != nullptr) task_.drop(task_.self);
  }
  void run() const { task_.run(task_.self); }

 private:
  jct_task task_;
};

class FakeLoops {
 public:
  FakeLoops(uint32_t count, uint32_t home) : count_{count}, home_{home} {}

  uint32_t count() const { return count_; }
  uint32_t home() const { return home_; }
  uint64_t now() const { return now_; }
  uint64_t wall() const { return wall_base_ + now_ / 1000; }
  void set_wall(uint64_t microseconds) { wall_base_ = microseconds - now_ / 1000; }

  // ---- threads ----
  Where where() const { return where_; }
  uint32_t current() const { return where_ == Where::kLoop ? loop_ : JCT_NO_LOOP; }

  /// Runs fn as if on that thread.
  template <class Fn>
  auto as(Where where, uint32_t loop, Fn&& fn) {
    struct Back {
      FakeLoops& loops;
      Where where;
      uint32_t loop;
      ~Back() {
        loops.where_ = where;
        loops.loop_ = loop;
      }
    } back{*this, where_, loop_};
    where_ = where;
    loop_ = loop;
    return std::forward<Fn>(fn)();
  }

  /// The tag [loop]: JCT_OK on any worker loop and from lifecycle calls.
  jct_status need_loop(const char* function) {
    if (where_ == Where::kLoop || where_ == Where::kControl) return JCT_OK;
    return breach(std::string{function} + " called outside a loop");
  }
  /// The tag [loop] for an object that lives on `owner`.
  jct_status need_loop(const char* function, uint32_t owner) {
    if (where_ == Where::kControl || (where_ == Where::kLoop && loop_ == owner)) return JCT_OK;
    return breach(std::string{function} + " called away from loop " + std::to_string(owner));
  }
  jct_status need_control(const char* function) {
    if (where_ == Where::kControl) return JCT_OK;
    return breach(std::string{function} + " called outside a lifecycle call");
  }
  /// Notes a misuse; answers what the kernel would.
  jct_status breach(const std::string& text, jct_status answer = JCT_E_THREAD) {
    breaches_.push_back(text);
    return answer;
  }
  const std::vector<std::string>& breaches() const { return breaches_; }

  // ---- tasks ----
  /// The host's own work on a loop; dropped, like the plugin's tasks, once the instance is stopping.
  void queue(uint32_t loop, std::function<void()> job) {
    if (open_) jobs_.push_back({loop, Where::kLoop, false, std::move(job)});
  }
  /// The same for an object's last call, which comes in any case.
  void queue_last(uint32_t loop, std::function<void()> job) {
    jobs_.push_back({loop, Where::kLoop, true, std::move(job)});
  }

  jct_status post(uint32_t loop, jct_task task) {
    auto owned = std::make_shared<OwnedTask>(task);
    if (loop >= count_) return JCT_E_ARG;
    queue(loop, [owned] { owned->run(); });
    return open_ ? JCT_OK : JCT_E_STATE;
  }

  jct_status offload(jct_task work, jct_task done) {
    auto first = std::make_shared<OwnedTask>(work);
    auto then = std::make_shared<OwnedTask>(done);
    if (!open_) return JCT_E_STATE;
    if (pool_in_flight_ >= pool_capacity) return JCT_E_LIMIT;
    const uint32_t answer = where_ == Where::kLoop ? loop_ : home_;
    ++pool_in_flight_;
    jobs_.push_back({answer, Where::kPool, false, [this, first, then, answer] {
                       --pool_in_flight_;
                       first->run();
                       queue(answer, [then] { then->run(); });
                     }});
    return JCT_OK;
  }

  /// Runs everything that is due, in the order in which it was queued, until nothing is left.
  void run_until_idle() {
    for (size_t ran = 0; !jobs_.empty(); ++ran) {
      if (ran == kEndless) throw Error{JCT_E_FAULT, "the plugin keeps posting: it never becomes idle"};
      run_at(0);
    }
  }
  /// The same for one loop alone: other loops' work stays where it is.
  void run_loop(uint32_t loop) {
    for (size_t i = 0; i < jobs_.size();) {
      if (jobs_[i].loop != loop) {
        ++i;
        continue;
      }
      run_at(i);
      i = 0;
    }
  }
  size_t queued() const { return jobs_.size(); }

  // ---- timers ----
  jct_status timer_start(uint64_t delay, uint64_t repeat, jct_timer_fn fn, void* self, jct_handle* out) {
    if (const jct_status status = need_loop("timer_start"); status != JCT_OK) return status;
    if (fn == nullptr || out == nullptr) return JCT_E_ARG;
    if (!open_) return JCT_E_STATE;
    const jct_handle handle = ++last_timer_;
    const uint32_t loop = where_ == Where::kLoop ? loop_ : home_;
    timers_[handle] = {loop, now_ + delay, repeat, true, [this, fn, self, handle] {
                         if (fn(self, handle) >= 0) return;
                         faults_.push_back("a timer's callback failed");
                         timers_.erase(handle);
                       }};
    *out = handle;
    return JCT_OK;
  }
  jct_status timer_cancel(jct_handle handle) {
    if (const jct_status status = need_loop("timer_cancel"); status != JCT_OK) return status;
    const auto at = timers_.find(handle);
    if (at == timers_.end()) return JCT_E_CLOSED;
    if (const jct_status status = need_loop("timer_cancel", at->second.loop); status != JCT_OK) return status;
    timers_.erase(at);
    return JCT_OK;
  }
  /// The host's own timer, no leftover of the plugin.
  void at(uint32_t loop, uint64_t due, std::function<void()> fn) {
    timers_[++last_timer_] = {loop, due, 0, false, std::move(fn)};
  }
  size_t plugin_timers() const {
    size_t count = 0;
    for (const auto& [handle, timer] : timers_) count += timer.of_plugin ? 1 : 0;
    return count;
  }

  /// Moves the clock, stopping at each timer on the way; runs until idle before and after each.
  void advance(Duration by) {
    const uint64_t target = now_ + static_cast<uint64_t>(by.count());
    run_until_idle();
    while (fire_next(target)) run_until_idle();
    now_ = target;
    run_until_idle();
  }

  // ---- the gate ----
  void open_gate() { open_ = true; }
  /// From here on tasks are dropped and no callback runs, last calls apart.
  void close_gate() {
    open_ = false;
    as(Where::kControl, home_, [this] {
      for (Job& job : std::exchange(jobs_, {})) {
        if (job.last) jobs_.push_back(std::move(job));
      }
    });
  }
  bool is_open() const { return open_; }
  jct_status enter() {
    if (!open_) return JCT_E_STATE;
    ++inside_;
    return JCT_OK;
  }
  void leave() {
    if (inside_ == 0) {
      breach("leave called without enter");
    } else {
      --inside_;
    }
  }
  uint32_t inside() const { return inside_; }

  void random(uint8_t* out, uint64_t size) {
    for (uint64_t i = 0; i < size; ++i) {
      seed_ = seed_ * 6364136223846793005ULL + 1442695040888963407ULL;
      out[i] = static_cast<uint8_t>(seed_ >> 56);
    }
  }

  /// Negative answers of callbacks and similar: what the kernel counts against the plugin.
  void fault(std::string text) { faults_.push_back(std::move(text)); }
  const std::vector<std::string>& faults() const { return faults_; }

  size_t pool_capacity = 64;

  static const jct_loop_api* table() {
    static constexpr jct_loop_api kTable{
        sizeof(jct_loop_api),
        0,
        [](const jct_host* h) { return of(h).count(); },
        [](const jct_host* h) { return of(h).current(); },
        [](const jct_host* h) { return of(h).home(); },
        [](const jct_host* h, uint32_t loop, jct_task task) { return of(h).post(loop, task); },
        [](const jct_host* h, jct_task work, jct_task done) { return of(h).offload(work, done); },
        [](const jct_host* h) { return of(h).now(); },
        [](const jct_host* h) { return of(h).wall(); },
        [](const jct_host* h, uint64_t delay, uint64_t repeat, jct_timer_fn fn, void* self, jct_handle* out) {
          return of(h).timer_start(delay, repeat, fn, self, out);
        },
        [](const jct_host* h, jct_handle timer) { return of(h).timer_cancel(timer); },
        [](const jct_host* h) { return of(h).enter(); },
        [](const jct_host* h) { of(h).leave(); },
        [](const jct_host* h, uint8_t* out, uint64_t size) { of(h).random(out, size); }};
    return &kTable;
  }

 private:
  struct Job {
    uint32_t loop;
    Where where;
    bool last;
    std::function<void()> run;
  };
  struct Timer {
    uint32_t loop;
    uint64_t due;
    uint64_t repeat;
    bool of_plugin;
    std::function<void()> fire;
  };

  static FakeLoops& of(const jct_host* host) { return *HostRecord::of(host).loops; }

  void run_at(size_t index) {
    const Job job = std::move(jobs_[index]);
    jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(index));
    as(job.where, job.loop, job.run);
  }

  /// The earliest timer that is due by `target`; the older one first where two are due together.
  bool fire_next(uint64_t target) {
    auto next = timers_.end();
    for (auto timer = timers_.begin(); open_ && timer != timers_.end(); ++timer) {
      if (timer->second.due <= target && (next == timers_.end() || timer->second.due < next->second.due)) next = timer;
    }
    if (next == timers_.end()) return false;
    const Timer timer = next->second;
    if (timer.due > now_) now_ = timer.due;
    if (timer.repeat == 0) {
      timers_.erase(next);
    } else {
      next->second.due += timer.repeat;
    }
    as(Where::kLoop, timer.loop, timer.fire);
    return true;
  }

  static constexpr size_t kEndless = 10'000'000;

  uint32_t count_;
  uint32_t home_;
  uint64_t now_ = 1'000'000'000;
  uint64_t wall_base_ = 1'700'000'000'000'000;
  Where where_ = Where::kOutside;
  uint32_t loop_ = 0;
  bool open_ = true;
  uint32_t inside_ = 0;
  size_t pool_in_flight_ = 0;
  std::deque<Job> jobs_;
  std::map<jct_handle, Timer> timers_;
  jct_handle last_timer_ = 0;
  uint64_t seed_ = 42;
  std::vector<std::string> breaches_;
  std::vector<std::string> faults_;
};

}  // namespace junctor::testing
