// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/core/authenticate.hpp"

#include <sodium.h>

#include <array>

#include "accounts/admin_api/core/site.hpp"
#include "accounts/live/cards.hpp"
#include "accounts/model/entities.hpp"
#include "wire/address.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr int64_t kUseSeconds = 60;

std::string_view bytes_of(const TokenHash& hash) { return {reinterpret_cast<const char*>(hash.data()), hash.size()}; }

/// Columns 0 to 7 of both look-ups: the user.
Caller caller_of(const Row& row, Caller::Way way) {
  Caller caller;
  caller.way = way;
  caller.user = static_cast<Ref>(row.integer(0));
  caller.guid = row.text(1);
  caller.name = row.text(2);
  caller.administrator = row.flag(3);
  caller.group = static_cast<Ref>(row.integer(4));
  caller.change_password = way == Caller::Way::kSession && row.flag(5);
  return caller;
}

}  // namespace

bool lets(std::string_view networks, const std::string& address) {
  if (networks.empty()) return true;
  const auto from = wire::Address::parse_ip(address);
  if (!from) return false;
  while (!networks.empty()) {
    const size_t end = std::min(networks.find(','), networks.size());
    const auto one = wire::Network::parse(networks.substr(0, end));
    if (one && one->contains(*from)) return true;
    networks.remove_prefix(std::min(end + 1, networks.size()));
  }
  return false;
}

namespace {

/// `any_kind`: else sessions of the console alone.
Authenticated by_session(const Sql& sql, const Site& site, const std::string& token, bool any_kind, int64_t now) {
  Authenticated out;
  const TokenHash hash = token_hash(token);
  sql.exec(
      "SELECT u.id, u.guid, u.name, u.is_admin, u.group_id, u.must_change_password, u.tfa_enforced, "
      "(SELECT COUNT(*) FROM {p}totp t WHERE t.user_id = u.id AND t.confirmed = 1), s.id, s.guid, s.last_used, "
      "s.expires, s.factor_at, s.kind FROM {p}sessions s JOIN {p}users u ON u.id = s.user_id WHERE s.hash = ?1 AND "
      "u.status = 1",
      {Blob{bytes_of(hash)}}, [&](const Row& row) {
        const int64_t last_used = row.integer(10);
        const int64_t expires = row.integer(11);
        const bool console = row.integer(13) == static_cast<int64_t>(SessionKind::kConsole);
        const int64_t idle = console ? site.console_idle() : site.client_idle();
        if ((!console && !any_kind) || now - last_used > idle || (expires != 0 && now >= expires)) return;
        Caller& caller = out.caller = caller_of(row, Caller::Way::kSession);
        const bool demanded = row.flag(6) || site.demands_factor(caller.administrator);
        caller.enrol = demanded && row.integer(7) == 0;
        caller.session = row.integer(8);
        caller.session_guid = row.text(9);
        caller.proved = row.integer(12);
        caller.csrf = csrf_of(token);
        if (now - last_used >= kUseSeconds) out.used.session = static_cast<Ref>(row.integer(8));
      });
  return out;
}

Authenticated by_token(const Sql& sql, const Ask& ask, int64_t now) {
  Authenticated out;
  const TokenHash hash = token_hash(ask.bearer);
  sql.exec(
      "SELECT u.id, u.guid, u.name, u.is_admin, u.group_id, 0, t.id, t.scopes, t.expires, t.networks, t.last_used "
      "FROM {p}tokens t JOIN {p}users u ON u.id = t.owner_id WHERE t.hash = ?1 AND t.kind = ?2 AND u.status = 1",
      {Blob{bytes_of(hash)}, TokenKind::kApi}, [&](const Row& row) {
        const int64_t expires = row.integer(8);
        if ((expires != 0 && now >= expires) || !lets(row.view(9), ask.address)) return;
        const auto scopes = row.view(7).empty() ? Scopes{} : Scopes::parse(row.view(7)).value_or(Scopes{});
        out.caller = caller_of(row, Caller::Way::kToken);
        out.caller.scopes = scopes;
        if (now - row.integer(10) >= kUseSeconds) out.used.token = static_cast<Ref>(row.integer(6));
      });
  return out;
}

/// With what is the same for every way in. Who administers does so from admin_networks alone.
Authenticated whole(const Sql& sql, const Site& site, Authenticated out, const Ask& ask) {
  out.caller.address = ask.address;
  if (out.caller.way != Caller::Way::kNobody && !out.caller.administrator) {
    out.caller.roles = roles_of(sql, out.caller.user);
  }
  out.caller.seal();
  const bool official = out.caller.administrator || !out.caller.roles.empty();
  if (official && !lets(site.admin_networks(), ask.address)) return {};
  return out;
}

}  // namespace

Authenticated authenticate(const Sql& sql, const Site& site, const Ask& ask, int64_t now) {
  Authenticated out;
  if (!ask.bearer.empty()) {
    out = by_token(sql, ask, now);
  } else if (!ask.cookie.empty() && lets(site.console_networks(), ask.address)) {
    out = by_session(sql, site, ask.cookie, false, now);
  }
  return whole(sql, site, std::move(out), ask);
}

Authenticated authenticate_script(const Sql& sql, const Site& site, const Ask& ask, int64_t now) {
  Authenticated out;
  if (ask.bearer.empty()) return out;
  out = by_token(sql, ask, now);
  if (out.caller.way == Caller::Way::kNobody) out = by_session(sql, site, ask.bearer, true, now);
  return whole(sql, site, std::move(out), ask);
}

std::string csrf_of(std::string_view session_token) {
  constexpr std::string_view kPurpose = "junctor csrf";
  std::array<unsigned char, 32> hash{};
  crypto_generichash_state state{};
  crypto_generichash_init(&state, nullptr, 0, hash.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(kPurpose.data()), kPurpose.size());
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(session_token.data()), session_token.size());
  crypto_generichash_final(&state, hash.data(), hash.size());
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return hex.data();
}

void note_use(const Sql& sql, const Used& used, std::string_view address, int64_t now) {
  if (used.session != kNoRef) {
    sql.exec("UPDATE {p}sessions SET last_used = ?2, address = ?3 WHERE id = ?1", {used.session, now, address});
  }
  if (used.token != kNoRef) {
    sql.exec("UPDATE {p}tokens SET last_used = ?2, last_address = ?3 WHERE id = ?1", {used.token, now, address});
  }
}

}  // namespace junctor::accounts::admin
