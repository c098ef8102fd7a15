// SPDX-License-Identifier: Apache-2.0
// Tells a service manager how the server is: the datagrams of sd_notify(3), without its library. One thread.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace junctor::ops {

class ServiceNotice {
 public:
  using Duration = std::chrono::microseconds;

  /// `socket`: a path, or `@name` in the abstract namespace; empty: nobody is told.
  ServiceNotice(std::string socket, Duration watchdog, bool keeps = false)
      : socket_{std::move(socket)}, watchdog_{watchdog}, keeps_{keeps} {}

  /// As $NOTIFY_SOCKET and $WATCHDOG_USEC say; a watchdog that is for another process ($WATCHDOG_PID) is none.
  static ServiceNotice from_environment();

  /// Zero: alive() is not waited for. Otherwise whoever is silent for longer is taken for dead.
  Duration watchdog() const { return watchdog_; }

  void ready() const { send("READY=1"); }
  /// ready() ends it.
  void reloading() const;
  /// The server may need `patience` until it has gone.
  void stopping(Duration patience) const;
  void alive() const { send("WATCHDOG=1"); }

  /// Whether what store() brings is kept beyond the process ($FDSTORE, how many at most).
  bool keeps_sockets() const { return keeps_; }
  /// They come back to the next process of the service (inherited.hpp). One that is there already is not kept twice.
  void store(const std::string& name, const std::vector<int>& fds) const;
  void forget(const std::string& name) const { send("FDSTOREREMOVE=1\nFDNAME=" + name); }

 private:
  /// A manager that does not listen is no reason to fail.
  void send(const std::string& text, const int* fds = nullptr, size_t count = 0) const;

  std::string socket_;
  Duration watchdog_;
  bool keeps_;
};

}  // namespace junctor::ops
