// SPDX-License-Identifier: Apache-2.0
// The running sessions of one loop: bridges and exchanges, their counts and their end. Lives on that loop.
#include "sessions.hpp"

#include <algorithm>
#include <utility>

#include "wire/abi.hpp"

namespace junctor::relay {
namespace {

constexpr Duration kSamplePeriod = std::chrono::seconds{1};
// A loop must not stand still for its statistics: 256 look-ups take some 20 us.
constexpr size_t kSampleSlice = 256;

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

const char* transport_name(const Side& side) { return side.transport == JCT_CHANNEL_WS ? "ws" : "tcp"; }

uint64_t seconds(uint64_t nanoseconds) { return nanoseconds / 1'000'000'000; }

}  // namespace

const jct_bridge_events Sessions::kEvents{sizeof(jct_bridge_events), 0, &Sessions::on_close};

jct_status Sessions::start(const Side& first, const Side& second, const Settings& settings) {
  if (!shared_.session_room.take()) return JCT_E_LIMIT;
  const bool swap = first.request.id.empty() && !second.request.id.empty();
  const Side& a = swap ? second : first;
  const Side& b = swap ? first : second;
  // A number that tells the loop, so that `sessions end` finds it at once.
  auto session = std::make_unique<Session>(
      Session{this, ++last_id_ * shared_.host.loops() + loop_, a.request.uuid, a.request.id, a.peer, b.peer,
              std::string{transport_name(a)} + "-" + transport_name(b), 0, settings.idle, nullptr, 0, 0, nullptr});
  const jct_status status = join(a, b, settings, session.get());
  if (status != JCT_OK) {
    shared_.session_room.give_back();
    return status;
  }
  shared_.counters.sessions.add(1);
  shared_.counters.paired.add();
  shared_.host.info("relay.start", {{"session", session->id},
                                    {"id", session->peer_id},
                                    {"a", wire::from_abi(a.peer).text()},
                                    {"b", wire::from_abi(b.peer).text()},
                                    {"transport", session->transport}});
  const uint64_t id = session->id;
  all_.emplace(id, std::move(session));
  if (all_.size() == 1) sampler_ = shared_.host.every(kSamplePeriod, [this] { sample(); });
  return JCT_OK;
}

jct_status Sessions::join(const Side& a, const Side& b, const Settings& settings, Session* session) {
  const jct_bridge_policy policy{sizeof(jct_bridge_policy), 0, static_cast<uint64_t>(settings.idle.count()),
                                 static_cast<uint64_t>(settings.lifetime.count()), settings.rate};
  if (!a.link.is_stream() || !b.link.is_stream()) return exchange(a, b, policy, session);
  return shared_.host.net().bridge(shared_.host.raw(), a.link.stream(), b.link.stream(), &policy, &kEvents, session,
                                   &session->bridge);
}

jct_status Sessions::exchange(const Side& a, const Side& b, const jct_bridge_policy& policy, Session* session) {
  session->exchange = std::make_unique<Exchange>(
      shared_.host, policy, a.link, b.link,
      [this, session](jct_status reason, const jct_bridge_stats& last) { ended(*session, reason, last); });
  if (!a.link.is_stream()) links_[a.key] = &session->exchange->a();
  if (!b.link.is_stream()) links_[b.key] = &session->exchange->b();
  const jct_status status = session->exchange->start();
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
  at->second->asked = "operator";
  if (at->second->exchange) {
    at->second->exchange->close();
    return true;
  }
  return shared_.host.net().bridge_close(shared_.host.raw(), at->second->bridge) == JCT_OK;
}

std::vector<SessionRow> Sessions::rows(size_t limit) const {
  std::vector<SessionRow> rows;
  for (const auto& [id, session] : all_) {
    if (rows.size() == limit) break;
    const jct_bridge_stats now = stats(*session);
    rows.push_back({id, session->peer_id, wire::from_abi(session->a).text(), wire::from_abi(session->b).text(),
                    session->transport, seconds(now.age_ns), seconds(now.idle_ns), now.bytes_ab, now.bytes_ba});
  }
  return rows;
}

void Sessions::stop() { sampler_.cancel(); }

void Sessions::on_close(void* self, jct_handle, jct_status reason, const jct_bridge_stats* stats) {
  auto& session = *static_cast<Session*>(self);
  Sessions& owner = *session.owner;
  const jct_bridge_stats last = detail::adopt<jct_bridge_stats>(stats);
  owner.shared_.host.guarded("bridge", [&] { owner.ended(session, reason, last); });
}

void Sessions::ended(Session& session, jct_status reason, const jct_bridge_stats& stats) {
  const char* why = session.asked != nullptr ? session.asked : stop_reason(reason, stats, session.idle);
  const std::string uuid = session.uuid;
  over(session, why, stats);
  ended_(uuid);
}

void Sessions::over(Session& session, const char* reason, const jct_bridge_stats& stats) {
  count(session, stats);
  shared_.counters.sessions.add(-1);
  shared_.session_room.give_back();
  shared_.host.info("relay.stop", {{"session", session.id},
                                   {"id", session.peer_id},
                                   {"reason", reason},
                                   {"age_s", seconds(stats.age_ns)},
                                   {"bytes_ab", stats.bytes_ab},
                                   {"bytes_ba", stats.bytes_ba}});
  all_.erase(session.id);
  if (all_.empty()) sampler_.cancel();
}

void Sessions::count(Session& session, const jct_bridge_stats& stats) const {
  shared_.counters.bytes_ab.add(static_cast<int64_t>(stats.bytes_ab - session.counted_ab));
  shared_.counters.bytes_ba.add(static_cast<int64_t>(stats.bytes_ba - session.counted_ba));
  session.counted_ab = stats.bytes_ab;
  session.counted_ba = stats.bytes_ba;
}

jct_bridge_stats Sessions::stats(const Session& session) const {
  if (session.exchange) return session.exchange->stats();
  jct_bridge_stats now{};
  now.size = sizeof now;
  // Between its end and on_close a bridge has no statistics: what was counted last is right then.
  if (shared_.host.net().bridge_stats(shared_.host.raw(), session.bridge, &now) != JCT_OK) {
    now.bytes_ab = session.counted_ab;
    now.bytes_ba = session.counted_ba;
  }
  return now;
}

void Sessions::sample() {
  auto next = all_.upper_bound(sampled_);
  for (size_t i = 0; i < std::min(kSampleSlice, all_.size()); ++i, ++next) {
    if (next == all_.end()) next = all_.begin();
    count(*next->second, stats(*next->second));
    sampled_ = next->first;
  }
}

}  // namespace junctor::relay
