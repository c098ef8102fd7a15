// SPDX-License-Identifier: Apache-2.0
// The lobby's pairs that come before their ticket: a ticket of another host's signalling travels beside the clients.
// Lives on the lobby's loop.
#include "lobby.hpp"

namespace junctor::relay {

/// True: the two wait, and ticket_came or the alarm goes on with them. Never where the ticket is there.
bool Lobby::await_ticket(Side& first, Side& second) {
  if (settings_.tickets != Settings::Tickets::kRequire || settings_.ticket_wait <= Duration::zero()) return false;
  const Duration now = host().now();
  const std::string& uuid = second.request.uuid;
  if (shared_.tickets.check(uuid, "", now) != Tickets::Answer::kNone || (!second.gone && !attach(second))) return false;
  if (!ticket_wait_.add(uuid, {first.key, second.key}, now + settings_.ticket_wait)) return false;
  greeting_.erase({second.since, second.key});
  first.state = second.state = Side::State::kUnticketed;
  // It may have come since: whoever expects it from now on tells this loop.
  if (!shared_.tickets.await(uuid, now)) return !stop_waiting(uuid);
  arm(now + settings_.ticket_wait);
  return true;
}

std::optional<TicketWait::Pair> Lobby::stop_waiting(const std::string& uuid) {
  shared_.tickets.await_no_more(uuid);
  return ticket_wait_.take(uuid);
}

void Lobby::ticket_came(const std::string& uuid) {
  if (const auto pair = stop_waiting(uuid)) join(*find(pair->first), *find(pair->second));
}

/// What has no ticket by now is refused by the session that it asks for.
void Lobby::end_ticket_waits(Duration now) {
  for (const std::string& uuid : ticket_wait_.late(now)) ticket_came(uuid);
}

/// One of a pair leaves while it waits: the uuid is free, and whoever is still there is told.
Side* Lobby::leave_pair(const Side& side) {
  const auto pair = stop_waiting(side.request.uuid);
  if (!pair) return nullptr;
  waiting_.end(side.request.uuid);
  return find(pair->first == side.key ? pair->second : pair->first);
}

}  // namespace junctor::relay
