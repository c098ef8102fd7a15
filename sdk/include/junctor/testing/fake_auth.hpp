// SPDX-License-Identifier: Apache-2.0
// Both ends of auth/1 for tests: a provider that answers what the test says, and somebody who asks a provider. One
// thread.
#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "../auth.hpp"
#include "fake_host.hpp"

namespace junctor::testing {

/// What a provider was asked; copies.
struct AuthHeard {
  uint32_t kind = 0;
  std::string id, licence_key, token, switch_code, session;
  uint32_t id_state = JCT_AUTH_ID_UNSAID;
  uint32_t conn_type = 0;
  jct_addr address{};
};

/// A provider: host.provide("auth/1", &FakeAuthProvider::kService, &provider, "mine"). Allows all without a rule.
class FakeAuthProvider {
 public:
  std::function<Verdict(const AuthHeard&)> rule;
  bool later = false;                ///< answers when answer() is called
  std::atomic<uint64_t> changes{0};  ///< the rule is another one now
  std::vector<AuthHeard> heard;

  void answer() {
    for (auto& [asker, verdict] : std::exchange(waiting_, {})) tell(asker, verdict);
  }
  static void check(void* self, const jct_auth_request* request, const jct_auth_done* done) {
    static_cast<FakeAuthProvider*>(self)->take(detail::adopt<jct_auth_request>(request), *done);
  }
  static uint64_t changed(void* self) { return static_cast<FakeAuthProvider*>(self)->changes; }
  static constexpr jct_auth_service kService{sizeof(jct_auth_service), 0, &check, &changed};

 private:
  void take(const jct_auth_request& raw, const jct_auth_done& done) {
    const auto text = [](auto views) { return std::string{view(views)}; };
    heard.push_back({raw.kind, text(raw.id), text(raw.licence_key), text(raw.token), text(raw.switch_code),
                     text(raw.session), raw.id_state, raw.conn_type, raw.address});
    waiting_.emplace_back(AuthAsker{done}, rule ? rule(heard.back()) : Verdict{});
    if (!later) answer();
  }
  static void tell(AuthAsker& asker, const Verdict& verdict) {
    if (verdict.allowed) return asker.allow(verdict.grant);
    asker.deny(verdict.reason, verdict.text, verdict.grant.user, verdict.as_unknown ? JCT_AUTH_AS_UNKNOWN : 0);
  }

  std::vector<std::pair<AuthAsker, Verdict>> waiting_;
};

/// Asks a provider, `plugin.service<jct_auth_service>("auth/1")` and its self. Outlives the answer.
class AuthQuestion {
 public:
  void ask(FakeHost& host, const jct_auth_service& service, void* provider, jct_auth_request request,
           uint32_t loop = 0) {
    request.size = sizeof request;
    const jct_auth_done done{this,
                             [](void* self, jct_status verdict, jct_str reason, jct_str text) {
                               jct_auth_answer said{};
                               said.verdict = verdict;
                               said.reason = reason;
                               said.text = text;
                               static_cast<AuthQuestion*>(self)->take(said);
                             },
                             loop, sizeof(jct_auth_done),
                             [](void* self, const jct_auth_answer* said) {
                               static_cast<AuthQuestion*>(self)->take(detail::adopt<jct_auth_answer>(said));
                             }};
    host.on_loop(loop, [&] { service.check(provider, &request, &done); });
  }
  int answers() const { return answers_; }
  /// The last answer; nothing where there was none yet.
  const std::optional<Verdict>& verdict() const { return verdict_; }
  /// "ok", the reason of a denial, or "unanswered".
  std::string word() const { return !verdict_ ? "unanswered" : verdict_->allowed ? "ok" : verdict_->reason; }

 private:
  void take(const jct_auth_answer& said) {
    ++answers_;
    verdict_.emplace();
    verdict_->allowed = said.verdict == JCT_OK;
    verdict_->reason = view(said.reason);
    verdict_->text = view(said.text);
    verdict_->as_unknown = (said.flags & JCT_AUTH_AS_UNKNOWN) != 0;
    verdict_->grant.fill_from(said);
  }

  int answers_ = 0;
  std::optional<Verdict> verdict_;
};

}  // namespace junctor::testing
