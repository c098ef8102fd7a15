// SPDX-License-Identifier: Apache-2.0
// A TCP connection within a time, and an end to what a library does with it beyond that: libldap 2.5 with GnuTLS waits
// for ever, at full speed, for a server that says nothing in a TLS handshake. Blocks.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace junctor::login_ldap {

using Clock = std::chrono::steady_clock;

/// The first address of the host that takes it, or -1 and `why`. Reads and writes of it give up after `patience`.
int dial(const std::string& host, int port, Clock::time_point end, std::chrono::milliseconds patience,
         std::string* why);

/// Shuts a connection down at `end`, unless it is destroyed before. A thread of its own; the descriptor outlives it.
class Watchdog {
 public:
  Watchdog(int fd, Clock::time_point end);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace junctor::login_ldap
