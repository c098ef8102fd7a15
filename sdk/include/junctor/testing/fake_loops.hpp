// SPDX-License-Identifier: Apache-2.0
// The fake host's clock, loops, tasks, timers and gate. One real thread plays all of them, so every test is repeatable.
// What the boundary tags [any] may also come from other real threads, of a library for example; run_until waits for
// such.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../loop.h"
#include "../result.hpp"

namespace junctor::testing {

class FakeFds;
class FakeLoops;
class FakeNet;
class FakeRecords;
class FakeServices;

/// What a plugin holds as `const jct_host*`: the parts behind it.
struct HostRecord : jct_host {
  FakeLoops* loops;
  FakeNet* net;
  FakeFds* fds;
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
  void run() const {
    if (task_.run != nullptr) task_.run(task_.self);
  }

 private:
  jct_task task_;
};

class FakeLoops {
 public:
  FakeLoops(uint32_t count, uint32_t home, uint64_t now = 1'000'000'000) : count_{count}, home_{home}, now_{now} {}

  uint32_t count() const { return count_; }
  uint32_t home() const { return home_; }
  uint64_t now() const { return now_; }
  uint64_t wall() const { return wall_base_ + now_ / 1000; }
  void set_wall(uint64_t microseconds) { wall_base_ = microseconds - now_ / 1000; }

  // ---- threads ----
  /// Not a thread of the plugin's own.
  bool on_test_thread() const { return std::this_thread::get_id() == owner_; }
  Where where() const { return on_test_thread() ? where_ : Where::kOutside; }
  uint32_t current() const { return where() == Where::kLoop ? loop_ : JCT_NO_LOOP; }

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
    if (where() == Where::kLoop || where() == Where::kControl) return JCT_OK;
    return breach(std::string{function} + " called outside a loop");
  }
  /// The tag [loop] for an object that lives on `owner`.
  jct_status need_loop(const char* function, uint32_t owner) {
    if (where() == Where::kControl || (where() == Where::kLoop && loop_ == owner)) return JCT_OK;
    return breach(std::string{function} + " called away from loop " + std::to_string(owner));
  }
  jct_status need_control(const char* function) {
    if (where() == Where::kControl) return JCT_OK;
    return breach(std::string{function} + " called outside a lifecycle call");
  }
  /// Notes a misuse; answers what the kernel would.
  jct_status breach(const std::string& text, jct_status answer = JCT_E_THREAD) {
    const std::lock_guard lock{mutex_};
    breaches_.push_back(text);
    return answer;
  }
  const std::vector<std::string>& breaches() const { return breaches_; }

  // ---- tasks ----
  /// The host's own work on a loop; dropped, like the plugin's tasks, once the instance is stopping.
  void queue(uint32_t loop, std::function<void()> job) {
    if (is_open()) push({loop, Where::kLoop, false, std::move(job)});
  }
  /// The same for an object's last call, which comes in any case.
  void queue_last(uint32_t loop, std::function<void()> job) { push({loop, Where::kLoop, true, std::move(job)}); }

  jct_status post(uint32_t loop, jct_task task) {
    auto owned = std::make_shared<OwnedTask>(task);
    if (loop >= count_) return JCT_E_ARG;
    if (!is_open()) return JCT_E_STATE;
    queue(loop, [owned] { owned->run(); });
    return JCT_OK;
  }

