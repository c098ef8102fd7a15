// SPDX-License-Identifier: Apache-2.0
// Open log-ins. Any thread; one lock.
#include "accounts/login/tickets.hpp"

#include <algorithm>

#include "accounts/store/sealed.hpp"

namespace junctor::accounts {

void LoginTickets::make_room(int64_t now) {
  if (open_.size() < limits_.open) return;
  std::erase_if(open_, [now](const auto& one) { return one.second.until <= now; });
  if (open_.size() < limits_.open) return;
  open_.erase(std::min_element(open_.begin(), open_.end(),
                               [](const auto& a, const auto& b) { return a.second.until < b.second.until; }));
}

std::string LoginTickets::open(const Ticket& ticket, int64_t now) {
  const std::string secret = random_token("");
  const std::lock_guard lock{mutex_};
  make_room(now);
  open_[hash_of(secret)] = {ticket, now + limits_.seconds, limits_.tries};
  return secret;
}

std::optional<LoginTickets::Ticket> LoginTickets::attempt(std::string_view secret, std::string_view uuid, int64_t now) {
  const std::lock_guard lock{mutex_};
  const auto found = open_.find(hash_of(secret));
  if (found == open_.end()) return std::nullopt;
  Open& open = found->second;
  const bool over = open.until <= now || open.tries <= 0;
  if (over || open.ticket.uuid != uuid) {
    if (over) open_.erase(found);
    return std::nullopt;
  }
  --open.tries;
  return open.ticket;
}

void LoginTickets::close(std::string_view secret) {
  const std::lock_guard lock{mutex_};
  open_.erase(hash_of(secret));
}

void LoginTickets::close_all(Ref user) {
  const std::lock_guard lock{mutex_};
  std::erase_if(open_, [user](const auto& one) { return one.second.ticket.user == user; });
}

}  // namespace junctor::accounts
