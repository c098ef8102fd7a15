// SPDX-License-Identifier: Apache-2.0
// Counts what is in flight for an owner, so that it dies only when nothing can come back to it. Any thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "loop/task.hpp"

namespace junctor::loop {

class Gate {
 public:
  /// One thing in flight; leaves when it dies. Empty when the gate was closed.
  class Token {
   public:
    Token() = default;
    Token(Token&& other) noexcept : gate_{std::exchange(other.gate_, nullptr)} {}
    Token& operator=(Token&& other) noexcept {
      if (this != &other) {
        leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() { leave(); }

    explicit operator bool() const { return gate_ != nullptr; }
    void leave() {
      if (gate_ != nullptr) std::exchange(gate_, nullptr)->left();
    }

   private:
    friend class Gate;
    explicit Token(Gate* gate) : gate_{gate} {}
    Gate* gate_ = nullptr;
  };

  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  ~Gate() {
    if (in_flight() == 0) return;
    std::fprintf(stderr, "junctor: a gate was destroyed with work in flight\n");
    std::abort();
  }

  Token enter() {
    const std::lock_guard lock{mutex_};
    if (closed_) return {};
    ++count_;
    return Token{this};
  }

  /// enter() refuses from now on.
  void close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
  }

  /// Closes, and runs `task` once nothing is in flight: inline if that is so already, else on the thread that leaves
  /// last. That task may destroy the gate. At most one waits.
  void when_empty(Task task) {
    {
      const std::lock_guard lock{mutex_};
      closed_ = true;
      if (count_ != 0) {
        waiter_ = std::move(task);
        return;
      }
    }
    task();
  }

  uint64_t in_flight() const {
    const std::lock_guard lock{mutex_};
    return count_;
  }
  bool closed() const {
    const std::lock_guard lock{mutex_};
    return closed_;
  }

 private:
  // Everything happens under the mutex, so that whoever sees the count at 0 may destroy the gate at once.
  void left() {
    Task waiter;
    {
      const std::lock_guard lock{mutex_};
      if (--count_ == 0 && closed_) waiter = std::move(waiter_);
    }
    if (waiter) waiter();
  }

  mutable std::mutex mutex_;
  uint64_t count_ = 0;
  bool closed_ = false;
  Task waiter_;
};

}  // namespace junctor::loop
