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
  Sessions(Shared& shared, uint32_t loop, const Settings& settings, std::function<void(std::string_view uuid)> ended)
      : shared_{shared}, loop_{loop}, settings_{settings}, ended_{std::move(ended)} {}

  /// JCT_OK: the two are joined, and their links are ours. JCT_E_CLOSED: one of them has gone. Else why both are
  /// refused: a word, and what a person can do about it.
  struct Started {
    jct_status status = JCT_OK;
    const char* reason = "";
    const char* hint = "";
  };
  /// Joins the two, with the bytes that are behind their first messages: two streams in the kernel, others by copying.
  /// `uuid`: of both; it is the caller's, and stays until `ended` has been told it.
  Started start(std::string_view uuid, Side& first, Side& second);

  /// Holds for those that run too. Their limits are looked up again, a slice at a time.
  void set(const Settings& settings);
  /// The rules have changed.
  void look_up_limits() { reseat_from(0, ++changes_); }

  // ---- what an offered link tells (relay/1); JCT_E_CLOSED where there is none ----
  jct_status data(jct_handle link, std::string_view data);
  jct_status writable(jct_handle link);
  jct_status link_ended(jct_handle link);
  void link_closed(jct_handle link, jct_status reason);

  /// auth/1's rules have changed: ends those that may not go on, a slice at a time.
  void ask_again() { ask_again_from(0, ++askings_); }
  /// The device has been removed: its sessions end.
  void end_of(std::string_view id);

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
    std::string_view uuid;
    std::string peer_id;
    jct_addr a;
    jct_addr b;
    uint8_t transport;      // of both: tcp-tcp, tcp-ws, ws-tcp, ws-ws
    bool check;             // looks like a health check: no word of it unless it turns out to be more
    bool stranger;          // without a ticket, where tickets are preferred
    jct_handle bridge = 0;  // 0: an exchange
    std::unique_ptr<Exchange> exchange;
    const char* asked = nullptr;  // why it was ended from here, or null
    uint64_t early_ab = 0;        // what was passed on before there was a bridge to count it
    uint64_t early_ba = 0;
    uint64_t counted_ab = 0;
    uint64_t counted_ba = 0;
    Duration counted_at{};
    uint64_t rate_now = 0;  // bits a second, both directions
    Seat seat;
    std::unique_ptr<Share> share;  // null: in no pool
    uint64_t rate = 0;             // what its bridge was told

    void add_early(jct_bridge_stats* stats) const {
      stats->bytes_ab += early_ab;
      stats->bytes_ba += early_ba;
    }
  };

  static void on_close(void* self, jct_handle bridge, jct_status reason, const jct_bridge_stats* stats);
  static const jct_bridge_events kEvents;

  Started admit(Session& session);
  const char* look_at_ticket(Session& session) const;
  void begun(std::unique_ptr<Session> session);
  void give_back(const Session& session);
  jct_status join(Side& a, Side& b, Session* session);
  jct_status exchange(Side& a, Side& b, const jct_bridge_policy& policy, Session* session);
  Exchange::End* end_of(jct_handle link);
  void ended(Session& session, jct_status reason, const jct_bridge_stats& stats);
  void over(Session& session, const char* reason, const jct_bridge_stats& stats);
  void count(Session& session, const jct_bridge_stats& stats) const;
  bool read(const Session& session, jct_bridge_stats* out) const;
  jct_bridge_stats stats(const Session& session) const;
  void sample();
  void set_rate_now(Session& session, uint64_t rate) const;
  bool end(Session& session, const char* reason);

  // ---- whether they may go on: sessions_stay.cpp ----
  void ask_again_from(uint64_t id, uint64_t asking);
  void ask_about(const Session& session);
  void ask_about(uint64_t session, const jct_addr& side, const std::string& peer_id, const std::string& uuid);

  // ---- limits: sessions_limits.cpp ----
  void seat(Session& session, Seat seat);
  bool reseat(Session& session);
  void reseat_from(uint64_t id, uint64_t change);
  uint64_t rate_of(const Session& session) const;
  jct_bridge_policy policy_of(const Session& session) const;
  void apply(Session& session);
  void divide();
  void watch_shares();
  void slow_down(Session& session, const jct_bridge_stats& stats);

  Shared& shared_;
  const uint32_t loop_;
  Settings settings_;
  std::function<void(std::string_view uuid)> ended_;
  std::map<uint64_t, std::unique_ptr<Session>> all_;
  std::unordered_map<jct_handle, Exchange::End*> links_;  // those in exchanges
  uint64_t last_id_ = 0;
  uint64_t sampled_ = 0;  // the last one whose bytes were counted by sample()
  Reasons stops_{shared_.host, "ended", "sessions that are over"};
  Timer sampler_;
  size_t shares_ = 0;     // sessions that have one
  uint64_t divided_ = 0;  // the last one that divide() came to
  Timer divider_;
  bool dividing_ = false;  // while there are shares
  uint64_t askings_ = 0;   // of auth/1, whether they may go on; the last one goes on, others end
  uint64_t changes_ = 0;   // of the settings; the last one's look-up goes on, others end
};

}  // namespace junctor::relay
