// SPDX-License-Identifier: Apache-2.0
// A descriptor with an owner, and the few socket calls that several files need. Any thread.
#pragma once

#include <unistd.h>

#include <string>
#include <utility>

#include "loop/clock.hpp"
#include "net/address.hpp"

namespace junctor::net {

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_{fd} {}
  Fd(Fd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) {
      reset();
      fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

/// Non-blocking, close-on-exec, IPv6 with V6ONLY; `type` is SOCK_STREAM or SOCK_DGRAM. Empty: errno says why.
Fd open_socket(uint8_t family, int type);

bool set_int(int fd, int level, int option, int value);

/// The bound address, or one of family 0.
Address local_address(int fd);
Address peer_address(int fd);

/// Sends a reset instead of a FIN when the descriptor is closed.
void reset_on_close(int fd);

/// Lets what was sent arrive: says FIN, and throws away what has come, as closing with unread input would reset.
void close_softly(Fd& fd);

/// The text of an errno value.
std::string error_text(int error);

}  // namespace junctor::net
