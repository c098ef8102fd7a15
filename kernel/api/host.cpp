// SPDX-License-Identifier: Apache-2.0
#include "api/host.hpp"

#include <cstring>
#include <utility>

#include "api/tables.hpp"
#include "junctor/config.h"

namespace junctor::api {
namespace {

const void* find_api(const jct_host*, const char* id) {
  if (id == nullptr) return nullptr;
  for (const ApiEntry& entry : api_tables()) {
    if (std::strcmp(entry.id, id) == 0) return entry.table;
  }
  return nullptr;
}

}  // namespace

Host::Host(Kernel& kernel, std::string instance, std::string key, uint32_t home, bool parallel)
    : jct_host{sizeof(jct_host), JCT_ABI_MINOR, &find_api},
      kernel_{kernel},
      instance_{std::move(instance)},
      key_{std::move(key)},
      home_{home},
      parallel_{parallel},
      faults_{kernel.metrics.open(ops::MetricKind::kCounter, {instance_, "plugin_faults", ""},
                                  "breaches of the boundary's rules by this plugin")} {}

std::vector<net::NetLoop*> Host::net_loops() {
  std::vector<net::NetLoop*> loops;
  for (uint32_t i = 0; i < kernel_.net.size(); ++i) {
    if (parallel_ || i == home_) loops.push_back(kernel_.net[i].get());
  }
  return loops;
}

void Host::set_config(std::unique_ptr<jct_config> config) { retired_ = std::exchange(config_, std::move(config)); }

void Host::forget_config() {
  config_.reset();
  retired_.reset();
}

void Host::arm_all() {
  for (loop::Task& arm : std::exchange(pending_, {})) arm();
}

void Host::open_all() {
  for (loop::Task& open : std::exchange(doors_, {})) open();
}

bool Host::carries_over() const { return kernel_.loops.control().here() && in_call_.load(std::memory_order_relaxed); }

void Host::opened(jct_handle listener) {
  const std::lock_guard lock{listeners_mutex_};
  listeners_.insert(listener);
}

bool Host::gave_back(jct_handle listener) {
  const std::lock_guard lock{listeners_mutex_};
  return listeners_.erase(listener) > 0;
}

size_t Host::listeners_left() const {
  const std::lock_guard lock{listeners_mutex_};
  return listeners_.size();
}

bool Host::enter() {
  if ((gate_.fetch_add(1, std::memory_order_acquire) & kClosed) == 0) return true;
  leave();
  return false;
}

void Host::leave() {
  if (gate_.fetch_sub(1, std::memory_order_release) != kClosed + 1) return;
  const std::lock_guard lock{gate_mutex_};
  gate_empty_.notify_all();
}

void Host::close_gate() {
  gate_.fetch_or(kClosed, std::memory_order_acq_rel);
  kernel_.events.remove(*this);
  kernel_.issued.withdraw(this);
}

bool Host::wait_empty(loop::Duration patience) {
  std::unique_lock lock{gate_mutex_};
  return gate_empty_.wait_for(lock, patience, [this] { return gate_.load(std::memory_order_acquire) == kClosed; });
}

jct_status Host::wrong_thread(const char* function) {
  blame("plugin.wrong_thread", "call", function);
  return JCT_E_THREAD;
}

void Host::blame(const char* event, const char* what, std::string_view detail) {
  if (faults_ != nullptr) faults_->add(current_loop(), 1);
  if (!may_log()) return;
  const ops::Field field{what, detail};
  kernel_.log.write(ops::Level::kError, instance_, event, {&field, 1});
}

bool Host::may_log() {
  tell_unlogged();
  return log_lines_.fetch_add(1, std::memory_order_relaxed) < kernel_.log_rate.load(std::memory_order_relaxed);
}

void Host::tell_unlogged() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const int64_t second = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  int64_t before = log_second_.load(std::memory_order_relaxed);
  const bool first = before != second && log_second_.compare_exchange_strong(before, second, std::memory_order_relaxed);
  if (!first) return;
  const int64_t lines = log_lines_.exchange(0, std::memory_order_relaxed);
  const int64_t limit = kernel_.log_rate.load(std::memory_order_relaxed);
  if (lines <= limit) return;
  const std::string lost = std::to_string(lines - limit);
  const ops::Field field{"lines", lost};
  kernel_.log.write(ops::Level::kWarning, instance_, "log.limited", {&field, 1});
}

void OwnedTask::run(Host& host) {
  if (task_.run == nullptr || !host.enter()) return;
  const auto run = std::exchange(task_.run, nullptr);
  loop::EventLoop* loop = loop::EventLoop::current();
  if (loop != nullptr) {
    const loop::BusyLabel busy{*loop, host.label()};
    run(task_.self);
  } else {
    run(task_.self);
  }
  host.leave();
}

}  // namespace junctor::api
