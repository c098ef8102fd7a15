// SPDX-License-Identifier: Apache-2.0
// Tokens become callers. Any thread.
#include "accounts/client_api/call.hpp"

#include <string_view>

#include "accounts/store/sessions.hpp"
#include "accounts/store/users.hpp"
#include "wire/abi.hpp"

namespace junctor::accounts {
namespace {

constexpr int64_t kNoteEvery = 60;  // seconds between two notes of a token's use

bool holds(std::string_view networks, const std::string& address) {
  const auto from = wire::Address::parse_ip(address);
  if (networks.empty()) return true;
  while (from && !networks.empty()) {
    const size_t comma = std::min(networks.find(','), networks.size());
    const auto network = wire::Network::parse(networks.substr(0, comma));
    if (network && network->contains(*from)) return true;
    networks.remove_prefix(std::min(comma + 1, networks.size()));
  }
  return false;
}

}  // namespace

std::optional<Calls::Asked> Calls::ask(const http::Exchange& exchange, const Need& need) const {
  const std::string_view bearer = exchange.bearer();
  Asked asked{need, std::nullopt, "", wire::from_abi(exchange.client()).ip_text()};
  if (!bearer.empty()) {
    const TokenHash hash = token_hash(bearer);
    const auto session = parts_.roster.session(hash);
    const auto user = session ? parts_.roster.user(session->user) : std::nullopt;
    const bool alive = user && user->enabled && session->alive(now());
    if (alive) asked.user = Caller{session->user, user->name, user->administrator, std::nullopt, std::nullopt};
    asked.token_hash.assign(reinterpret_cast<const char*>(hash.data()), hash.size());
    if (alive) {
      parts_.roster.use_session(hash, now() + parts_.session_idle);
      if (parts_.used) parts_.used(asked.token_hash);
    }
    if (alive || (!session && need.resource)) return asked;
  }
  exchange.answer(unauthorized());
  return std::nullopt;
}

Caller Calls::identify(const Sql& sql, const Asked& asked) const {
  if (asked.user) return *asked.user;
  const auto token = token_by_hash(sql, asked.token_hash);
  const auto owner = token ? user_by_id(sql, token->owner) : std::nullopt;
  const bool deploys = token && token->kind == TokenKind::kDeploy;
  const bool alive = token && (!deploys || asked.need.deploys) && owner && owner->enabled() &&
                     (token->expires == 0 || token->expires > now()) && holds(token->networks, asked.address);
  if (!alive) throw Refused{"Invalid token", 401};
  const bool may =
      asked.need.write ? token->scopes.may_write(*asked.need.resource) : token->scopes.may_read(*asked.need.resource);
  if (!deploys && !may)
    throw Refused{"This token has no right to do this: it needs " + std::string{name(*asked.need.resource)} +
                      (asked.need.write ? ":rw" : ":r"),
                  403};
  if (token->last_used + kNoteEvery <= now()) {
    parts_.store.write(
        [id = token->id, address = asked.address, at = now()](const Sql& write, Touched&) {
          note_token_use(write, id, address, at);
          return Unit{};
        },
        [](Outcome<Unit>&) {});
  }
  if (deploys) return {owner->id, owner->name, owner->is_admin, Scopes{}, token};
  return {owner->id, owner->name, owner->is_admin, token->scopes, std::nullopt};
}

}  // namespace junctor::accounts
