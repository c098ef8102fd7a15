// SPDX-License-Identifier: Apache-2.0
// The running sessions of one loop: bridges and exchanges, their counts and their end. Lives on that loop.
#include "sessions.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "wire/abi.hpp"

namespace junctor::relay {
namespace {

constexpr Duration kSamplePeriod = std::chrono::seconds{1};
// A loop must not stand still for its statistics: 256 look-ups take some 20 us.
constexpr size_t kSampleSlice = 256;
constexpr Duration kCheckTime = std::chrono::seconds{1};
constexpr uint64_t kCheckBytes = 4096;

const char* stop_reason(jct_status status, const jct_bridge_stats& stats, Duration idle) {
  switch (status) {
    case JCT_OK:
      return "finished";
    case JCT_E_RESET:
      return "reset";
    case JCT_E_TIMEOUT:
      return idle.count() > 0 && stats.idle_ns >= static_cast<uint64_t>(idle.count()) ? "idle" : "lifetime";
    default:
      return "stopped";
  }
}

constexpr std::array<const char*, 4> kTransports{"tcp-tcp", "tcp-ws", "ws-tcp", "ws-ws"};

uint8_t transport_of(const Side& a, const Side& b) {
  return static_cast<uint8_t>((a.transport == JCT_CHANNEL_WS ? 2 : 0) + (b.transport == JCT_CHANNEL_WS ? 1 : 0));
}

uint64_t seconds(uint64_t nanoseconds) { return nanoseconds / 1'000'000'000; }

uint64_t bits_a_second(uint64_t bytes, Duration time) {
  if (time.count() <= 0) return 0;
  return static_cast<uint64_t>(static_cast<double>(bytes) * 8 / std::chrono::duration<double>(time).count());
}

/// Signalling checks its relays every few seconds: two sides from one host at once, and no id, which a client's A
/// names.
bool looks_like_a_check(const Side& a, const Side& b) {
  const Duration apart = a.since > b.since ? a.since - b.since : b.since - a.since;
  return a.request.id.empty() && wire::from_abi(a.peer).same_ip(wire::from_abi(b.peer)) && apart < kCheckTime;
}
bool was_a_check(const jct_bridge_stats& stats) {
  return stats.bytes_ab + stats.bytes_ba <= kCheckBytes && stats.age_ns <= static_cast<uint64_t>(kCheckTime.count());
}

/// What a side has said before it was joined. `to`: the other's link, or the other end of the exchange.
template <class To>
jct_status pass_early(Side& from, To&& to) {
  if (from.early.empty()) return JCT_OK;
  const jct_status status = to.send(from.early);
  if (status == JCT_OK) std::string{}.swap(from.early);
  return status;
}

/// A check is for who looks for a fault, and no event.
void tell(const Host& host, bool check, const char* name, std::initializer_list<Field> fields) {
  if (check) return host.debug(name, fields);
  host.event(JCT_LOG_INFO, name, fields);
}

}  // namespace

const jct_bridge_events Sessions::kEvents{sizeof(jct_bridge_events), 0, &Sessions::on_close};

Sessions::Started Sessions::start(std::string_view uuid, Side& first, Side& second) {
  const bool swap = first.request.id.empty() && !second.request.id.empty();
  Side& a = swap ? second : first;
  Side& b = swap ? first : second;
  auto session = std::make_unique<Session>();
  session->owner = this;
  // A number that tells the loop, so that `sessions end` finds it at once.
  session->id = ++last_id_ * shared_.host.loops() + loop_;
  session->uuid = uuid;
  session->peer_id = a.request.id;
  session->a = a.peer;
  session->b = b.peer;
  session->transport = transport_of(a, b);
  session->check = looks_like_a_check(a, b);
  session->counted_at = shared_.host.now();
  if (const Started refused = admit(*session); refused.status != JCT_OK) return refused;
  const jct_status status = join(a, b, session.get());
  if (status != JCT_OK) {
    if (session->share) --shares_;
    give_back(*session);
    return {status, "bridge_failed", ""};
  }
  begun(std::move(session));
  return {};
}

/// A seat and its share, or the word for why there is none.
Sessions::Started Sessions::admit(Session& session) {
  if (const char* reason = look_at_ticket(session)) {
    return {JCT_E_DENIED, reason, "signalling has not asked this relay to join them"};
  }
  session.stranger = settings_.tickets == Settings::Tickets::kPrefer &&
                     shared_.tickets.check(session.uuid, session.peer_id, shared_.host.now()) != Tickets::Answer::kGood;
  if (session.stranger && !shared_.stranger_room.take()) {
    return {JCT_E_LIMIT, "no_ticket", "half of max_sessions is kept for sessions that signalling has seen"};
  }
  if (!shared_.session_room.take()) {
    if (session.stranger) shared_.stranger_room.give_back();
    return {JCT_E_LIMIT, "max_sessions", ""};
  }
  Ledger::Seated seated = shared_.ledger.sit(wire::from_abi(session.a), wire::from_abi(session.b), session.peer_id);
  if (seated.refusal != nullptr) {
    give_back(session);
    return {seated.status, seated.refusal, ""};
  }
  seat(session, std::move(seated.seat));
  session.rate = rate_of(session);
  return {};
}

const char* Sessions::look_at_ticket(Session& session) const {
  if (settings_.tickets != Settings::Tickets::kRequire) return nullptr;
  switch (shared_.tickets.check(session.uuid, session.peer_id, shared_.host.now())) {
    case Tickets::Answer::kGood:
      return nullptr;
    case Tickets::Answer::kOtherId:
      return "other_ticket";
    case Tickets::Answer::kNone:
      break;
  }
  return "no_ticket";
}

void Sessions::give_back(const Session& session) {
  if (session.stranger) shared_.stranger_room.give_back();
  shared_.session_room.give_back();
}

void Sessions::begun(std::unique_ptr<Session> session) {
  shared_.tickets.used(session->uuid);
  shared_.counters.sessions.add(1);
  shared_.counters.paired.add();
  tell(shared_.host, session->check, "relay.start",
       {{"session", session->id},
        {"id", session->peer_id},
        {"a", wire::from_abi(session->a).text()},
        {"b", wire::from_abi(session->b).text()},
        {"transport", kTransports[session->transport]}});
  const uint64_t id = session->id;
  all_.emplace(id, std::move(session));
  if (all_.size() == 1) sampler_ = shared_.host.every(kSamplePeriod, [this] { sample(); });
  watch_shares();
}

/// What has been said goes first. Once only: should the join fail, whoever is left has it, and keeps its own.
jct_status Sessions::join(Side& a, Side& b, Session* session) {
  const jct_bridge_policy policy = policy_of(*session);
  if (!a.link.is_stream() || !b.link.is_stream()) return exchange(a, b, policy, session);
  session->early_ab = a.early.size();
  session->early_ba = b.early.size();
  for (const jct_status status : {pass_early(a, b.link), pass_early(b, a.link)}) {
    if (status != JCT_OK) return status;
  }
  return shared_.host.net().bridge(shared_.host.raw(), a.link.stream(), b.link.stream(), &policy, &kEvents, session,
                                   &session->bridge);
}

jct_status Sessions::exchange(Side& a, Side& b, const jct_bridge_policy& policy, Session* session) {
  session->exchange = std::make_unique<Exchange>(
      shared_.host, policy, a.link, b.link,
      [this, session](jct_status reason, const jct_bridge_stats& last) { ended(*session, reason, last); });
  if (!a.link.is_stream()) links_[a.key] = &session->exchange->a();
  if (!b.link.is_stream()) links_[b.key] = &session->exchange->b();
  jct_status status = pass_early(a, session->exchange->b());
  if (status == JCT_OK) status = pass_early(b, session->exchange->a());
  if (status == JCT_OK) status = session->exchange->start();
  if (status != JCT_OK) {
    links_.erase(a.key);
    links_.erase(b.key);
  }
  return status;
}

// ---- what an offered link tells ----

Exchange::End* Sessions::end_of(jct_handle link) {
  const auto at = links_.find(link);
  return at == links_.end() ? nullptr : at->second;
}

jct_status Sessions::data(jct_handle link, std::string_view data) {
  Exchange::End* end = end_of(link);
  if (end == nullptr) return JCT_E_CLOSED;
  if (data.size() > JCT_RELAY_CHUNK) return JCT_E_ARG;
  return end->on_data(data) == data.size() ? JCT_OK : JCT_E_AGAIN;
}

jct_status Sessions::writable(jct_handle link) {
  Exchange::End* end = end_of(link);
  if (end == nullptr) return JCT_E_CLOSED;
  end->on_writable();
  return JCT_OK;
}

jct_status Sessions::link_ended(jct_handle link) {
  Exchange::End* end = end_of(link);
  if (end == nullptr) return JCT_E_CLOSED;
  end->on_end();
  return JCT_OK;
}

void Sessions::link_closed(jct_handle link, jct_status reason) {
  Exchange::End* end = end_of(link);
  if (end == nullptr) return;
  links_.erase(link);
  end->on_close(reason);  // the session may be gone after this
}

bool Sessions::end(uint64_t id) {
  const auto at = all_.find(id);
  if (at == all_.end()) return false;
  return end(*at->second, "operator");
}

bool Sessions::end(Session& session, const char* reason) {
  session.asked = reason;
  if (session.exchange) {
    session.exchange->close();  // the session may be gone after this
    return true;
  }
  return shared_.host.net().bridge_close(shared_.host.raw(), session.bridge) == JCT_OK;
}

std::vector<SessionRow> Sessions::rows(size_t limit) const {
  std::vector<SessionRow> rows;
  for (const auto& [id, session] : all_) {
    if (rows.size() == limit) break;
    const jct_bridge_stats now = stats(*session);
    rows.push_back({id, session->peer_id, wire::from_abi(session->a).text(), wire::from_abi(session->b).text(),
                    kTransports[session->transport], seconds(now.age_ns), seconds(now.idle_ns), now.bytes_ab,
                    now.bytes_ba, session->rate_now, session->seat.group(), session->seat.slowed(), ""});
  }
  return rows;
}

void Sessions::stop() {
  sampler_.cancel();
  divider_.cancel();
}

void Sessions::on_close(void* self, jct_handle, jct_status reason, const jct_bridge_stats* stats) {
  auto& session = *static_cast<Session*>(self);
  Sessions& owner = *session.owner;
  jct_bridge_stats last = detail::adopt<jct_bridge_stats>(stats);
  session.add_early(&last);
  owner.shared_.host.guarded("bridge", [&] { owner.ended(session, reason, last); });
}

void Sessions::ended(Session& session, jct_status reason, const jct_bridge_stats& stats) {
  const char* why = session.asked != nullptr ? session.asked : stop_reason(reason, stats, settings_.idle);
  const std::string_view uuid = session.uuid;
  over(session, why, stats);
  ended_(uuid);
}

void Sessions::over(Session& session, const char* reason, const jct_bridge_stats& stats) {
  count(session, stats);
  shared_.counters.sessions.add(-1);
  give_back(session);
  tell(shared_.host, session.check && was_a_check(stats), "relay.stop",
       {{"session", session.id},
        {"id", session.peer_id},
        {"a", wire::from_abi(session.a).text()},
        {"b", wire::from_abi(session.b).text()},
        {"reason", reason},
        {"age_s", seconds(stats.age_ns)},
        {"bytes_ab", stats.bytes_ab},
        {"bytes_ba", stats.bytes_ba}});
  stops_.add(reason);
  set_rate_now(session, 0);
  if (session.share) --shares_;
  all_.erase(session.id);
  if (all_.empty()) sampler_.cancel();
  watch_shares();
}

void Sessions::count(Session& session, const jct_bridge_stats& stats) const {
  shared_.counters.bytes_ab.add(static_cast<int64_t>(stats.bytes_ab - session.counted_ab));
  shared_.counters.bytes_ba.add(static_cast<int64_t>(stats.bytes_ba - session.counted_ba));
  session.counted_ab = stats.bytes_ab;
  session.counted_ba = stats.bytes_ba;
}

/// False between a bridge's end and on_close: it has no statistics then.
bool Sessions::read(const Session& session, jct_bridge_stats* out) const {
  if (session.exchange) {
    *out = session.exchange->stats();
    return true;
  }
  out->size = sizeof *out;
  if (shared_.host.net().bridge_stats(shared_.host.raw(), session.bridge, out) != JCT_OK) return false;
  session.add_early(out);
  return true;
}

jct_bridge_stats Sessions::stats(const Session& session) const {
  jct_bridge_stats now{};
  if (!read(session, &now)) {
    now.bytes_ab = session.counted_ab;
    now.bytes_ba = session.counted_ba;
  }
  return now;
}

void Sessions::set_rate_now(Session& session, uint64_t rate) const {
  shared_.rate_now += static_cast<int64_t>(rate) - static_cast<int64_t>(std::exchange(session.rate_now, rate));
}

void Sessions::sample() {
  auto next = all_.upper_bound(sampled_);
  for (size_t i = 0; i < std::min(kSampleSlice, all_.size()); ++i) {
    if (next == all_.end()) next = all_.begin();
    Session& session = *next->second;
    sampled_ = next->first;
    ++next;  // the session may be gone after slow_down
    const jct_bridge_stats now = stats(session);
    const uint64_t before = session.counted_ab + session.counted_ba;
    count(session, now);
    const Duration time = shared_.host.now() - std::exchange(session.counted_at, shared_.host.now());
    set_rate_now(session, bits_a_second(session.counted_ab + session.counted_ba - before, time));
    slow_down(session, now);
  }
}

}  // namespace junctor::relay
