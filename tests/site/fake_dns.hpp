// SPDX-License-Identifier: Apache-2.0
// A name server that knows every name, until it falls silent. A thread of its own.
#pragma once

#include <atomic>
#include <string>
#include <thread>

namespace junctor::site {

class FakeDns {
 public:
  static constexpr const char* kAddress = "127.0.0.77";

  /// Listens on kAddress, UDP 53. Throws where it cannot (root alone may).
  FakeDns();
  ~FakeDns();
  FakeDns(const FakeDns&) = delete;
  FakeDns& operator=(const FakeDns&) = delete;

  /// From now on questions are counted and not answered.
  void fall_silent() { silent_ = true; }
  int unanswered() const { return unanswered_; }

 private:
  void serve();

  int fd_;
  std::atomic<bool> stopped_{false};
  std::atomic<bool> silent_{false};
  std::atomic<int> unanswered_{0};
  std::thread thread_;
};

}  // namespace junctor::site
