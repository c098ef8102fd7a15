// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: a loop driven by hand, a recording owner of streams, plain sockets as the other side.
#pragma once

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "net/net_loop.hpp"
#include "net/stream.hpp"

namespace junctor::net::test {

inline std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span{text}); }
inline std::string text_of(std::span<const std::byte> data) {
  return {reinterpret_cast<const char*>(data.data()), data.size()};
}

/// A loop and its network on the test's own thread.
struct HandLoop {
  explicit HandLoop(const PipeOptions& options = {}, loop::Clock& clock = loop::SteadyClock::instance())
      : loop{0, clock}, pipes{options} {}
  ~HandLoop() {
    net.close_all();
    until([&] { return net.idle(); });
  }
  HandLoop(const HandLoop&) = delete;
  HandLoop& operator=(const HandLoop&) = delete;

  template <class Pred>
  bool until(Pred done, loop::Duration patience = std::chrono::seconds{20}) {
    const auto end = loop::SteadyClock::instance().now() + patience;
    while (!done()) {
      if (loop::SteadyClock::instance().now() > end) return false;
      loop.run_once(std::chrono::milliseconds{20});
    }
    return true;
  }
  /// Turns until the loop has nothing to do at once.
  void settle() {
    for (int i = 0; i < 8; ++i) loop.run_once(loop::Duration::zero());
  }

  loop::EventLoop loop;
  PipePool pipes;
  NetLoop net{loop, pipes};
};

/// Two ends of a TCP connection over loopback, both non-blocking.
inline std::pair<Fd, Fd> tcp_pair() {
  Fd door = open_socket(4, SOCK_STREAM);
  sockaddr_storage storage{};
  socklen_t size = Address::v4(127, 0, 0, 1, 0).to(storage);
  REQUIRE(::bind(door.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
  REQUIRE(::listen(door.get(), 1) == 0);
  size = local_address(door.get()).to(storage);
  Fd near{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  REQUIRE(::connect(near.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
  pollfd ready{door.get(), POLLIN, 0};
  REQUIRE(::poll(&ready, 1, 5000) == 1);
  Fd far{::accept4(door.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  REQUIRE(far);
  ::fcntl(near.get(), F_SETFL, O_NONBLOCK);
  return {std::move(near), std::move(far)};
}

/// Connects and waits; empty when refused.
/// `from`: an address of this host; null: the system's choice.
inline Fd dial(const Address& to, const char* from = nullptr) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  Fd fd{::socket(to.family == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (fd && from != nullptr) {
    size = Address::parse_ip(from)->to(storage);
    REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0);
  }
  size = to.to(storage);
  if (!fd || ::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) != 0) return {};
  ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return fd;
}

inline void put(const Fd& fd, std::string_view text) {
  REQUIRE(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

/// What has come on a plain socket: text, then how it ended.
struct Sink {
  std::string text;
  bool ended = false;
  int error = 0;

  void pull(const Fd& fd) {
    char buffer[65536];
    while (!ended && error == 0) {
      const ssize_t got = ::recv(fd.get(), buffer, sizeof buffer, MSG_DONTWAIT);
      if (got > 0) text.append(buffer, static_cast<size_t>(got));
      if (got == 0) ended = true;
      if (got < 0 && errno == EAGAIN) return;
      if (got < 0) error = errno;
    }
  }
};

/// Records everything; consumes all unless told otherwise.
struct Recorder : StreamEvents {
  Status on_data(Stream& stream, std::span<const std::byte> data, size_t& consumed) override {
    ++data_calls;
    last = text_of(data);
    if (data_hook) return data_hook(stream, data, consumed);
    text += last;
    consumed = data.size();
    return Status::kOk;
  }
  Status on_writable(Stream& stream) override {
    ++writable_calls;
    return writable_hook ? writable_hook(stream) : Status::kOk;
  }
  Status on_end(Stream& stream) override {
    ++ends;
    return end_hook ? end_hook(stream) : Status::kOk;
  }
  void on_close(Stream& stream, Status why) override {
    ++closes;
    reason = why;
    if (close_hook) close_hook(stream);
  }

  std::string text;
  std::string last;
  int data_calls = 0;
  int writable_calls = 0;
  int ends = 0;
  int closes = 0;
  Status reason = Status::kOk;
  std::function<Status(Stream&, std::span<const std::byte>, size_t&)> data_hook;
  std::function<Status(Stream&)> writable_hook;
  std::function<Status(Stream&)> end_hook;
  std::function<void(Stream&)> close_hook;
};

}  // namespace junctor::net::test
