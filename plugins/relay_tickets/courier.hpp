// SPDX-License-Identifier: Apache-2.0
// Brings one relay its tickets: one connection that is held open, called anew when it fails. Lives on the home loop.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "counters.hpp"
#include "junctor/net.hpp"
#include "options.hpp"
#include "outbound.hpp"
#include "outbox.hpp"
#include "wire/names.hpp"

namespace junctor::relay_tickets {

using wire::Addresses;

class Courier {
 public:
  /// What the caller gives outlives this.
  Courier(const Host& host, const wire::SigningKeys& own, Counters& counters, Destination to,
          const CallerSettings& settings);
  ~Courier() { stop(); }
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void start() { call(); }
  /// No more calls; what waits is lost.
  void stop();
  void set(const CallerSettings& settings);

  void add(const Ticket& ticket);
  /// Sends what was added.
  void push();
  /// Forgets what is too old; call now and then.
  void tick();

  const Destination& to() const { return to_; }
  bool up() const { return line_ != nullptr && line_->talk.welcome(); }
  /// Tickets get through, or did a moment ago, or are not asked for.
  bool usable() const;

  struct Row {
    bool up;
    Duration since;  // in that state
    size_t waiting;
    uint64_t delivered, lost;
    std::string error;  // the last one
  };
  Row row() const;

 private:
  /// One connection. Owns itself until on_close.
  struct Line {
    Line(Courier& where, const Host& the_host)
        : courier{&where}, host_ref{the_host}, talk{where.own_, where.to_.key, [this](Verdict verdict) {
                                                      return courier->told(verdict);
                                                    }} {}

    Courier* courier;  // null: it has been given up
    const Host& host_ref;
    Stream stream;
    Outbound talk;
    std::string unsent;  // sealed already, so it goes out in this order
    bool connected = false;

    const Host& host() const { return host_ref; }
    size_t on_data(std::string_view data) {
      if (courier != nullptr) courier->heard(data);
      return data.size();
    }
    void on_writable() {
      if (courier != nullptr) courier->writable();
    }
    void on_end() {
      if (courier != nullptr) courier->failed(connected ? "closed_by_relay" : "cannot_connect");
    }
    void on_close(jct_status reason) {
      const std::unique_ptr<Line> self{this};
      if (courier != nullptr) courier->closed(reason);
    }
  };

  uint64_t now_us() const { return host_.wall(); }
  void call();
  void resolved(const Addresses& addresses);
  void writable();
  void heard(std::string_view data);
  void welcomed();
  bool told(Verdict verdict);
  bool flush();
  void ping();
  void closed(jct_status reason);
  void failed(const char* reason);
  void hang_up();
  void retry();
  void lose(const char* reason, size_t count = 1);

  const Host& host_;
  const wire::SigningKeys& own_;
  Counters& counters_;
  const Destination to_;
  CallerSettings settings_;
  Outbox outbox_;
  Line* line_ = nullptr;
  size_t calls_ = 0;
  uint32_t failures_ = 0;  // in a row
  bool was_up_ = false;
  Duration since_;             // up or down
  const char* error_ = "";     // a stable word
  const char* reported_ = "";  // which of them the log has, since it was up last
  uint64_t delivered_ = 0, lost_ = 0;
  Timer retry_;
  Timer deadline_;
  Timer pinger_;
  std::shared_ptr<int> look_up_;  // goes with the call that asked: a late answer is nobody's
};

}  // namespace junctor::relay_tickets
