// SPDX-License-Identifier: Apache-2.0
// Requests from any thread for threads that block, bounded by their number and their bytes.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

#include "storage_memory/store.hpp"

namespace junctor::storage {

/// Request: a movable type with size_t cost_of(const Request&).
template <class Request>
class RequestQueue {
 public:
  struct Limits {
    size_t requests;
    size_t bytes;
  };

  explicit RequestQueue(Limits limits) : limits_{limits} {}

  /// [any] kOk: taken. kLimit, kClosed: the request stays with the caller. One is always taken into an empty queue.
  Status push(Request& request) {
    const size_t cost = cost_of(request);
    const std::lock_guard lock{mutex_};
    if (closed_) return Status::kClosed;
    const bool full = waiting_.size() >= limits_.requests || bytes_ + cost > limits_.bytes;
    if (full && !waiting_.empty()) return Status::kLimit;
    add(std::move(request), cost);
    return Status::kOk;
  }

  /// [any] For the next page of a scan, which was let in already. False once closed.
  bool push_next(Request& request) {
    const size_t cost = cost_of(request);
    const std::lock_guard lock{mutex_};
    if (closed_) return false;
    add(std::move(request), cost);
    return true;
  }

  /// A serving thread: waits for requests and appends at most `most` of them to `out`, in order. False once the queue
  /// is closed and empty.
  bool take(std::vector<Request>& out, size_t most) {
    std::unique_lock lock{mutex_};
    arrived_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
    move_out(out, most);
    return !out.empty();
  }

  /// The same, but waits no longer than until `end`: true with an empty `out` then.
  bool take_until(std::vector<Request>& out, size_t most, std::chrono::steady_clock::time_point end) {
    std::unique_lock lock{mutex_};
    arrived_.wait_until(lock, end, [this] { return closed_ || !waiting_.empty(); });
    move_out(out, most);
    return !closed_ || !out.empty();
  }

  /// [any] Nothing more is let in; what waits is still served.
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    arrived_.notify_all();
  }

  bool is_closed() const {
    const std::lock_guard lock{mutex_};
    return closed_;
  }

  void set_limits(Limits limits) {
    const std::lock_guard lock{mutex_};
    limits_ = limits;
  }

  size_t depth() const {
    const std::lock_guard lock{mutex_};
    return waiting_.size();
  }

 private:
  void move_out(std::vector<Request>& out, size_t most) {
    for (; most > 0 && !waiting_.empty(); --most) {
      bytes_ -= waiting_.front().second;
      out.push_back(std::move(waiting_.front().first));
      waiting_.pop_front();
    }
  }

  void add(Request request, size_t cost) {
    waiting_.emplace_back(std::move(request), cost);
    bytes_ += cost;
    arrived_.notify_one();
  }

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::pair<Request, size_t>> waiting_;
  size_t bytes_ = 0;
  Limits limits_;
  bool closed_ = false;
};

}  // namespace junctor::storage
