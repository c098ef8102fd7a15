// SPDX-License-Identifier: Apache-2.0
// Who has how many sessions, and what they share. Any thread.
#include "ledger.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace junctor::relay {
namespace {

// By Ledger::Kind.
constexpr std::array<const char*, 3> kKindNames{"group", "address", "id"};
constexpr std::array<const char*, 3> kRefusals{"group_sessions", "address_sessions", "id_sessions"};

/// What one client has: an IPv4 address, or an IPv6 /64.
std::string client_of(const wire::Address& address) {
  if (!address.is_v6()) return address.ip_text();
  wire::Address network = address;
  std::fill(network.ip.begin() + 8, network.ip.end(), uint8_t{0});
  return network.ip_text() + "/64";
}

}  // namespace

// ---- seat ----

Seat& Seat::operator=(Seat&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  places_ = std::move(other.places_);
  rate_ = other.rate_;
  slowed_ = other.slowed_;
  return *this;
}

void Seat::give_back() {
  if (const auto places = std::move(places_)) places->ledger->give_back(places->accounts);
}

// ---- ledger ----

Ledger::Ledger(Rules rules)
    : rules_{std::make_shared<const Rules>(std::move(rules))}, total_{std::make_shared<Pool>(rules_->total_rate)} {}

void Ledger::apply(Rules rules) {
  auto next = std::make_shared<const Rules>(std::move(rules));
  const std::lock_guard lock{mutex_};
  rules_ = std::move(next);
  total_->set_rate(rules_->total_rate);
  for (auto& [key, account] : accounts_) account.pool->set_rate(rate_of(*rules_, account));
}

Ledger::RulesPtr Ledger::rules() const {
  const std::lock_guard lock{mutex_};
  return rules_;
}

uint64_t Ledger::rate_of(const Rules& rules, const Account& account) {
  if (account.kind == Kind::kAddress) return rules.address_rate;
  if (account.kind == Kind::kId) return rules.id_rate;
  for (const Group& group : rules.groups) {
    if (group.name == account.name) return group.rate;
  }
  return 0;
}

std::vector<Ledger::Claim> Ledger::claims(const Rules& rules, const wire::Address& a, const wire::Address& b,
                                          std::string_view id, const Group* group) {
  std::vector<Claim> all;
  if (group != nullptr) all.push_back({Kind::kGroup, group->name, group->max_sessions});
  if (rules.address_rate != 0 || rules.address_sessions != 0) {
    all.push_back({Kind::kAddress, client_of(a), rules.address_sessions});
    if (client_of(b) != client_of(a)) all.push_back({Kind::kAddress, client_of(b), rules.address_sessions});
  }
  if (!id.empty() && (rules.id_rate != 0 || rules.id_sessions != 0)) {
    all.push_back({Kind::kId, std::string{id}, rules.id_sessions});
  }
  return all;
}

Ledger::Seated Ledger::sit(const wire::Address& a, const wire::Address& b, std::string_view id, bool again) {
  const std::lock_guard lock{mutex_};
  const Rules& rules = *rules_;
  const char* denial = rules.denial(a, id);
  if (denial == nullptr) denial = rules.denial(b, id);
  if (denial != nullptr) return {Seat{}, denial, JCT_E_DENIED};
  const Group* group = rules.group_of(a, b, id);
  const std::vector<Claim> wanted = claims(rules, a, b, id, group);
  const auto key_of = [](const Claim& one) { return kKindNames[static_cast<size_t>(one.kind)] + (' ' + one.name); };
  for (const Claim& one : wanted) {
    const auto at = accounts_.find(key_of(one));
    const bool full = one.most != 0 && at != accounts_.end() && at->second.sessions >= one.most;
    if (full && !again) return {Seat{}, kRefusals[static_cast<size_t>(one.kind)]};
  }
  Seat seat;
  seat.rate_ = group != nullptr && group->session_rate != 0 ? group->session_rate : rules.rate;
  if (rules.slowing.rate != 0 && (rules.slowed.contains(a) || rules.slowed.contains(b))) seat.slow(rules.slowing.rate);
  if (rules.total_rate == 0 && wanted.empty()) return {std::move(seat), nullptr};
  seat.places_ = std::make_unique<Seat::Places>();
  Seat::Places& places = *seat.places_;
  places.ledger = this;
  if (group != nullptr) places.group = group->name;
  if (rules.total_rate != 0) places.pools.push_back(total_);
  for (const Claim& one : wanted) {
    Account& account = accounts_.try_emplace(key_of(one), Account{one.kind, one.name, 0, nullptr}).first->second;
    if (account.pool == nullptr) account.pool = std::make_shared<Pool>(rate_of(rules, account));
    ++account.sessions;
    places.accounts.push_back(key_of(one));
    if (account.pool->rate() != 0) places.pools.push_back(account.pool);
  }
  return {std::move(seat), nullptr};
}

void Ledger::give_back(const std::vector<std::string>& accounts) {
  const std::lock_guard lock{mutex_};
  for (const std::string& key : accounts) {
    const auto at = accounts_.find(key);
    if (--at->second.sessions == 0) accounts_.erase(at);
  }
}

std::vector<Ledger::Use> Ledger::uses(size_t limit) const {
  std::vector<const Account*> all;
  const std::lock_guard lock{mutex_};
  for (const auto& [key, account] : accounts_) all.push_back(&account);
  std::stable_sort(all.begin(), all.end(), [](const Account* left, const Account* right) {
    return std::tuple{left->kind != Kind::kGroup, right->sessions} <
           std::tuple{right->kind != Kind::kGroup, left->sessions};
  });
  if (all.size() > limit) all.resize(limit);
  std::vector<Use> uses;
  for (const Account* one : all) {
    uses.push_back(
        {kKindNames[static_cast<size_t>(one->kind)], one->name, one->sessions, one->pool->rate(), one->pool->use()});
  }
  return uses;
}

}  // namespace junctor::relay
