// SPDX-License-Identifier: Apache-2.0
// Looks after the relays: has each checked in turn and notes what changed, when and why. Lives on the home loop.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "junctor/result.hpp"
#include "relay.hpp"

namespace junctor::holepunch {

struct Checked {
  enum class Verdict { kUp, kDown, kUnknown };
  Verdict verdict = Verdict::kUnknown;  // kUnknown: this server could not check now
  std::string error;
};

/// What the watch needs of the server.
class WatchPorts {
 public:
  virtual ~WatchPorts() = default;
  virtual Duration now() const = 0;
  /// Checks what listens at the relay's check_address. done: once, later, on this loop; not at all once the instance
  /// stops.
  virtual void check_relay(const RelaySpec& relay, std::function<void(const Checked&)> done) = 0;
  virtual void relay_changed(const Relay& relay, const std::string& error) = 0;
  /// False: no new sessions are to be sent to this relay, as its tickets do not get through.
  virtual bool gets_tickets(const std::string& name) const = 0;
  /// The last relay that took sessions has gone.
  virtual void no_relay_left() = 0;
};

class RelayWatch {
 public:
  explicit RelayWatch(WatchPorts& ports) : ports_{ports} {}

  /// `interval` 0: nothing is checked, all are taken to work. What is known of a relay that stays is kept.
  void watch(const std::vector<RelayPtr>& relays, Duration interval);
  /// Starts the checks that are due, and asks for each relay whether it gets its tickets. Call on each tick.
  void tick();

  /// False: there is no such relay.
  bool set_drained(std::string_view name, bool drained);

  struct Row {
    RelayPtr relay;
    const char* state;  // "up", "down", "no_tickets", "unknown" before the first check, "unchecked" where there is none
    Duration since{};   // in that state
    std::string error;  // of the last check that failed
  };
  std::vector<Row> rows() const;

 private:
  struct Entry {
    RelayPtr relay;
    Duration since{};
    Duration next{};  // check
    bool running = false;
    bool known = false;
    std::string error;
  };

  bool is_checked(const Entry& entry) const;
  Entry* find(std::string_view name, std::string_view server);
  void start_check(Entry& entry);
  void look_at_tickets();
  void finished(Entry& entry, const Checked& checked);
  void count_left();

  WatchPorts& ports_;
  Duration interval_{};
  std::vector<Entry> entries_;
  bool any_left_ = true;
};

}  // namespace junctor::holepunch
