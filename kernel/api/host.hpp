// SPDX-License-Identifier: Apache-2.0
// One instance's side of the boundary: its jct_host, its gate, what it may call now, and the breaches that are logged
// against it. Lives as long as the process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/config_view.hpp"
#include "api/kernel.hpp"
#include "junctor/abi.h"
#include "loop/task.hpp"

namespace junctor::api {

/// Where the instance is in its life, for what it may call.
enum class Phase { kCreating, kStarting, kRunning, kQuiet };

class Host : public jct_host {
 public:
  Host(Kernel& kernel, std::string instance, std::string key, uint32_t home, bool parallel);

  static Host& of(const jct_host* raw) { return *const_cast<Host*>(static_cast<const Host*>(raw)); }

  Kernel& kernel() { return kernel_; }
  const std::string& instance() const { return instance_; }
  const std::string& key() const { return key_; }
  uint32_t home() const { return home_; }
  bool parallel() const { return parallel_; }
  /// The loops that call this instance.
  std::vector<net::NetLoop*> net_loops();

  // ---- configuration [control]; the current one also on loops while a callback of this instance runs ----
  const jct_config& config() const { return *config_; }
  void set_config(std::unique_ptr<jct_config> config);
  /// Its instance is gone: the host stays, what it was configured with does not.
  void forget_config();

  // ---- phase ----
  Phase phase() const { return phase_.load(std::memory_order_acquire); }
  void set_phase(Phase phase) { phase_.store(phase, std::memory_order_release); }
  /// [control] What create and start opened begins when start has succeeded.
  void arm_later(loop::Task arm) { pending_.push_back(std::move(arm)); }
  void arm_all();
  /// [control] Traffic begins when all that start together have started: nobody finds half of the site there.
  void open_later(loop::Task open) { doors_.push_back(std::move(open)); }
  void open_all();
  void forget_arms() {
    pending_.clear();
    doors_.clear();
  }

  /// [any] May the calling thread, which is not the right loop, still have a call carried over? Only the control thread
  /// inside a lifecycle call may.
  bool carries_over() const;
  /// [control] Marks that a lifecycle call of this instance is under way.
  class Call;

  // ---- listeners and datagram sockets that the plugin has not closed [any] ----
  void opened(jct_handle listener);
  /// False for one that it does not have.
  bool gave_back(jct_handle listener);
  size_t listeners_left() const;

  // ---- gate [any] ----
  bool enter();
  void leave();
  /// [control] Nobody enters any more.
  void close_gate();
  /// [control] False when something is still inside after `patience`.
  bool wait_empty(loop::Duration patience);
  /// [any] How many threads of the pool are inside.
  uint32_t on_pool() const { return on_pool_.load(std::memory_order_relaxed); }
  /// Counts one that is.
  class OnPool;

  // ---- the instance's name as text that lives as long as the process, for watchdogs ----
  const char* label() const { return instance_.c_str(); }

  /// [any] Logs that the instance called `function` where it may not; returns JCT_E_THREAD.
  jct_status wrong_thread(const char* function);
  /// [any] Logs a fault of the instance and counts it.
  void blame(const char* event, const char* what, std::string_view detail);
  /// [any] False when the instance has written more lines this second than it may; what is lost is told of later.
  bool may_log();
  /// [any] Tells of it in the next second, also where no line follows.
  void tell_unlogged();

 private:
  Kernel& kernel_;
  const std::string instance_;
  const std::string key_;
  const uint32_t home_;
  const bool parallel_;
  std::unique_ptr<jct_config> config_;
  std::unique_ptr<jct_config> retired_;  ///< the one before: views of it may be read by a call that is under way
  std::atomic<Phase> phase_{Phase::kCreating};
  std::atomic<bool> in_call_{false};
  std::vector<loop::Task> pending_;
  std::vector<loop::Task> doors_;

  static constexpr uint64_t kClosed = uint64_t{1} << 63;
  std::atomic<uint64_t> gate_{0};
  std::atomic<uint32_t> on_pool_{0};
  std::mutex gate_mutex_;
  std::condition_variable gate_empty_;

  mutable std::mutex listeners_mutex_;
  std::set<jct_handle> listeners_;

  std::atomic<int64_t> log_second_{0};
  std::atomic<int64_t> log_lines_{0};
  ops::Metric* faults_;
};

class Host::Call {
 public:
  explicit Call(Host& host) : host_{host} { host_.in_call_.store(true, std::memory_order_relaxed); }
  ~Call() { host_.in_call_.store(false, std::memory_order_relaxed); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  Host& host_;
};

class Host::OnPool {
 public:
  explicit OnPool(Host& host) : host_{host} { host_.on_pool_.fetch_add(1, std::memory_order_relaxed); }
  ~OnPool() { host_.on_pool_.fetch_sub(1, std::memory_order_relaxed); }
  OnPool(const OnPool&) = delete;
  OnPool& operator=(const OnPool&) = delete;

 private:
  Host& host_;
};

/// A jct_task that drops itself exactly once.
class OwnedTask {
 public:
  explicit OwnedTask(jct_task task) : task_{task} {}
  OwnedTask(OwnedTask&& other) noexcept : task_{std::exchange(other.task_, jct_task{})} {}
  OwnedTask& operator=(OwnedTask&&) = delete;
  ~OwnedTask() {
    if (task_.drop != nullptr) task_.drop(task_.self);
  }
  /// Inside the host's gate; not at all when it is closed.
  void run(Host& host);
  /// It is somebody else's from now on.
  jct_task release() { return std::exchange(task_, jct_task{}); }

 private:
  jct_task task_;
};

/// Runs `fn(object)` on the object's loop: here, or carried over for the control thread. JCT_E_CLOSED for a stale
/// handle, JCT_E_STATE while the object moves, JCT_E_THREAD (logged against the host) from anywhere else.
template <class T, class Fn>
jct_status on_object(Host& host, HandleTable<T>& table, jct_handle handle, const char* function, Fn fn) {
  uint32_t loop = 0;
  T* object = table.find(handle, &loop);
  if (object == nullptr) return JCT_E_CLOSED;
  if (loop == current_loop()) return fn(*object);
  if (loop == HandleTable<T>::kMoving) return JCT_E_STATE;
  if (!host.carries_over()) return host.wrong_thread(function);
  jct_status status = JCT_E_CLOSED;
  const bool came = host.kernel().loops.run_on(loop, [&] {
    uint32_t now = 0;
    T* there = table.find(handle, &now);
    if (there != nullptr && now == loop) status = fn(*there);
  });
  return came ? status : JCT_E_TIMEOUT;
}

}  // namespace junctor::api
