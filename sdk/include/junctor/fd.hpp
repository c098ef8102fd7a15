// SPDX-License-Identifier: Apache-2.0
// Descriptors from elsewhere, and Unix sockets, on a plugin's loops: junctor.fd/1 as C++.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "fd.h"
#include "net.hpp"

namespace junctor {

namespace detail {

inline jct_fd_api fd_api(const Host& host) {
  const void* raw = host.raw()->api(host.raw(), JCT_FD_API);
  if (raw == nullptr) throw Error{JCT_E_UNSUPPORTED, "this kernel lacks " JCT_FD_API};
  return adopt<jct_fd_api>(raw);
}

/// A path that a Unix socket's address has room for. Throws Error.
inline sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    throw Error{JCT_E_CONFIG,
                path + ": a Unix socket's path has 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes"};
  }
  path.copy(address.sun_path, path.size());
  return address;
}

[[noreturn]] inline void throw_errno(const std::string& what) { throw Error{JCT_E_IO, what + ": " + strerror(errno)}; }

}  // namespace detail

/// Watches a descriptor that somebody else owns. Ends when destroyed, before the descriptor is closed. Lives on its
/// loop.
class Watch {
 public:
  Watch() = default;
  /// [loop], or in start. `ready` gets JCT_FD_*; it may end the watch. Throws Error.
  Watch(const Host& host, int fd, uint32_t wanted, std::function<void(uint32_t ready)> ready)
      : state_{std::make_unique<State>(State{&host, detail::fd_api(host), std::move(ready)})} {
    require(state_->api.watch(host.raw(), fd, wanted, &run, state_.get(), &state_->handle), "watch");
  }
  Watch(Watch&& other) noexcept = default;
  Watch& operator=(Watch&& other) noexcept {
    end();
    state_ = std::move(other.state_);
    return *this;
  }
  ~Watch() { end(); }

  explicit operator bool() const { return state_ != nullptr; }
  void want(uint32_t wanted) { state_->api.want(state_->host->raw(), state_->handle, wanted); }
  void end() {
    if (!state_) return;
    state_->api.unwatch(state_->host->raw(), state_->handle);
    if (state_->running) {
      state_->ended = true;
      static_cast<void>(state_.release());
    }
    state_.reset();
  }

 private:
  struct State {
    const Host* host;
    jct_fd_api api;
    std::function<void(uint32_t)> ready;
    jct_handle handle = 0;
    bool running = false;
    bool ended = false;
  };

  /// As a timer's: the callback may end its own watch, and the state lives until it returns.
  static jct_status run(void* self, jct_handle, uint32_t ready) {
    auto* state = static_cast<State*>(self);
    state->running = true;
    const jct_status status = state->host->guarded("watch", [&] { state->ready(ready); });
    state->running = false;
    if (state->ended) delete state;
    return status;
  }

  std::unique_ptr<State> state_;
};

/// [loop] A connected stream socket as a stream with this owner (Stream::attach says what it has). The descriptor is
/// the kernel's afterwards, whatever becomes of it. Throws Error.
template <class Owner>
Stream adopt_socket(const Host& host, int fd, Owner& owner) {
  jct_handle stream = 0;
  const jct_status status = detail::fd_api(host).adopt(host.raw(), fd, &Stream::events_of<Owner>(), &owner, &stream);
  if (status != JCT_OK) ::close(fd);
  require(status, "adopt");
  return Stream{host, stream};
}

/// [loop] A connection to the Unix socket at `path`, with this owner. Does not wait: where its queue is full that is an
/// Error, as nobody there is.
template <class Owner>
Stream unix_connect(const Host& host, const std::string& path, Owner& owner) {
  const sockaddr_un address = detail::unix_address(path);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) detail::throw_errno(path);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd);
    errno = error;
    detail::throw_errno(path);
  }
  return adopt_socket(host, fd, owner);
}

/// A Unix socket that a plugin listens on, at a path with a mode. Made in start; lives on its loop. A socket that a
/// dead server has left is replaced; one that somebody listens on is an Error, but for the one that this plugin's
/// predecessor has in a restart, which the new one takes the place of.
class UnixListener {
 public:
  /// Takes the connected socket: adopt_socket, or close.
  using Accept = std::function<void(int fd)>;

  UnixListener() = default;
  UnixListener(const Host& host, const std::string& path, mode_t mode, Accept accept)
      : socket_{std::make_unique<Socket>(path, mode)},
        watch_{host, socket_->fd, JCT_FD_READ, [socket = socket_.get(), accept = std::move(accept)](uint32_t) {
                 for (int taken = 0; taken < kAcceptsPerTurn; ++taken) {
                   const int fd = ::accept4(socket->fd, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
                   if (fd < 0) return;
                   accept(fd);
                 }
               }} {}
  UnixListener(UnixListener&&) noexcept = default;
  UnixListener& operator=(UnixListener&& other) noexcept {
    close();
    socket_ = std::move(other.socket_);
    watch_ = std::move(other.watch_);
    return *this;
  }
  ~UnixListener() { close(); }

  void close() {
    watch_.end();
    socket_.reset();
  }

 private:
  static constexpr int kAcceptsPerTurn = 64;

  /// Bound beside the path and moved there: nobody finds it before it listens, and a predecessor's goes on until then.
  struct Socket {
    Socket(const std::string& where, mode_t mode) : path{where} {
      refuse_if_served();
      const std::string beside = path + "." + std::to_string(::getpid());
      const sockaddr_un address = detail::unix_address(beside);
      fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (fd < 0) detail::throw_errno(path);
      ::unlink(beside.c_str());
      const bool bound = ::fchmod(fd, mode) == 0 &&
                         ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                         ::listen(fd, SOMAXCONN) == 0 && ::chmod(beside.c_str(), mode) == 0 &&
                         ::stat(beside.c_str(), &made) == 0 && ::rename(beside.c_str(), path.c_str()) == 0;
      if (bound) return;
      const int error = errno;
      ::unlink(beside.c_str());
      ::close(fd);
      errno = error;
      detail::throw_errno(path);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    ~Socket() {
      struct stat now {};
      if (::stat(path.c_str(), &now) == 0 && now.st_ino == made.st_ino && now.st_dev == made.st_dev) {
        ::unlink(path.c_str());
      }
      ::close(fd);
    }

    /// Another process listens there.
    void refuse_if_served() const {
      const sockaddr_un address = detail::unix_address(path);
      const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
      if (probe < 0) detail::throw_errno(path);
      ucred who{};
      socklen_t size = sizeof who;
      const bool served = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
                          ::getsockopt(probe, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0;
      ::close(probe);
      if (served && who.pid != ::getpid()) {
        throw Error{JCT_E_EXISTS, path + ": process " + std::to_string(who.pid) + " listens there"};
      }
      struct stat there {};
      if (::lstat(path.c_str(), &there) == 0 && !S_ISSOCK(there.st_mode)) {
        throw Error{JCT_E_EXISTS, path + ": there is something that is no socket"};
      }
    }

    std::string path;
    int fd = -1;
    struct stat made {};
  };

  std::unique_ptr<Socket> socket_;
  Watch watch_;
};

}  // namespace junctor
