// SPDX-License-Identifier: Apache-2.0
// A small HTTP server: GET and HEAD, one request a connection, so many threads and connections and no more, and an end
// to each connection whatever its client does. Poco's threads call the handler.
#pragma once

#include <Poco/Net/StreamSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/ThreadPool.h>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "wire/address.hpp"

namespace junctor::metrics {

struct Question {
  std::string path;
  std::string accept;
  std::string authorization;
};

struct Page {
  int code = 200;
  std::string type = "text/plain; charset=utf-8";
  std::string body;
  std::string challenge;  ///< WWW-Authenticate
};

/// Connections and when each has had its time.
class Deadlines {
 public:
  using Clock = std::chrono::steady_clock;

  uint64_t add(const Poco::Net::StreamSocket& socket, Clock::duration time);
  void remove(uint64_t number);
  /// Cuts off those whose time is over; returns how many.
  size_t cut_off(Clock::time_point now);

 private:
  struct Entry {
    Poco::Net::StreamSocket socket;
    Clock::time_point until;
    bool cut = false;
  };
  std::mutex mutex_;
  std::map<uint64_t, Entry> open_;
  uint64_t last_ = 0;
};

class WebServer {
 public:
  struct Shape {
    int threads = 2;
    int waiting = 8;
    std::chrono::nanoseconds timeout{};
  };
  struct Events {
    std::function<bool(const wire::Address&)> admit;  ///< the accepting thread; false closes the connection
    std::function<Page(const Question&)> answer;      ///< one of its threads; must not throw
    std::function<void(const char* reason)> refused;  ///< any of its threads
  };

  /// Listens; throws junctor::Error with the system's reason.
  WebServer(const std::string& address, const Shape& shape, Events events);
  /// Cuts off who is still there.
  ~WebServer();
  WebServer(const WebServer&) = delete;
  WebServer& operator=(const WebServer&) = delete;

  std::string address() const;
  /// Takes no new connections.
  void close();
  /// From time to time: ends connections that have had their time.
  void tick();

 private:
  Shape shape_;
  Events events_;
  Deadlines deadlines_;
  Poco::ThreadPool pool_;
  std::unique_ptr<Poco::Net::TCPServer> server_;
  bool closed_ = false;
};

}  // namespace junctor::metrics
