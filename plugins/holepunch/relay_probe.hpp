// SPDX-License-Identifier: Apache-2.0
// Does a relay work? Two connections with one uuid, as two peers make them (protocol.md 6.5), and what the first sends
// must reach the second. Tells a relay from a dead port, from another service and from one with another key; a stock
// relay passes. Lives on the loop that starts it.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "junctor/net.hpp"
#include "relay_watch.hpp"
#include "resolver.hpp"

namespace junctor::holepunch {

class RelayProbe : public std::enable_shared_from_this<RelayProbe> {
 public:
  /// Of one host's addresses the first few are tried.
  static constexpr size_t kMostAddresses = 4;
  /// Between knocks: the relay may need a moment to pair.
  static constexpr Duration kKnock = std::chrono::milliseconds{100};

  struct Question {
    Addresses addresses;
    std::string licence_key;
    Duration timeout{};  // for one address
    /// Told each uuid before the relay is; may be none.
    std::function<void(const std::string& uuid)> announce = nullptr;
  };
  using Done = std::function<void(const Checked&)>;

  /// done: once, later; not at all once the instance stops.
  static void start(const Host& host, Question question, Done done);

  RelayProbe(const Host& host, Question question, Done done);

 private:
  /// One connection. Owns itself until on_close, and keeps the probe alive.
  struct Side {
    std::shared_ptr<RelayProbe> probe;
    Stream stream;
    bool greeted = false;

    const Host& host() const { return probe->host_; }
    size_t on_data(std::string_view data) { return probe->heard(*this, data); }
    void on_writable() { probe->connected(*this); }
    void on_end() { probe->lost(*this, JCT_E_RESET); }
    void on_close(jct_status reason) {
      const std::unique_ptr<Side> self{this};
      probe->lost(*this, reason);
    }
  };

  void try_address();
  jct_status dial(size_t which);
  void connected(Side& side);
  size_t heard(const Side& side, std::string_view data);
  void lost(const Side& side, jct_status reason);
  void knock();
  void failed(const std::string& error);
  void finish(const Checked& checked);
  void hang_up();
  std::string error_of(const Side& side, jct_status reason) const;

  const Host& host_;
  Question question_;
  Done done_;
  size_t address_ = 0;
  std::array<Side*, 2> sides_{};
  std::string uuid_;
  Timer deadline_;
  Timer knocking_;
};

}  // namespace junctor::holepunch
