// SPDX-License-Identifier: Apache-2.0
// One call through its transaction: who asks, may he, does it fit, has it been asked before, the handler, and what
// comes of it. Lives on a thread of the database.
#pragma once

#include <unordered_map>

#include "accounts/admin_api/core/authenticate.hpp"

namespace junctor::accounts::admin {

/// By Endpoint::id.
class Handlers {
 public:
  void insert(std::initializer_list<std::pair<const std::string_view, Handler>> more) { calls.insert(more); }

  std::unordered_map<std::string_view, Handler> calls;
  std::unordered_map<std::string_view, Exporter> exports;
};

/// What was made outside of the transaction: see Call.
struct Prepared {
  std::string hash;
  bool verified = false;
};

struct Done {
  Reply reply;
  Used used;
  std::vector<Disconnect> disconnects{};
  std::vector<Mail> mails{};
  std::vector<Told> told{};
  std::optional<SiteSettings::Stored> settings{};
};

/// Thrown out of a transaction that was only to be looked at: it is rolled back, and this is the answer.
struct TakenBack {
  Done done;
};

class Engine {
 public:
  Engine(const Contract& contract, const Site& site, Handlers handlers)
      : contract_{contract}, site_{site}, handlers_{std::move(handlers)} {}

  /// Throws Refused or TakenBack, after which nothing may be committed.
  Done run(const Sql& sql, Touched& touched, const Ask& ask, const Found& found, const Prepared& prepared,
           int64_t now) const;
  /// A piece of a stream: see Exporter.
  std::string export_piece(const Sql& sql, const Ask& ask, const Found& found, int64_t after, int64_t* last,
                           int64_t now) const;

  bool answers(const Endpoint& endpoint) const {
    return endpoint.id == "access.preview" || handlers_.calls.count(endpoint.id) != 0 ||
           handlers_.exports.count(endpoint.id) != 0;
  }

 private:
  /// Everything that comes before a handler. Throws Refused.
  void check(Call& call, const Found& found) const;
  /// access.preview: carries out the call that the body describes, compares, and throws TakenBack.
  [[noreturn]] void preview(Call& call) const;
  /// What an earlier call with this key was answered; nothing where there was none.
  std::optional<Reply> earlier(const Call& call) const;
  void remember(const Call& call, const Reply& reply) const;

  const Contract& contract_;
  const Site& site_;
  Handlers handlers_;
};

}  // namespace junctor::accounts::admin
