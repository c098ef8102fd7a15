// SPDX-License-Identifier: Apache-2.0
// The relay on one loop: greets connections, has them checked, sends them to the loop of their uuid, parks or pairs
// them there. Lives on that loop, and so does every side in it.
#include "lobby.hpp"

#include <algorithm>
#include <vector>

#include "wire/abi.hpp"
#include "wire/rate_limit.hpp"

namespace junctor::relay {
namespace {

// A first side may speak before it has a partner. Its first bytes are kept here, as they must outlive its connection;
// from here on they wait in the kernel.
constexpr size_t kEarlyBytes = 16 * 1024;

const char* hint_for(const std::string& reason) {
  return reason == "wrong_key" ? "client's Key differs from id_ed25519.pub" : "";
}

ByClient::Client client_of(const Side& side) { return wire::client_key(wire::from_abi(side.peer)); }

jct_auth_request auth_request(const Side& side) {
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = JCT_AUTH_RELAY;
  request.id = str(side.request.id);
  request.address = side.peer;
  request.transport = side.transport;
  request.conn_type = side.request.conn_type;
  request.licence_key = str(side.request.licence_key);
  request.token = str(side.request.token);
  return request;
}

}  // namespace

Lobby::Lobby(Shared& shared, uint32_t loop, const Settings& settings)
    : shared_{shared},
      loop_{loop},
      settings_{settings},
      waiting_{shared.waiting_room},
      ticket_wait_{shared.waiting_room},
      sessions_{shared, loop, settings,
                [this](std::string_view uuid) {
                  waiting_.end(uuid);
                  tell_if_idle();
                }},
      refusals_{shared.host, "refused", "sides refused"} {}

Lobby::~Lobby() = default;

// ---- arrival ----

void Lobby::greet(Stream stream, const jct_conn_info& info) {
  if (draining_) return;
  Side& side = add(Link{host(), stream.handle()}, info.peer);
  if (!attach(side)) return erase(side);
  stream.release();
}

jct_status Lobby::offer(const jct_relay_side& offered) {
  if (draining_) return JCT_E_STATE;
  if (offered.uuid.size == 0 || offered.uuid.size > kMaxUuid) return JCT_E_ARG;
  return admit(add(Link{host(), offered.stream}, offered.peer), offered);
}

jct_status Lobby::offer_link(const jct_relay_side& offered, const jct_relay_link& table, void* self, jct_handle* out) {
  if (draining_) return JCT_E_STATE;
  if (offered.uuid.size == 0 || offered.uuid.size > kMaxUuid || offered.stream != 0) return JCT_E_ARG;
  if (shared_.home_of(view(offered.uuid)) != loop_) return JCT_E_THREAD;
  Side& side = add(Link{host(), table, self}, offered.peer);
  *out = side.key;
  return admit(side, offered);
}

/// JCT_OK: it is ours, and what has become of it may be anything by now.
jct_status Lobby::admit(Side& side, const jct_relay_side& offered) {
  if (offered.transport != 0) side.transport = offered.transport;
  side.request = {std::string{view(offered.uuid)}, std::string{view(offered.id)},
                  std::string{view(offered.licence_key)}, std::string{view(offered.token)}, offered.conn_type};
  const SideKey key = side.key;
  ask(side);
  Side* left = find(key);
  if (left == nullptr) return JCT_OK;
  if (!left->attached && left->refusal == JCT_OK && !attach(*left)) left->refusal = JCT_E_CLOSED;
  const jct_status refusal = left->attached ? JCT_OK : left->refusal;
  if (refusal != JCT_OK) erase(*left);
  return refusal;
}

Side& Lobby::add(const Link& link, const jct_addr& peer) {
  const SideKey key = next_key();
  Side& side = *sides_.emplace(key, std::make_shared<Side>(this, key, link, peer, settings_.max_message)).first->second;
  side.since = host().now();
  greeting_.emplace(side.since, key);
  arm(side.since + settings_.greeting_timeout);
  return side;
}

Side* Lobby::find(SideKey key) {
  const auto at = sides_.find(key);
  return at == sides_.end() ? nullptr : at->second.get();
}

bool Lobby::attach(Side& side) {
  if (!side.attached) {
    side.attached = !side.link.is_stream() ||
                    host().net().attach(host().raw(), side.link.stream(), &Stream::events_of<Side>(), &side) == JCT_OK;
  }
  return side.attached;
}

// ---- what an offered link tells ----

// While two are joined they are sides still, and the session may ask a link for what it has held back: sessions first.

jct_status Lobby::data(jct_handle link, std::string_view data) {
  const jct_status status = sessions_.data(link, data);
  Side* side = status == JCT_E_CLOSED ? find(link) : nullptr;
  if (side == nullptr) return status;
  const bool kept = side->state == Side::State::kLeaving || side->early.size() + data.size() <= kEarlyBytes;
  return kept && keep(*side, data) == data.size() ? JCT_OK : JCT_E_AGAIN;
}

jct_status Lobby::writable(jct_handle link) {
  const jct_status status = sessions_.writable(link);
  return status == JCT_E_CLOSED && find(link) != nullptr ? JCT_OK : status;
}

jct_status Lobby::link_ended(jct_handle link) {
  const jct_status status = sessions_.link_ended(link);
  Side* side = status == JCT_E_CLOSED ? find(link) : nullptr;
  if (side == nullptr) return status;
  ended(*side);
  return JCT_OK;
}

void Lobby::link_closed(jct_handle link, jct_status reason) {
  Side* side = find(link);
  if (side == nullptr) return sessions_.link_closed(link, reason);
  closed(*side, reason);
}

// ---- what a side says ----

size_t Lobby::heard(Side& side, std::string_view data) {
  if (side.state != Side::State::kGreeting) return keep(side, data);
  const SideKey key = side.key;
  const size_t consumed = read_greeting(side, data);
  Side* here = find(key);  // not where it was joined or moved: the rest goes with its stream
  if (here == nullptr || here->state == Side::State::kGreeting) return consumed;
  return consumed + keep(*here, data.substr(consumed));
}

size_t Lobby::keep(Side& side, std::string_view data) {
  if (side.state == Side::State::kLeaving || side.state == Side::State::kParting) return data.size();
  const size_t kept = std::min(data.size(), kEarlyBytes - side.early.size());
  side.early.append(data.substr(0, kept));
  if (side.early.size() == kEarlyBytes) side.link.pause();
  return kept;
}

size_t Lobby::read_greeting(Side& side, std::string_view data) {
  size_t consumed = 0;
  switch (side.greeting.feed(data, &consumed, &side.request)) {
    case Greeting::Status::kNeedMore:
      break;
    case Greeting::Status::kRequest:
      ask(side);  // the side may be gone after this
      break;
    case Greeting::Status::kTooLarge:
      refuse(side, JCT_E_ARG, "too_large", "the first message is longer than max_message");
      break;
    case Greeting::Status::kBadRequest:
      refuse(side, JCT_E_ARG, "bad_request", "the first message must be a RequestRelay with a uuid");
      break;
  }
  return consumed;
}

void Lobby::ended(Side& side) {
  side.ended = true;
  if (side.state == Side::State::kGreeting) return leave(side, JCT_E_CLOSED);
  if (side.state == Side::State::kParting) return leave(side, JCT_OK);
  if (side.state == Side::State::kParked) stay(side);
}

// ---- from a request to a seat ----

void Lobby::ask(Side& side) {
  side.state = Side::State::kAsking;
  const char* denial = shared_.ledger.rules()->denial(wire::from_abi(side.peer), side.request.id);
  if (denial != nullptr) return refuse(side, JCT_E_DENIED, denial);
  shared_.auth.check(auth_request(side), [this, key = side.key](const Verdict& verdict) {
    Side* asked = find(key);
    if (asked == nullptr || asked->state != Side::State::kAsking) return;
    if (!verdict.allowed) return refuse(*asked, JCT_E_DENIED, verdict.reason, hint_for(verdict.reason));
    place(*asked);
  });
}

void Lobby::place(Side& side) {
  const uint32_t home = shared_.home_of(side.request.uuid);
  if (home == loop_) {
    seat(side);
  } else {
    move(side, home);
  }
}

void Lobby::move(Side& side, uint32_t loop) {
  if (side.gone) return hand_over(side, loop);
  if (!attach(side)) return leave(side, JCT_E_CLOSED);
  greeting_.erase({side.since, side.key});
  side.state = Side::State::kMoving;
  const SideKey key = side.key;
  const jct_handle stream = side.link.stream();
  shared_.transit.depart(sides_[key]);
  // From migrate on the other loop may have the side already: its events are held back until it has arrived there.
  auto arrival = [there = shared_.lobbies[loop], stream] { there->arrived(stream); };
  if (host().net().migrate(host().raw(), stream, loop, host().task(arrival)) == JCT_OK) {
    sides_.erase(key);
  } else {
    shared_.transit.arrive(stream);
    side.state = Side::State::kEnding;
  }
}

void Lobby::arrived(jct_handle stream) {
  const std::shared_ptr<Side> side = shared_.transit.arrive(stream);
  if (!side) return;
  side->lobby = this;
  side->key = next_key();
  sides_.emplace(side->key, side);
  seat(*side);
}

// ---- pairing ----

void Lobby::seat(Side& side) {
  if (draining_) return refuse(side, JCT_E_STATE, "draining");
  if (shared_.session_room.full()) return refuse(side, JCT_E_LIMIT, "max_sessions");
  if (side.parked == Duration::zero()) side.parked = host().now();
  SideKey partner = 0;
  switch (waiting_.offer(side.request.uuid, side.key, side.parked, &partner)) {
    case Waiting::Outcome::kParked:
      return park(side);
    case Waiting::Outcome::kPaired:
      return pair(*find(partner), side);
    case Waiting::Outcome::kInUse:
      return refuse(side, JCT_E_EXISTS, "in_use", "two sides of this uuid are connected already");
    case Waiting::Outcome::kFull:
      return make_room_for(side) ? seat(side) : refuse(side, JCT_E_LIMIT, "max_waiting");
  }
}

bool Lobby::make_room_for(const Side& side) {
  const auto giving = by_client_.gives_way_to(client_of(side));
  if (!giving) return false;
  refuse(*find(*giving), JCT_E_LIMIT, "gave_way", "of all who wait, this address has most; max_waiting is reached");
  return true;
}

void Lobby::park(Side& side) {
  greeting_.erase({side.since, side.key});
  side.state = Side::State::kParked;
  shared_.counters.waiting.add(1);
  by_client_.add(client_of(side), side.parked, side.key);
  if (!side.gone && !attach(side)) return leave(side, JCT_E_CLOSED);
  if (side.ended) stay(side);
  arm(side.parked + settings_.wait);
}

void Lobby::pair(Side& first, Side& second) {
  waits_no_more(first);
  stay_no_more(first);
  if (!await_ticket(first, second)) join(first, second);
}

void Lobby::join(Side& first, Side& second) {
  if (first.gone || second.gone) return part(first, second);
  first.state = Side::State::kLeaving;
  const Sessions::Started started = sessions_.start(waiting_.name_of(second.request.uuid), first, second);
  if (started.status == JCT_OK) {
    erase(first);
    return erase(second);
  }
  waiting_.end(second.request.uuid);
  if (started.status == JCT_E_CLOSED) return one_has_gone(first, second);
  refuse(first, started.status, started.reason, started.hint);
  refuse(second, started.status, started.reason, started.hint);
}

bool Lobby::is_open(const Side& side) const {
  if (!side.link.is_stream()) return true;  // it tells when it goes, and is forgotten then
  jct_conn_info info{};
  info.size = sizeof info;
  return host().net().info(host().raw(), side.link.stream(), &info) == JCT_OK;
}

// ---- departure ----

void Lobby::refuse(Side& side, jct_status status, const std::string& reason, const char* hint) {
  refusals_.add(reason);
  host().event(
      JCT_LOG_INFO, "relay.refused",
      {{"reason", reason}, {"peer", wire::from_abi(side.peer).text()}, {"id", side.request.id}, {"hint", hint}});
  leave(side, status);
}

void Lobby::leave(Side& side, jct_status status) {
  unseat(side);
  stay_no_more(side);
  greeting_.erase({side.since, side.key});
  side.state = Side::State::kLeaving;
  if (side.gone) return erase(side);
  if (side.attached) {
    side.link.close(status);  // on_close follows
  } else {
    side.refusal = status;
  }
}

void Lobby::waits_no_more(const Side& side) {
  shared_.counters.waiting.add(-1);
  by_client_.remove(client_of(side), side.parked, side.key);
}

void Lobby::unseat(Side& side) {
  if (side.state == Side::State::kUnticketed) leave_pair(side);
  if (side.state != Side::State::kParked) return;
  waits_no_more(side);
  waiting_.forget(side.request.uuid, side.key);
}

/// JCT_E_CLOSED: the server stops, and nobody will come.
void Lobby::closed(Side& side, jct_status reason) {
  if (side.state == Side::State::kMoving) {  // stopped on its way: no loop's table has it
    shared_.transit.arrive(side.link.stream());
    return;
  }
  reason == JCT_E_CLOSED ? forget(side) : has_gone(side);
}

void Lobby::forget(Side& side) {
  Side* left = side.state == Side::State::kUnticketed ? leave_pair(side) : nullptr;
  unseat(side);
  erase(side);
  if (left != nullptr) seat(*left);
}

void Lobby::erase(Side& side) {
  greeting_.erase({side.since, side.key});
  stay_no_more(side);
  sides_.erase(side.key);
}

void Lobby::arm(Duration due) {
  if (due >= alarm_due_) return;
  alarm_due_ = due;
  const Duration now = host().now();
  alarm_ = host().after(due > now ? due - now : Duration::zero(), [this] { ring(); });
}

void Lobby::arm_next() {
  if (!greeting_.empty()) arm(greeting_.begin()->first + settings_.greeting_timeout);
  if (const auto oldest = waiting_.oldest()) arm(*oldest + settings_.wait);
  if (const auto next = ticket_wait_.next()) arm(*next);
  if (!staying_.empty()) arm(staying_.begin()->first);
}

void Lobby::ring() {
  alarm_due_ = Duration::max();
  const Duration now = host().now();
  while (!greeting_.empty() && greeting_.begin()->first + settings_.greeting_timeout <= now) {
    Side* late = find(greeting_.begin()->second);
    greeting_.erase(greeting_.begin());
    if (late->state == Side::State::kGreeting) refuse(*late, JCT_E_TIMEOUT, "greeting_timeout");
  }
  for (const SideKey key : waiting_.expire(now, settings_.wait)) {
    refuse(*find(key), JCT_E_TIMEOUT, "no_partner", "the other side has not come");
  }
  end_ticket_waits(now);
  end_stays(now);
  arm_next();
}

// ---- reload, drain, stop ----

void Lobby::set(const Settings& settings) {
  settings_ = settings;
  sessions_.set(settings);
  arm_next();
}

void Lobby::drain() {
  draining_ = true;
  std::vector<std::shared_ptr<Side>> all;
  for (const auto& [key, side] : sides_) all.push_back(side);
  for (const auto& side : all) {
    if (side->state != Side::State::kLeaving) refuse(*side, JCT_E_STATE, "draining");
  }
  tell_if_idle();
}

void Lobby::tell_if_idle() {
  if (!draining_ || idle_told_ || sessions_.size() > 0) return;
  idle_told_ = true;
  shared_.lobby_idle();
}

void Lobby::stop() {
  alarm_.cancel();
  sessions_.stop();
}

}  // namespace junctor::relay
