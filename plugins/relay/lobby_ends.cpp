// SPDX-License-Identifier: Apache-2.0
// Sides that end before they are joined: their partner gets what they have said, and their end, whenever it comes
// within a few seconds (protocol.md 6.5). Lives on the lobby's loop.
#include "lobby.hpp"

#include <algorithm>

#include "wire/abi.hpp"

namespace junctor::relay {

/// In the moment of their pairing. Whoever is still there waits until the other has told its end.
void Lobby::one_has_gone(Side& first, Side& second) {
  const bool first_stays = is_open(first);
  const bool second_stays = is_open(second);
  if (first_stays && second_stays) {
    leave(first, JCT_E_CLOSED);
    return leave(second, JCT_E_CLOSED);
  }
  for (Side* side : {&first, &second}) {
    if (is_open(*side)) continue;
    side->state = Side::State::kEnding;
    if (!side->attached) leave(*side, JCT_E_CLOSED);
  }
  if (first_stays) return seat(first);
  if (second_stays) seat(second);
}

/// Its connection has told its end, and with it the last that it sent.
void Lobby::has_gone(Side& side) {
  side.gone = side.ended = true;
  switch (side.state) {
    case Side::State::kAsking:      // it is seated, or not, by the answer
    case Side::State::kUnticketed:  // its partner gets its words, or not, by the ticket
      return;
    case Side::State::kParked:
      return stay(side);
    case Side::State::kEnding:
      return place(side);
    default:
      erase(side);
  }
}

/// Without a stream that could migrate.
void Lobby::hand_over(Side& side, uint32_t loop) {
  greeting_.erase({side.since, side.key});
  std::shared_ptr<Side> moving = sides_[side.key];
  sides_.erase(side.key);
  host().post(loop, [there = shared_.lobbies[loop], moving = std::move(moving)] { there->arrived_gone(moving); });
}

void Lobby::arrived_gone(const std::shared_ptr<Side>& side) {
  side->lobby = this;
  side->key = next_key();
  sides_.emplace(side->key, side);
  seat(*side);
}

void Lobby::stay(Side& side) {
  stay_no_more(side);
  side.stays_until = host().now() + settings_.ended_wait;
  staying_.emplace(side.stays_until, side.key);
  arm(side.stays_until);
}

void Lobby::stay_no_more(Side& side) {
  staying_.erase({side.stays_until, side.key});
  side.stays_until = Duration::zero();
}

void Lobby::end_stays(Duration now) {
  while (!staying_.empty() && staying_.begin()->first <= now) {
    Side& side = *find(staying_.begin()->second);
    stay_no_more(side);
    leave(side, side.state == Side::State::kParting ? JCT_OK : JCT_E_CLOSED);
  }
}

/// A pair of which at least one has gone: who is left gets its words and its end, and goes in its own time.
void Lobby::part(Side& first, Side& second) {
  waiting_.end(second.request.uuid);
  Side& gone = first.gone ? first : second;
  Side& left = first.gone ? second : first;
  left.state = gone.state = Side::State::kLeaving;
  const std::string words = std::move(gone.early);
  const std::string& id = left.request.id.empty() ? gone.request.id : left.request.id;
  const bool known = settings_.tickets != Settings::Tickets::kRequire ||
                     shared_.tickets.check(left.request.uuid, id, host().now()) == Tickets::Answer::kGood;
  erase(gone);
  if (left.gone) return erase(left);
  if (!known) return refuse(left, JCT_E_DENIED, "no_ticket");
  if (!attach(left)) return leave(left, JCT_E_CLOSED);
  refusals_.add("partner_gone");
  host().event(JCT_LOG_INFO, "relay.refused",
               {{"reason", "partner_gone"},
                {"peer", wire::from_abi(left.peer).text()},
                {"id", left.request.id},
                {"hint", "the other side has ended before this one came"}});
  shared_.tickets.used(left.request.uuid);
  greeting_.erase({left.since, left.key});
  left.state = Side::State::kParting;
  const SideKey key = left.key;
  if (!words.empty()) left.link.send(words);
  left.link.end();
  left.link.resume();  // its own end is waited for; it may be gone after this
  Side* still = find(key);
  if (still == nullptr || still->state != Side::State::kParting) return;
  if (still->ended) return leave(*still, JCT_OK);
  stay(*still);
}

// ---- those that wait, when rules change ----

void Lobby::ask_again() {
  sessions_.ask_again();
  std::vector<SideKey> waiting;
  for (const auto& [key, side] : sides_) {
    const bool waits = side->state == Side::State::kParked || side->state == Side::State::kUnticketed;
    if (waits || side->state == Side::State::kGreeting) waiting.push_back(key);
  }
  ask_again(waiting, 0);
}

void Lobby::ask_again(const std::vector<SideKey>& sides, size_t from) {
  constexpr size_t kSlice = 256;
  const size_t end = std::min(sides.size(), from + kSlice);
  for (size_t i = from; i < end; ++i) {
    const Side* side = find(sides[i]);
    if (side == nullptr) continue;
    jct_auth_request stay{};
    stay.size = sizeof stay;
    stay.kind = JCT_AUTH_STAY;
    stay.id = str(side->request.id);
    stay.session = str(side->request.uuid);  // empty: it has not said what it wants
    stay.address = side->peer;
    stay.transport = side->transport;
    shared_.auth.check(stay, [this, key = sides[i]](const Verdict& verdict) {
      Side* asked = verdict.allowed ? nullptr : find(key);
      if (asked != nullptr && asked->state != Side::State::kLeaving) refuse(*asked, JCT_E_DENIED, verdict.reason);
    });
  }
  if (end < sides.size()) host().post(loop_, [this, sides, end] { ask_again(sides, end); });
}

void Lobby::end_of(const std::string& id) {
  sessions_.end_of(id);
  std::vector<SideKey> waiting;
  for (const auto& [key, side] : sides_) {
    if (side->request.id == id && side->state == Side::State::kParked) waiting.push_back(key);
  }
  for (const SideKey key : waiting) {
    if (Side* side = find(key)) refuse(*side, JCT_E_DENIED, "device_removed");
  }
}

}  // namespace junctor::relay
