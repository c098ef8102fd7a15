// SPDX-License-Identifier: Apache-2.0
// The relay on one loop: greets connections, has them checked, sends them to the loop of their uuid, parks or pairs
// them there. Lives on that loop, and so does every side in it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "by_client.hpp"
#include "counters.hpp"
#include "junctor/net.hpp"
#include "options.hpp"
#include "sessions.hpp"
#include "shared.hpp"
#include "side.hpp"
#include "ticket_wait.hpp"
#include "waiting.hpp"

namespace junctor::relay {

class Lobby {
 public:
  Lobby(Shared& shared, uint32_t loop, const Settings& settings);
  ~Lobby();

  /// A new connection, which has yet to say what it wants.
  void greet(Stream stream, const jct_conn_info& info);
  /// A side of another plugin, which has said it: see relay/1 offer and offer_link.
  jct_status offer(const jct_relay_side& side);
  jct_status offer_link(const jct_relay_side& side, const jct_relay_link& table, void* self, jct_handle* out);

  // ---- what such a link tells ----
  jct_status data(jct_handle link, std::string_view data);
  jct_status writable(jct_handle link);
  jct_status link_ended(jct_handle link);
  void link_closed(jct_handle link, jct_status reason);

  /// A ticket that a pair here may be waiting for.
  void ticket_came(const std::string& uuid);

  void set(const Settings& settings);
  /// auth/1's rules have changed: whoever waits or runs here may have to go.
  void ask_again();
  /// The device has been removed: so are those who wait for it.
  void end_of(const std::string& id);
  /// Refuses everything from now on; Shared::lobby_idle when the last session has ended.
  void drain();
  /// [control] Its connections and sessions have ended by now.
  void stop();

  Sessions& sessions() { return sessions_; }

  // ---- what a side passes on ----
  const Host& host() const { return shared_.host; }
  size_t heard(Side& side, std::string_view data);
  void ended(Side& side);
  void closed(Side& side, jct_status reason);

 private:
  Side& add(const Link& link, const jct_addr& peer);
  jct_status admit(Side& side, const jct_relay_side& offered);
  /// No two sides of the relay have the same.
  SideKey next_key() { return ++sides_so_far_ * host().loops() + loop_; }
  bool make_room_for(const Side& side);
  void waits_no_more(const Side& side);
  void ask_again(const std::vector<SideKey>& sides, size_t from);
  Side* find(SideKey key);
  size_t keep(Side& side, std::string_view data);
  size_t read_greeting(Side& side, std::string_view data);
  void ask(Side& side);
  void place(Side& side);
  void move(Side& side, uint32_t loop);
  void arrived(jct_handle stream);
  void seat(Side& side);
  void park(Side& side);
  void pair(Side& first, Side& second);
  void join(Side& first, Side& second);

  // ---- sides that end before they are joined: lobby_ends.cpp ----
  void one_has_gone(Side& first, Side& second);
  void has_gone(Side& side);
  void forget(Side& side);
  void hand_over(Side& side, uint32_t loop);
  void arrived_gone(const std::shared_ptr<Side>& side);
  void stay(Side& side);
  void stay_no_more(Side& side);
  void part(Side& first, Side& second);
  void end_stays(Duration now);

  bool attach(Side& side);
  bool is_open(const Side& side) const;

  // ---- pairs without their ticket: lobby_tickets.cpp ----
  bool await_ticket(Side& first, Side& second);
  std::optional<TicketWait::Pair> stop_waiting(const std::string& uuid);
  void end_ticket_waits(Duration now);
  Side* leave_pair(const Side& side);

  /// `level`: JCT_LOG_*. `hint`: what a person can do about it.
  void refuse(Side& side, jct_status status, const std::string& reason, const char* hint = "");
  void leave(Side& side, jct_status status);
  void unseat(Side& side);
  void erase(Side& side);
  void arm(Duration due);
  void arm_next();
  void ring();
  void tell_if_idle();

  Shared& shared_;
  const uint32_t loop_;
  Settings settings_;
  bool draining_ = false;
  bool idle_told_ = false;
  uint64_t sides_so_far_ = 0;
  std::unordered_map<SideKey, std::shared_ptr<Side>> sides_;
  std::set<std::pair<Duration, SideKey>> greeting_;  // who has yet to say what it wants, since when
  std::set<std::pair<Duration, SideKey>> staying_;   // whose end is known, until when they stay
  Waiting waiting_;
  ByClient by_client_;  // of those that are parked
  TicketWait ticket_wait_;
  Sessions sessions_;
  Reasons refusals_;
  Timer alarm_;
  Duration alarm_due_ = Duration::max();
};

inline const Host& Side::host() const { return lobby->host(); }
inline size_t Side::on_data(std::string_view data) { return lobby->heard(*this, data); }
inline void Side::on_end() { lobby->ended(*this); }
inline void Side::on_close(jct_status reason) { lobby->closed(*this, reason); }

}  // namespace junctor::relay
