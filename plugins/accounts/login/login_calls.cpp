// SPDX-License-Identifier: Apache-2.0
// Bodies in, answers out. A user's token is looked up in the call's own transaction: what was revoked is revoked.
#include "accounts/login/login_calls.hpp"

#include <utility>

#include "accounts/api/body.hpp"
#include "accounts/api/json_out.hpp"
#include "accounts/store/users.hpp"
#include "junctor/address.hpp"

namespace junctor::accounts {
namespace {

constexpr size_t kShort = 256;
constexpr size_t kPasswordBytes = 1024;
constexpr uint64_t kBodyMax = 64 << 10;

http::Answer unauthorised() { return http::error("Invalid token", 401); }

/// The session's user, or Refused 401.
std::pair<User, Session> user_of(const Sql& sql, const std::string& token) {
  const auto session = token.empty() ? std::nullopt : session_by_hash(sql, hash_of(token));
  auto user = session ? user_by_id(sql, session->user) : std::nullopt;
  if (!user || !user->enabled()) throw Refused{"Invalid token", 401};
  return {std::move(*user), *session};
}

void answer(const http::Exchange& exchange, const LoginAnswer& said) {
  JsonObject out;
  switch (said.kind) {
    case LoginAnswer::Kind::kRefused:
      exchange.answer(http::error(said.sentence));
      return;
    case LoginAnswer::Kind::kIn:
      out.put("type", "access_token").put("access_token", said.token).raw("user", user_json(said.user));
      break;
    case LoginAnswer::Kind::kFactor:
      out.put("type", "email_check").put("tfa_type", "tfa_check").put("secret", said.secret);
      out.raw("user", JsonObject{}.put("name", said.user.name).str());
      break;
  }
  exchange.answer(http::json(out.str()));
}

/// Runs a handler; what it finds wrong with the request is its answer.
template <class Fn>
void guarded(const http::Exchange& exchange, Fn&& fn) {
  try {
    fn();
  } catch (const Refused& refused) {
    exchange.answer(http::error(refused.what(), refused.status()));
  }
}

}  // namespace

LoginFrom login_from(const http::Exchange& exchange, const Body& body) {
  LoginFrom from;
  from.id = body.text("id", kShort);
  from.uuid = body.text("uuid", kShort);
  if (const auto device = body.object("deviceInfo")) {
    from.os = device->text("os", kShort);
    from.type = device->text("type", kShort);
    from.device_name = device->text("name", kShort);
  }
  if (from.type == "browser") from.kind = SessionKind::kWebClient;
  from.address = ip_text(exchange.client());
  from.source = source_of(exchange.client().ip, exchange.client().family);
  return from;
}

std::string user_json(const User& user) {
  return JsonObject{}
      .put("name", user.name)
      .put("display_name", user.display_name)
      .put("avatar", user.avatar)
      .put("email", user.email)
      .put("note", user.note)
      .put("status", static_cast<int>(user.status))
      .put("is_admin", user.is_admin)
      .raw("info", "{}")
      .str();
}

void LoginCalls::open(http::Server& server) {
  const http::RouteOptions small{kBodyMax, {}, 0};
  const auto call = [this](void (LoginCalls::*handler)(const http::Exchange&) const) {
    return [this, handler](const http::Exchange& exchange) { guarded(exchange, [&] { (this->*handler)(exchange); }); };
  };
  server.get("/api/login-options", call(&LoginCalls::options), small);  // and HEAD
  server.post("/api/login", call(&LoginCalls::log_in), small);
  server.post("/api/currentUser", call(&LoginCalls::current_user), small);
  server.post("/api/logout", call(&LoginCalls::log_out), small);
  server.post("/api/users/tfa/totp/enrol", call(&LoginCalls::enrol), small);
  server.post("/api/users/tfa/totp/confirm", call(&LoginCalls::confirm), small);
}

void LoginCalls::options(const http::Exchange& exchange) const {
  exchange.answer(http::json(json_texts(parts_.options ? parts_.options() : std::vector<std::string>{})));
}

void LoginCalls::log_in(const http::Exchange& exchange) const {
  const Body body = Body::parse(exchange.body());
  const std::string type = body.text("type", kShort);
  const LoginFrom from = login_from(exchange, body);
  const auto done = [exchange](const LoginAnswer& said) { answer(exchange, said); };
  const std::string name = body.text("username", kShort);
  if (type == "email_code") {
    const std::string totp = body.text("tfaCode", kShort);
    const std::string code = totp.empty() ? body.text("verificationCode", kShort) : totp;
    return parts_.log_in.second(body.text("secret", kShort), name, code, from, done);
  }
  if (!type.empty() && type != "account") throw Refused{"This kind of log-in is not known: " + type};
  parts_.log_in.first(name, body.text("password", kPasswordBytes), from, done);
}

void LoginCalls::current_user(const http::Exchange& exchange) const {
  const std::string token{exchange.bearer()};
  parts_.store.read([token](const Sql& sql) { return user_of(sql, token).first; },
                    [this, exchange, token](Outcome<User>& user) {
                      if (!user) return exchange.answer(http::error(user.refused, user.http_status));
                      parts_.use.note(hash_of(token));
                      return exchange.answer(http::json(user_json(*user)));
                    });
}

void LoginCalls::log_out(const http::Exchange& exchange) const {
  const std::string token{exchange.bearer()};
  parts_.store.write(
      [token](const Sql& sql, Touched& touched) {
        const auto session = token.empty() ? std::nullopt : session_by_hash(sql, hash_of(token));
        if (session) end_session(sql, *session, LoginOwner::kTakeBack, touched);
        return session.has_value();
      },
      [exchange](Outcome<bool>& known) {
        if (!known) return exchange.answer(http::error(known.refused, known.http_status));
        return exchange.answer(*known ? http::empty() : unauthorised());
      });
}

void LoginCalls::enrol(const http::Exchange& exchange) const {
  const std::string token{exchange.bearer()};
  parts_.store.read(
      [token](const Sql& sql) { return user_of(sql, token).first; },
      [this, exchange](Outcome<User>& user) {
        if (!user) return exchange.answer(http::error(user.refused, user.http_status));
        const Enrolment::Begun begun = parts_.enrolment.begin(*user, parts_.store.now());
        return exchange.answer(http::json(JsonObject{}.put("secret", begun.secret).put("url", begun.url).str()));
      });
}

/// Whoever has a session alone may not try codes for ever: the present authenticator's count as log-ins do.
void LoginCalls::confirm(const http::Exchange& exchange) const {
  const Body body = Body::parse(exchange.body());
  const std::string token{exchange.bearer()};
  const Codes codes{body.required_text("code", kShort), body.text("present", kShort)};
  parts_.store.read([token](const Sql& sql) { return user_of(sql, token).first; },
                    [this, exchange, token, codes](Outcome<User>& user) {
                      if (!user) return exchange.answer(http::error(user.refused, user.http_status));
                      const LogIn::Guess guess{*user, "totp/confirm", ip_text(exchange.client()),
                                               source_of(exchange.client().ip, exchange.client().family)};
                      auto trial = std::make_shared<FailedLogins::Trial>();
                      const int64_t wait = parts_.log_in.begin_guess(guess, trial.get());
                      if (wait > 0) {
                        return exchange.answer(
                            http::error("Too many failed attempts; please wait " + std::to_string(wait) + " seconds"));
                      }
                      confirm_now(exchange, token, codes, guess, trial);
                      return JCT_OK;
                    });
}

void LoginCalls::confirm_now(const http::Exchange& exchange, const std::string& token, const Codes& codes,
                             const LogIn::Guess& guess, const std::shared_ptr<FailedLogins::Trial>& trial) const {
  struct Confirmed {
    Ref user;
    std::vector<std::string> codes;
  };
  parts_.store.write(
      [this, token, codes, now = parts_.store.now()](const Sql& sql, Touched& touched) {
        const User user = user_of(sql, token).first;
        return Confirmed{user.id, parts_.enrolment.confirm(sql, user, codes.fresh, codes.present, now, touched)};
      },
      [this, exchange, guess, trial](Outcome<Confirmed>& done) {
        parts_.log_in.guessed(guess, static_cast<bool>(done));
        *trial = {};
        if (!done) return exchange.answer(http::error(done.refused, done.http_status));
        parts_.enrolment.finish(done->user);
        return exchange.answer(http::json(JsonObject{}.raw("backup_codes", json_texts(done->codes)).str()));
      });
}

}  // namespace junctor::accounts