  jct_status offload(jct_task work, jct_task done) {
    auto first = std::make_shared<OwnedTask>(work);
    auto then = std::make_shared<OwnedTask>(done);
    if (!is_open()) return JCT_E_STATE;
    if (pool_in_flight_.load() >= pool_capacity) return JCT_E_LIMIT;
    const uint32_t answer = answer_loop();
    ++pool_in_flight_;
    push({answer, Where::kPool, false, [this, first, then, answer] {
            --pool_in_flight_;
            first->run();
            queue(answer, [then] { then->run(); });
          }});
    return JCT_OK;
  }
  /// The work takes no time unless the test says so: `hold_pool` keeps what is offloaded from here on.
  jct_status offload_within(uint64_t deadline, jct_task work, jct_task done, jct_task late) {
    struct Bounded {
      Bounded(jct_task w, jct_task d, jct_task l) : work{w}, done{d}, late{l} {}
      OwnedTask work;
      OwnedTask done;
      OwnedTask late;
      bool over = false;
    };
    auto bounded = std::make_shared<Bounded>(work, done, late);
    if (deadline == 0) return JCT_E_ARG;
    if (!is_open()) return JCT_E_STATE;
    if (pool_in_flight_.load() >= pool_capacity) return JCT_E_LIMIT;
    const uint32_t answer = answer_loop();
    ++pool_in_flight_;
    at(answer, now_ + deadline, [bounded] {
      if (!std::exchange(bounded->over, true)) bounded->late.run();
    });
    push({answer, Where::kPool, false, [this, bounded, answer] {
            --pool_in_flight_;
            if (bounded->over) return;
            bounded->work.run();
            queue(answer, [bounded] {
              if (!std::exchange(bounded->over, true)) bounded->done.run();
            });
          }});
    return JCT_OK;
  }

  /// Runs everything that is due, in the order in which it was queued, until nothing is left.
  void run_until_idle() {
    for (size_t ran = 0; run_next(std::nullopt); ++ran) {
      if (ran == kEndless) throw Error{JCT_E_FAULT, "the plugin keeps posting: it never becomes idle"};
    }
  }
  /// For what other real threads answer: runs what they post until `so` holds. False when it does not within `patience`
  /// of real time.
  template <class Predicate>
  bool run_until(Predicate so, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (true) {
      run_until_idle();
      if (so()) return true;
      if (std::chrono::steady_clock::now() >= end) return false;
      std::unique_lock lock{mutex_};  // what makes it so may be no task: it is looked at again and again
      came_.wait_for(lock, std::chrono::milliseconds{5}, [this] { return next_job(std::nullopt) != jobs_.end(); });
    }
  }
  /// The same for one loop alone: other loops' work stays where it is.
  void run_loop(uint32_t loop) {
    while (run_next(loop)) {
    }
  }
  size_t queued() const {
    const std::lock_guard lock{mutex_};
    return jobs_.size();
  }

