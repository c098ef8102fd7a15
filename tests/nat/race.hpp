// SPDX-License-Identifier: Apache-2.0
// Several ways to one peer, tried at the same time: the first that opens is taken. Any thread.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "wire/socket.hpp"

namespace junctor::nat {

class Race {
 public:
  Race() = default;
  /// Waits for all that entered.
  ~Race();
  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;

  /// Runs `way` on a thread. What it throws counts when no other way has led anywhere. `direct`: it may end in a direct
  /// connection, for which a relay that is ready waits a moment.
  template <class Way>
  void enter(bool direct, Way way) {
    const std::lock_guard lock{mutex_};
    ++running_;
    direct_ += direct ? 1 : 0;
    threads_.emplace_back([this, direct, way] {
      std::string fault;
      try {
        way();
      } catch (const std::exception& e) {
        fault = e.what();
      }
      left(direct, fault);
    });
  }

  /// True for one way alone; it then must say finish().
  bool claim();
  bool is_won() const;
  void finish();
  /// Returns when a direct way has won or none is under way any more, or else after `patience`.
  void let_direct_go_first(wire::Millis patience);
  /// Returns when the session of the winner is over. Throws where there was none.
  void wait();

 private:
  void left(bool direct, const std::string& fault);

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int running_ = 0;
  int direct_ = 0;
  bool won_ = false;
  bool finished_ = false;
  std::string fault_;
  std::vector<std::thread> threads_;
};

}  // namespace junctor::nat
