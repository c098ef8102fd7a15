// SPDX-License-Identifier: Apache-2.0
#include "accounts/login/sign_on.hpp"

#include <junctor/http_text.hpp>

#include <utility>

#include "accounts/store/sealed.hpp"

namespace junctor::accounts {
namespace {

constexpr const char* kCallback = "/api/oidc/callback";
constexpr const char* kExpired = "This sign-on has expired; please try again";
constexpr size_t kQueryMax = 16 << 10;

LoginAnswer refusal(const std::string& sentence) { return {LoginAnswer::Kind::kRefused, {}, {}, {}, sentence}; }

}  // namespace

SignOn::SignOn(const Parts& parts, const SignOnLimits& limits)
    : parts_{parts},
      limits_{limits},
      begun_{parts.host.counter("sign_ons", "step=begun", "log-ins by way of another site")},
      back_{parts.host.counter("sign_ons", "step=back", "log-ins by way of another site")},
      refused_{parts.host.counter("refused", "reason=sign_on_refused", "refused")},
      full_{parts.host.counter("refused", "reason=sign_ons_open", "refused")} {}

void SignOn::set_public_url(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  const std::lock_guard lock{mutex_};
  public_url_ = std::move(url);
}

std::string SignOn::public_url() const {
  const std::lock_guard lock{mutex_};
  return public_url_;
}

// ---- the table, under the mutex ----

void SignOn::erase(Open::iterator at) {
  states_.erase(hash_of(at->second.state));
  const auto source = sources_.find(at->second.from.source);
  if (source != sources_.end() && --source->second == 0) sources_.erase(source);
  open_.erase(at);
}

/// Each second at most.
void SignOn::tidy(int64_t now) {
  if (now == tidied_) return;
  tidied_ = now;
  for (auto at = open_.begin(); at != open_.end();) {
    const auto next = std::next(at);
    if (at->second.until <= now) erase(at);
    at = next;
  }
}

/// Why there is none, or "".
std::string SignOn::room_for(const LoginFrom& from, int64_t now) {
  tidy(now);
  const auto source = sources_.find(from.source);
  const bool is_full =
      open_.size() >= limits_.open || (source != sources_.end() && source->second >= limits_.per_source);
  return is_full ? "Too many sign-ons are under way; please try again in a few minutes" : "";
}

void SignOn::drop(const std::string& code_hash) {
  const std::lock_guard lock{mutex_};
  const auto at = open_.find(code_hash);
  if (at != open_.end()) erase(at);
}

// ---- away ----

void SignOn::begin(const std::string& name, const LoginFrom& from, std::function<void(const Begun&)> done) {
  const auto refuse = [&](const std::string& sentence) { done({sentence, {}, {}, {}}); };
  const auto provider = parts_.providers.named(name);
  if (!provider || provider->checks_passwords) return refuse("There is no sign-on of this name here");
  const std::string code = random_token("");
  const bool console = from.kind == SessionKind::kConsole;
  const std::string browser = console ? random_token("") : std::string{};
  Attempt attempt;
  attempt.provider = *provider;
  attempt.from = from;
  attempt.state = random_token("");
  attempt.browser = console ? hash_of(browser) : std::string{};
  attempt.until = now() + limits_.seconds;
  const std::string state = attempt.state;
  std::string callback, no_room;
  {
    const std::lock_guard lock{mutex_};
    attempt.callback = callback = public_url_.empty() ? std::string{} : public_url_ + kCallback;
    no_room = room_for(from, now());
    if (!callback.empty() && no_room.empty()) {
      ++sources_[from.source];
      states_[hash_of(state)] = hash_of(code);
      open_.emplace(hash_of(code), std::move(attempt));
    }
  }
  if (callback.empty()) return refuse("Single sign-on is not set up: public_url is missing in [accounts]");
  if (!no_room.empty()) {
    full_.add();
    return refuse(no_room);
  }
  begun_.add();
  parts_.providers.begin(*provider, state, callback,
                         [this, code, browser, name, done = std::move(done)](jct_status status, const std::string& url,
                                                                             const std::string& hint) {
                           if (status == JCT_OK) return done({{}, code, url, browser});
                           drop(hash_of(code));
                           refused_.add();
                           parts_.host.event(JCT_LOG_WARNING, "accounts.sign_on_refused",
                                             {{"reason", "provider_away"}, {"provider", name}, {"hint", hint}});
                           done({"The sign-on does not answer; please try again later", {}, {}, {}});
                         });
}

// ---- and back ----

void SignOn::come_back(const std::string& query, const std::string& browser, Back done) {
  const std::string state = query.size() <= kQueryMax ? http::form_value(query, "state").value_or("") : std::string{};
  Attempt attempt;
  std::string code_hash;
  {
    const std::lock_guard lock{mutex_};
    tidy(now());
    const auto known = states_.find(hash_of(state));
    const auto at = known == states_.end() ? open_.end() : open_.find(known->second);
    const bool is_his = at != open_.end() && at->second.at == At::kAway &&
                        (at->second.browser.empty() || at->second.browser == hash_of(browser));
    if (is_his) {
      at->second.at = At::kAsking;
      code_hash = at->first;
      attempt = at->second;
    }
  }
  if (code_hash.empty()) return done({kExpired, {}, {}, {}}, std::nullopt);
  parts_.providers.finish(
      attempt.provider, {attempt.state, attempt.callback, query},
      [this, code_hash, done = std::move(done)](const Providers::Answer& said) { heard(code_hash, said, done); });
}

void SignOn::heard(const std::string& code_hash, const Providers::Answer& said, const Back& done) {
  std::string sentence;
  if (said.status == JCT_E_DENIED) {
    sentence = "The sign-on was refused";
  } else if (said.status != JCT_OK) {
    sentence = "The sign-on does not answer; please try again later";
  } else if (!said.person.refused.empty()) {
    sentence = said.person.refused;
  }
  Attempt attempt;
  bool there = false;
  {
    const std::lock_guard lock{mutex_};
    const auto at = open_.find(code_hash);
    there = at != open_.end();
    if (there) {
      at->second.at = sentence.empty() ? At::kBack : At::kRefused;
      at->second.person = said.person;
      at->second.refused = sentence;
      attempt = at->second;
      if (!attempt.browser.empty()) erase(at);
    }
  }
  if (!there) return done({kExpired, {}, {}, {}}, std::nullopt);
  const Returned returned{sentence, attempt.provider.title, attempt.from, attempt.from.device_name};
  if (!sentence.empty()) {
    refused_.add();
    parts_.host.event(JCT_LOG_WARNING, "accounts.sign_on_refused",
                      {{"reason", said.status == JCT_OK ? "provider_refused" : "not_believed"},
                       {"provider", attempt.provider.name},
                       {"peer", attempt.from.address},
                       {"hint", said.hint}});
    return done(returned, std::nullopt);
  }
  back_.add();
  if (attempt.browser.empty()) return done(returned, std::nullopt);
  parts_.log_in.enter(attempt.provider, attempt.person, attempt.from,
                      [returned, done](const LoginAnswer& entered) { done(returned, entered); });
}

// ---- the client asks ----

void SignOn::fetch(const std::string& code, const LoginFrom& from, Fetched done) {
  const std::string code_hash = hash_of(code);
  Attempt attempt;
  At seen = At::kRefused;
  {
    const std::lock_guard lock{mutex_};
    tidy(now());
    const auto at = open_.find(code_hash);
    const bool is_his = at != open_.end() && at->second.browser.empty() && at->second.from.id == from.id &&
                        at->second.from.uuid == from.uuid;
    if (is_his) {
      seen = at->second.at;
      attempt = at->second;
      if (seen == At::kBack) at->second.at = At::kEntering;
      if (seen == At::kRefused) erase(at);
    } else {
      attempt.refused = kExpired;
    }
  }
  if (seen == At::kRefused) return done(refusal(attempt.refused));
  if (seen != At::kBack) return done(std::nullopt);
  parts_.log_in.enter(attempt.provider, attempt.person, attempt.from,
                      [this, code_hash, done = std::move(done)](const LoginAnswer& entered) {
                        drop(code_hash);
                        done(entered);
                      });
}

}  // namespace junctor::accounts
