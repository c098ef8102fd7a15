// SPDX-License-Identifier: Apache-2.0
// One call of the clients' API: who calls, a transaction for it, one answer. The caller of a session is known from
// memory; an API token is looked up inside the transaction. Handlers run on the connection's loop, works on database
// threads.
#pragma once

#include <junctor/http.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "accounts/api/body.hpp"
#include "accounts/api/page.hpp"
#include "accounts/live/roster.hpp"
#include "accounts/model/entities.hpp"
#include "accounts/model/scopes.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/store.hpp"

namespace junctor::accounts {

/// Who may make the call: users always; API tokens where it has a resource.
struct Need {
  std::optional<Resource> resource;
  bool write = false;
  bool deploys = false;  ///< deploy tokens will do, too
};

struct Caller {
  Ref user = kNoRef;
  std::string name;
  bool administrator = false;
  std::optional<Scopes> scopes;  ///< of an API token
  std::optional<Token> deploys;  ///< it is a deploy token, whose scopes are none
};

/// What the calls share; all outlive them.
struct CallParts {
  Host& host;
  Roster& roster;
  const Store& store;
  const Sealer& sealer;
  int64_t session_idle = 90 * 86'400;                         ///< seconds
  std::function<void(std::string_view hash)> used = nullptr;  ///< a session was used; may be empty
};

inline http::Answer unauthorized() { return http::error("Invalid token", 401); }
inline http::Answer forbidden(const std::string& sentence) { return http::error(sentence, 403); }

class Calls {
 public:
  explicit Calls(CallParts parts) : parts_{std::move(parts)} {}

  Host& host() const { return parts_.host; }
  Roster& roster() const { return parts_.roster; }
  const Store& store() const { return parts_.store; }
  const Sealer& sealer() const { return parts_.sealer; }
  int64_t now() const { return parts_.store.now(); }

  /// work(sql, caller) -> http::Answer; what it throws as Refused is the answer.
  template <class Work>
  void read(const http::Exchange& exchange, Need need, Work work) const {
    const auto asked = ask(exchange, need);
    if (!asked) return;
    parts_.store.read([this, asked = *asked,
                       work = std::move(work)](const Sql& sql) mutable { return work(sql, identify(sql, asked)); },
                      [exchange](Outcome<http::Answer>& outcome) { answer(exchange, outcome); });
  }
  /// work(sql, touched, caller) -> http::Answer
  template <class Work>
  void write(const http::Exchange& exchange, Need need, Work work) const {
    const auto asked = ask(exchange, need);
    if (!asked) return;
    parts_.store.write(
        [this, asked = *asked, work = std::move(work)](const Sql& sql, Touched& touched) mutable {
          return work(sql, touched, identify(sql, asked));
        },
        [exchange](Outcome<http::Answer>& outcome) { answer(exchange, outcome); });
  }
  /// For calls without a caller. work(sql, touched) -> http::Answer
  template <class Work>
  void write_open(const http::Exchange& exchange, Work work) const {
    parts_.store.write(std::move(work), [exchange](Outcome<http::Answer>& outcome) { answer(exchange, outcome); });
  }
  static void answer(const http::Exchange& exchange, Outcome<http::Answer>& outcome) {
    exchange.answer(outcome ? *outcome : http::error(outcome.refused, outcome.http_status));
  }

 private:
  struct Asked {
    Need need;
    std::optional<Caller> user;  ///< known from memory
    std::string token_hash;
    std::string address;
  };
  /// Answers 401 itself where it is clear already.
  std::optional<Asked> ask(const http::Exchange& exchange, const Need& need) const;
  Caller identify(const Sql& sql, const Asked& asked) const;

  CallParts parts_;
};

inline Page page_of(const http::Exchange& exchange) {
  return Page::of(exchange.query("current"), exchange.query("pageSize"));
}

/// Runs a handler; a Refused is its answer.
template <class Fn>
void guarded_call(const http::Exchange& exchange, Fn&& fn) {
  try {
    fn();
  } catch (const Refused& refused) {
    exchange.answer(http::error(refused.what(), refused.status()));
  }
}

}  // namespace junctor::accounts
