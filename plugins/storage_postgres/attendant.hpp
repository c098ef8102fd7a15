// SPDX-License-Identifier: Apache-2.0
// A thread that serves a queue through a link. Where nobody asks it looks after the link; while there is no server,
// what comes is refused at once.
#pragma once

#include <pthread.h>

#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "storage_memory/request_queue.hpp"
#include "storage_postgres/link.hpp"

namespace junctor::storage::postgres {

template <class Request>
class Attendant {
 public:
  using Batch = std::vector<Request>;
  /// What is done on the thread. serve and refuse answer every request of the batch.
  struct Duties {
    std::function<size_t()> most;  // requests of one batch
    std::function<void(Batch&)> serve;
    std::function<void(Batch&, const Fault&)> refuse;
  };

  Attendant(RequestQueue<Request>& queue, Link link, Duties duties)
      : queue_{queue}, link_{std::move(link)}, duties_{std::move(duties)} {}
  /// The queue has been closed before.
  ~Attendant() { join(); }

  /// Connects, then begins to serve. Throws DatabaseError.
  void start(const char* thread_name) {
    link_.open();
    thread_ = std::thread{[this] { run(); }};
    pthread_setname_np(thread_.native_handle(), thread_name);
  }
  /// [control] Ends once the queue is closed and empty.
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  /// In serve: the connection, a new one where there is none. Throws DatabaseError.
  Connection& connection() {
    // A connection may take its time, but whoever asks meanwhile is refused once it is no matter of a moment.
    constexpr std::chrono::milliseconds kMoment{300};
    return link_.get([this, moment = Link::Clock::now() + kMoment] {
      if (Link::Clock::now() >= moment) refuse_waiting();
      return !queue_.is_closed();
    });
  }
  void drop(const Fault& fault) { link_.drop(fault); }

 private:
  void run() {
    Batch batch;
    while (queue_.take_until(batch, duties_.most(), next_look())) {
      if (batch.empty()) {
        rest();
      } else {
        duties_.serve(batch);
      }
      batch.clear();
    }
  }

  /// For the end of a pause, or for a server that has gone.
  Link::Clock::time_point next_look() const {
    constexpr std::chrono::milliseconds kLook{500};
    return link_.is_open() ? Link::Clock::now() + kLook : link_.next_try();
  }

  void rest() {
    link_.look();
    if (link_.is_open()) return;
    try {
      connection();
    } catch (const DatabaseError&) {  // the link has told, and tries again later
    }
  }

  void refuse_waiting() {
    Batch waiting;
    queue_.take_until(waiting, SIZE_MAX, {});
    if (waiting.empty()) return;
    duties_.refuse(waiting, {"unreachable", "PostgreSQL does not answer; a connection is being made"});
  }

  RequestQueue<Request>& queue_;
  Link link_;
  const Duties duties_;
  std::thread thread_;
};

}  // namespace junctor::storage::postgres
