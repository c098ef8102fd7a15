// SPDX-License-Identifier: Apache-2.0
// Takes one hook's events to its server, in order, on a thread of its own: a server that hangs keeps nobody else
// waiting. put, waiting: any thread.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "hooks.hpp"
#include "post.hpp"

namespace junctor::webhook {

class Courier {
 public:
  /// Called on the courier's thread. `why` is empty for one that went; `last`: it is not tried again.
  using Told = std::function<void(const Hook& hook, const Letter& letter, const std::string& why, bool last)>;
  using Clock = std::function<int64_t()>;  // Unix seconds

  Courier(Hook hook, Patience patience, Clock clock, Told told);
  ~Courier() { stop(); }
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void start();
  /// What waits is lost, and how much that is is answered; what is on its way is cut.
  size_t stop();

  const Hook& hook() const { return hook_; }
  /// False: too many wait.
  bool put(Letter letter);
  size_t waiting() const;

 private:
  void run();
  bool go(const Letter& letter, std::string* why);

  const Hook hook_;
  const Patience patience_;
  const Clock clock_;
  const Told told_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Letter> waiting_;                     // guarded by mutex_, as what follows
  std::optional<Poco::Net::StreamSocket> socket_;  // of the one on its way
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace junctor::webhook