  // ---- timers ----
  jct_status timer_start(uint64_t delay, uint64_t repeat, jct_timer_fn fn, void* self, jct_handle* out) {
    if (const jct_status status = need_loop("timer_start"); status != JCT_OK) return status;
    if (fn == nullptr || out == nullptr) return JCT_E_ARG;
    if (!is_open()) return JCT_E_STATE;
    const std::lock_guard lock{mutex_};
    const jct_handle handle = ++last_timer_;
    const uint32_t loop = answer_loop();
    timers_[handle] = {loop, now_ + delay, repeat, true, [this, fn, self, handle] {
                         if (fn(self, handle) >= 0) return;
                         fault("a timer's callback failed");
                         const std::lock_guard ended{mutex_};
                         timers_.erase(handle);
                       }};
    *out = handle;
    return JCT_OK;
  }
  jct_status timer_cancel(jct_handle handle) {
    if (const jct_status status = need_loop("timer_cancel"); status != JCT_OK) return status;
    const std::lock_guard lock{mutex_};
    const auto at = timers_.find(handle);
    if (at == timers_.end()) return JCT_E_CLOSED;
    if (const jct_status status = need_loop("timer_cancel", at->second.loop); status != JCT_OK) return status;
    timers_.erase(at);
    return JCT_OK;
  }
  /// The host's own timer, no leftover of the plugin.
  void at(uint32_t loop, uint64_t due, std::function<void()> fn) {
    const std::lock_guard lock{mutex_};
    timers_[++last_timer_] = {loop, due, 0, false, std::move(fn)};
  }
  size_t plugin_timers() const {
    const std::lock_guard lock{mutex_};
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
      std::deque<Job> dropped;
      {
        const std::lock_guard lock{mutex_};
        dropped.swap(jobs_);
        for (Job& job : dropped) {
          if (job.last) jobs_.push_back(std::move(job));
        }
      }
    });
  }
  bool is_open() const { return open_.load(); }
  jct_status enter() {
    const std::lock_guard lock{mutex_};
    if (!is_open()) return JCT_E_STATE;
    ++inside_;
    return JCT_OK;
  }
  void leave() {
    const std::lock_guard lock{mutex_};
    if (inside_ == 0) {
      breach("leave called without enter");
    } else {
      --inside_;
    }
  }
  uint32_t inside() const {
    const std::lock_guard lock{mutex_};
    return inside_;
  }

  void random(uint8_t* out, uint64_t size) {
    const std::lock_guard lock{mutex_};
    for (uint64_t i = 0; i < size; ++i) {
      seed_ = seed_ * 6364136223846793005ULL + 1442695040888963407ULL;
      out[i] = static_cast<uint8_t>(seed_ >> 56);
    }
  }

  /// Negative answers of callbacks and similar: what the kernel counts against the plugin.
  void fault(std::string text) {
    const std::lock_guard lock{mutex_};
    faults_.push_back(std::move(text));
  }
  const std::vector<std::string>& faults() const { return faults_; }

  size_t pool_capacity = 64;
  /// Offloaded work waits, as behind a pool that is held up, until this is false again.
  bool hold_pool = false;

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
        [](const jct_host* h, uint8_t* out, uint64_t size) { of(h).random(out, size); },
        [](const jct_host* h, uint64_t deadline, jct_task work, jct_task done, jct_task late) {
          return of(h).offload_within(deadline, work, done, late);
        }};
    return &kTable;
  }

 private:
  struct Job {
    uint32_t loop = 0;
    Where where = Where::kLoop;
    bool last = false;
    std::function<void()> run;
  };
  struct Timer {
    uint32_t loop = 0;
    uint64_t due = 0;
    uint64_t repeat = 0;
    bool of_plugin = false;
    std::function<void()> fire;
  };

  static FakeLoops& of(const jct_host* host) { return *HostRecord::of(host).loops; }

  uint32_t answer_loop() const { return where() == Where::kLoop ? loop_ : home_; }

  void push(Job job) {
    {
      const std::lock_guard lock{mutex_};
      jobs_.push_back(std::move(job));
    }
    came_.notify_all();
  }

  std::deque<Job>::iterator next_job(std::optional<uint32_t> loop) {
    return std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& job) {
      return (!loop || job.loop == *loop) && !(hold_pool && job.where == Where::kPool);
    });
  }

  /// False where nothing is due.
  bool run_next(std::optional<uint32_t> loop) {
    Job job;
    {
      const std::lock_guard lock{mutex_};
      const auto next = next_job(loop);
      if (next == jobs_.end()) return false;
      job = std::move(*next);
      jobs_.erase(next);
    }
    as(job.where, job.loop, job.run);
    return true;
  }

  /// The earliest timer that is due by `target`; the older one first where two are due together.
  bool fire_next(uint64_t target) {
    Timer timer;
    {
      const std::lock_guard lock{mutex_};
      auto next = timers_.end();
      for (auto one = timers_.begin(); is_open() && one != timers_.end(); ++one) {
        if (one->second.due <= target && (next == timers_.end() || one->second.due < next->second.due)) next = one;
      }
      if (next == timers_.end()) return false;
      timer = next->second;
      if (timer.due > now_) now_ = timer.due;
      if (timer.repeat == 0) {
        timers_.erase(next);
      } else {
        next->second.due += timer.repeat;
      }
    }
    as(Where::kLoop, timer.loop, timer.fire);
    return true;
  }

  static constexpr size_t kEndless = 10'000'000;

  const uint32_t count_;
  const uint32_t home_;
  const std::thread::id owner_ = std::this_thread::get_id();
  mutable std::recursive_mutex mutex_;
  std::condition_variable_any came_;
  std::atomic<uint64_t> now_;
  uint64_t wall_base_ = 1'700'000'000'000'000;
  Where where_ = Where::kOutside;
  uint32_t loop_ = 0;
  std::atomic<bool> open_{true};
  uint32_t inside_ = 0;
  std::atomic<size_t> pool_in_flight_{0};
  std::deque<Job> jobs_;
  std::map<jct_handle, Timer> timers_;
  jct_handle last_timer_ = 0;
  uint64_t seed_ = 42;
  std::vector<std::string> breaches_;
  std::vector<std::string> faults_;
};

}  // namespace junctor::testing
