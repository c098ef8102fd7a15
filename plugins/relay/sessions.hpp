// SPDX-License-Identifier: Apache-2.0
// The running sessions of one loop: bridges and exchanges, their counts and their end. Lives on that loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exchange.hpp"
#include "junctor/host.hpp"
#include "options.hpp"
#include "rows.hpp"
#include "shared.hpp"
#include "side.hpp"

namespace junctor::relay {

class Sessions {
 public:
  /// `ended` is told the uuid of each session that is over.
  Sessions(Shared& shared, uint32_t loop, std::function<void(const std::string& uuid)> ended)
      : shared_{shared}, loop_{loop}, ended_{std::move(ended)} {}

  /// Joins the two, with the bytes that are behind their first messages: two streams in the kernel, others by copying.
  /// JCT_OK: their links are ours. JCT_E_CLOSED: one of them has gone. JCT_E_LIMIT: max_sessions.
  jct_status start(const Side& first, const Side& second, const Settings& settings);

  // ---- what an offered link tells (relay/1); JCT_E_CLOSED where there is none ----
  jct_status data(jct_handle link, std::string_view data);
  jct_status writable(jct_handle link);
  jct_status link_ended(jct_handle link);
  void link_closed(jct_handle link, jct_status reason);

  /// False where there is no such session.
  bool end(uint64_t id);
  /// At most `limit`, the oldest first.
  std::vector<SessionRow> rows(size_t limit) const;
  size_t size() const { return all_.size(); }

  /// [control] Every session has ended by now.
  void stop();

 private:
  struct Session {
    Sessions* owner;
    uint64_t id;
    std::string uuid;
    std::string peer_id;
    jct_addr a;
    jct_addr b;
    std::string transport;  // of both: "tcp-ws"
    jct_handle bridge;      // 0: an exchange
    Duration idle;
    const char* asked;  // why it was ended from here, or null
    uint64_t counted_ab;
    uint64_t counted_ba;
    std::unique_ptr<Exchange> exchange;
  };

  static void on_close(void* self, jct_handle bridge, jct_status reason, const jct_bridge_stats* stats);
  static const jct_bridge_events kEvents;

  jct_status join(const Side& a, const Side& b, const Settings& settings, Session* session);
  jct_status exchange(const Side& a, const Side& b, const jct_bridge_policy& policy, Session* session);
  Exchange::End* end_of(jct_handle link);
  void ended(Session& session, jct_status reason, const jct_bridge_stats& stats);
  void over(Session& session, const char* reason, const jct_bridge_stats& stats);
  void count(Session& session, const jct_bridge_stats& stats) const;
  jct_bridge_stats stats(const Session& session) const;
  void sample();

  Shared& shared_;
  const uint32_t loop_;
  std::function<void(const std::string& uuid)> ended_;
  std::map<uint64_t, std::unique_ptr<Session>> all_;
  std::unordered_map<jct_handle, Exchange::End*> links_;  // those in exchanges
  uint64_t last_id_ = 0;
  uint64_t sampled_ = 0;  // the last one whose bytes were counted by sample()
  Timer sampler_;
};

}  // namespace junctor::relay
