// SPDX-License-Identifier: Apache-2.0
// auth/1 from C++: whoever asks all providers as one, and whoever is asked. [loop]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service/auth.h"
#include "services.hpp"

namespace junctor {

/// What an allowance carries (service/auth.h); a denial may have the user.
struct AuthGrant {
  std::string user;
  uint64_t control_permissions = 0;
  std::string conn_audit_ref;
  uint32_t feedback = 0;

  /// Takes what is not set here from `later`, of the next provider: each permission by itself.
  void fill_from(const jct_auth_answer& later) {
    if (user.empty()) user = view(later.user);
    if (conn_audit_ref.empty()) conn_audit_ref = view(later.conn_audit_ref);
    if (feedback == 0) feedback = later.feedback;
    constexpr uint64_t kLowBits = 0x5555'5555'5555'5555;
    const uint64_t set = (control_permissions | (control_permissions >> 1)) & kLowBits;
    control_permissions |= later.control_permissions & ~(set | (set << 1));
  }
};

/// What a chain of auth/1 providers decided.
struct Verdict {
  bool allowed = true;
  std::string reason;       ///< a stable word; empty when allowed
  std::string text;         ///< for the user; may be empty
  bool as_unknown = false;  ///< a denial that the asker tells as "no such id"
  AuthGrant grant;
};

/// A provider's side of a question. Is answered exactly once: one that goes unanswered, as when the server stops, is
/// denied. Lives on the asking loop.
class AuthAsker {
 public:
  explicit AuthAsker(const jct_auth_done& done) : done_{read(done)} {}
  AuthAsker(AuthAsker&& other) noexcept : done_{std::exchange(other.done_, std::nullopt)} {}
  AuthAsker& operator=(AuthAsker&&) = delete;
  ~AuthAsker() { deny("auth_unavailable", "The server cannot check this now; please try again."); }

  void allow() { answer(jct_auth_answer{}); }
  void allow(const AuthGrant& grant) {
    jct_auth_answer said{};
    said.user = str(grant.user);
    said.control_permissions = grant.control_permissions;
    said.conn_audit_ref = str(grant.conn_audit_ref);
    said.feedback = grant.feedback;
    answer(said);
  }
  /// flags: JCT_AUTH_AS_UNKNOWN
  void deny(std::string_view reason, std::string_view text, std::string_view user = {}, uint32_t flags = 0) {
    jct_auth_answer said{};
    said.verdict = JCT_E_DENIED;
    said.reason = str(reason);
    said.text = str(text);
    said.user = str(user);
    said.flags = flags;
    answer(said);
  }
  uint32_t loop() const { return done_->loop; }

 private:
  /// An older asker's record ends before `answer`.
  static jct_auth_done read(const jct_auth_done& theirs) {
    jct_auth_done own{};
    __builtin_memcpy(&own, &theirs, theirs.size < sizeof own ? offsetof(jct_auth_done, answer) : sizeof own);
    return own;
  }
  void answer(jct_auth_answer said) {
    const auto done = std::exchange(done_, std::nullopt);
    if (!done) return;
    said.size = sizeof said;
    if (done->answer != nullptr) return done->answer(done->self, &said);
    done->done(done->self, said.verdict, said.reason, said.text);
  }

  std::optional<jct_auth_done> done_;
};

/// All auth/1 providers in file order: the first denial wins, what the others grant adds up; none at all allows.
/// Silence is a denial after `patience`.
class AuthChain {
 public:
  AuthChain(const Host& host, Duration patience) : host_{&host}, patience_{patience} {
    for (const jct_service_ref& ref : host.find_all(JCT_AUTH_SERVICE)) {
      providers_.push_back(Service<jct_auth_service>::adopt(ref));
    }
  }

  /// [loop] fn(const Verdict&), exactly once, inline or later on this loop; not at all once the instance stops.
  void check(const jct_auth_request& request, std::function<void(const Verdict&)> fn) const {
    auto ask = std::make_shared<Ask>();
    ask->chain = this;
    ask->fn = std::move(fn);
    ask->keep(request);
    next(ask, 0);
  }
  bool empty() const { return providers_.empty(); }
  /// [any] Grows when what was allowed may be denied now: then JCT_AUTH_STAY is due.
  uint64_t changes() const {
    uint64_t all = 0;
    for (const auto& provider : providers_) {
      if (provider.table.changes != nullptr) all += provider.table.changes(provider.self);
    }
    return all;
  }

 private:
  /// One question on its way through the providers, with copies of the request's views.
  struct Ask {
    const AuthChain* chain = nullptr;
    jct_auth_request request{};
    std::string id, licence_key, token, uuid, pk, old_id, switch_code, session;
    std::function<void(const Verdict&)> fn;
    Verdict verdict;
    Timer patience;

    void keep(const jct_auth_request& r) {
      request = r;
      request.size = sizeof request;
      const auto hold = [](std::string& copy, auto& views) {
        copy = view(views);
        if constexpr (std::is_same_v<std::decay_t<decltype(views)>, jct_str>) {
          views = str(copy);
        } else {
          views = bytes(copy);
        }
      };
      hold(id, request.id);
      hold(licence_key, request.licence_key);
      hold(token, request.token);
      hold(uuid, request.uuid);
      hold(pk, request.pk);
      hold(old_id, request.old_id);
      hold(switch_code, request.switch_code);
      hold(session, request.session);
    }
    void take(const jct_auth_answer& said) {
      verdict.allowed = said.verdict == JCT_OK;
      verdict.grant.fill_from(said);
      if (verdict.allowed) return;
      verdict.reason = view(said.reason);
      verdict.text = view(said.text);
      verdict.as_unknown = (said.flags & JCT_AUTH_AS_UNKNOWN) != 0;
    }
    void finish() {
      patience.cancel();
      if (auto told = std::exchange(fn, nullptr)) told(verdict);
    }
  };

  static void next(const std::shared_ptr<Ask>& ask, size_t index) {
    const AuthChain& chain = *ask->chain;
    if (index == chain.providers_.size()) return ask->finish();
    auto answered = [ask, index](const jct_auth_answer& said) {
      if (!ask->fn) return;  // patience had run out
      ask->take(said);
      if (!ask->verdict.allowed) return ask->finish();
      next(ask, index + 1);
    };
    using Once = detail::Once<decltype(answered)>;
    const jct_auth_done done{
        detail::once(*chain.host_, std::move(answered)),
        [](void* self, jct_status status, jct_str reason, jct_str text) {
          jct_auth_answer said{};
          said.verdict = status;
          said.reason = reason;
          said.text = text;
          Once::call(self, said);
        },
        chain.host_->answer_loop(), sizeof(jct_auth_done),
        [](void* self, const jct_auth_answer* said) { Once::call(self, detail::adopt<jct_auth_answer>(said)); }};
    const Service<jct_auth_service>& provider = chain.providers_[index];
    provider.table.check(provider.self, &ask->request, &done);
    if (ask->fn) chain.wait_for(ask);
  }

  void wait_for(const std::shared_ptr<Ask>& ask) const {
    std::weak_ptr<Ask> weak = ask;
    ask->patience = host_->after(patience_, [weak] {
      const auto late = weak.lock();
      if (late == nullptr) return;
      jct_auth_answer silence{};
      silence.verdict = JCT_E_DENIED;
      silence.reason = str("auth_timeout");
      silence.text = str("the server's check took too long");
      late->take(silence);
      late->finish();
    });
  }

  const Host* host_;
  Duration patience_;
  std::vector<Service<jct_auth_service>> providers_;
};

}  // namespace junctor
