// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/scripts/script_desk.hpp"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>
#include <junctor/claims.hpp>

#include <algorithm>

#include "accounts/admin_api/core/secrets.hpp"
#include "accounts/admin_api/core/site.hpp"
#include "junctor/address.hpp"

namespace junctor::accounts::admin {

struct ScriptDesk::Held {
  Held(http::Exchange e, const Script& s) : exchange{std::move(e)}, script{s} {}

  http::Exchange exchange;
  const Script& script;
  Ask ask;
  std::vector<std::pair<std::string_view, std::string>> parameters;
  Secrets secrets;
  Prepared prepared;
  std::optional<Problem> problem;
  Done done;
};

namespace {

constexpr uint64_t kBodyMax = 1 << 20;

uint32_t http_method(Method method) {
  switch (method) {
    case Method::kGet:
      return JCT_HTTP_GET;
    case Method::kPost:
      return JCT_HTTP_POST;
    case Method::kPut:
      return JCT_HTTP_PUT;
    case Method::kPatch:
      return JCT_HTTP_PATCH;
    case Method::kDelete:
      return JCT_HTTP_DELETE;
  }
  return 0;
}

/// Any JSON value; nothing for an empty body.
Poco::Dynamic::Var parse_body(const std::string& text) {
  if (text.empty()) return {};
  if (!characters(text)) refuse(422, "not_json", "The body is not UTF-8");
  if (text == "true" || text == "false") return text == "true";
  try {
    Poco::JSON::Parser parser;
    parser.setDepth(16);
    return parser.parse(text);
  } catch (const Poco::Exception&) {
    refuse(422, "not_json", "The body is no JSON");
  }
}

/// 401 and 403 as they are; what else can be expected is 200 with words.
http::Answer answer_of(const Problem& problem) {
  const bool door = problem.status == 401 || problem.status == 403;
  return http::error(problem.detail, door ? problem.status : 200);
}

http::Answer answer_of(const Reply& reply) {
  return reply.body.empty() ? http::empty() : http::json(reply.body, reply.status);
}

std::vector<std::vector<Script>> families() {
  return {user_scripts(), group_scripts(), device_scripts(), book_scripts(), policy_scripts(), audit_scripts()};
}

/// Clients ask there, too: who has their calls has the route (list_users).
bool by_clients_too(const Script& one) { return one.method == Method::kGet && one.pattern == "/users"; }

template <class Fn>
Unit guarded(std::optional<Problem>& problem, Fn&& fn) {
  problem.reset();
  try {
    fn();
    return {};
  } catch (const Refused& refused) {
    problem = refused.problem;
    throw accounts::Refused{refused.problem.detail};
  } catch (const accounts::Refused& refused) {
    problem = Problem{409, "refused", refused.what(), {}};
    throw;
  }
}

}  // namespace

ScriptDesk::ScriptDesk(Desk::Parts parts) : parts_{std::move(parts)} {
  for (const auto& family : families()) {
    for (const Script& one : family) {
      scripts_.push_back(one);
      Endpoint endpoint;
      endpoint.id = "script.";
      endpoint.method = one.reads ? Method::kGet : Method::kPost;
      endpoint.scope = one.scope;
      endpoints_.push_back(endpoint);
    }
  }
}

ptrdiff_t ScriptDesk::index_of(const Script& script) const {
  return std::find_if(scripts_.begin(), scripts_.end(), [&](const Script& one) { return &one == &script; }) -
         scripts_.begin();
}

void ScriptDesk::claim(const Claims& claims) {
  for (const auto& family : families()) {
    for (const Script& one : family) {
      if (!by_clients_too(one)) claims.route(http_method(one.method), "/api" + std::string{one.pattern});
    }
  }
}

void ScriptDesk::open(http::Server& server) {
  for (const Script& one : scripts_) {
    if (by_clients_too(one)) continue;
    server.route(http_method(one.method), "/api" + std::string{one.pattern},
                 [this, &one](const http::Exchange& exchange) { serve(exchange, one); }, {kBodyMax, {}, 0});
  }
}

void ScriptDesk::list_users(const http::Exchange& exchange) const { serve(exchange, scripts_.front()); }

void ScriptDesk::serve(const http::Exchange& exchange, const Script& script) const {
  auto held = std::make_shared<Held>(exchange, script);
  held->ask.method = script.method;
  held->ask.query = std::string{exchange.query_text()};
  held->ask.body = std::string{exchange.body()};
  held->ask.bearer = std::string{exchange.bearer()};
  held->ask.address = ip_text(exchange.client());
  if (held->ask.bearer.empty()) return static_cast<void>(exchange.answer(http::error("Invalid token", 401)));
  if (script.pattern.find("{guid}") != std::string_view::npos) {
    held->parameters.emplace_back("guid", std::string{exchange.param("guid")});
  }
  const bool has_password = script.pattern == "/users" && script.method == Method::kPost;
  has_password ? prepare(held) : run(held);
}

void ScriptDesk::prepare(const HeldPointer& held) const {
  try {
    const auto body = parse_body(held->ask.body);
    if (body.type() == typeid(Poco::JSON::Object::Ptr)) {
      const auto object = body.extract<Poco::JSON::Object::Ptr>();
      if (object->get("password").isString()) held->secrets.fresh = object->getValue<std::string>("password");
      if (object->get("name").isString()) held->secrets.name = object->getValue<std::string>("name");
      if (object->get("email").isString()) held->secrets.email = object->getValue<std::string>("email");
    }
  } catch (const Refused&) {  // said by run()
  }
  if (held->secrets.fresh.empty()) return run(held);
  // A stranger must not make us hash: who asks is looked up first.
  parts_.store.read(
      [this, held](const Sql& sql) {
        return guarded(held->problem, [&] {
          const Authenticated who = authenticate_script(sql, parts_.site, held->ask, parts_.store.now());
          check_door(endpoint_of(held->script), who.caller, parts_.store.now());
        });
      },
      [this, held](Outcome<Unit>& outcome) {
        if (!outcome) return finish(held, outcome.refused);
        const bool queued = parts_.hash([this, held] {
          try {
            held->prepared = prepare_secrets(parts_.passwords, held->secrets);
          } catch (const accounts::Refused& refused) {
            held->problem = Problem{422, "password", refused.what(), {}};
          }
          held->secrets = {};
          const Host& host = parts_.store.host();
          host.post(host.home_loop(), [this, held] { held->problem ? finish(held, "refused") : run(held); });
        });
        if (queued) return;
        held->problem = Problem{503, "busy", "Too many passwords are being checked; please try again", {}};
        finish(held, "busy");
      });
}

Done ScriptDesk::run(const Sql& sql, Touched& touched, const Script& script, const Ask& ask,
                     std::vector<std::pair<std::string_view, std::string>> parameters, const Prepared& prepared,
                     int64_t now) const {
  const Authenticated who = authenticate_script(sql, parts_.site, ask, now);
  if (who.caller.way == Caller::Way::kNobody) refuse(401, "login_required", "Invalid token");
  check_door(endpoint_of(script), who.caller, now);
  Call call{sql, touched, parts_.site, parts_.contract, endpoint_of(script), ask, who.caller};
  call.now = now;
  call.prepared = prepared.hash;
  call.parameters = std::move(parameters);
  auto query = parse_query(ask.query);
  if (!query) refuse(422, "query", "The query is not percent-encoded text");
  call.query = std::move(*query);
  ScriptCall script_call{call, parse_body(ask.body)};
  Done out{script.handler(script_call), who.used};
  out.disconnects = std::move(call.disconnects);
  out.mails = std::move(call.mails);
  return out;
}

void ScriptDesk::run(const HeldPointer& held) const {
  const auto work = [this, held](const Sql& sql, Touched& touched) {
    return guarded(held->problem, [&] {
      held->done = run(sql, touched, held->script, held->ask, held->parameters, held->prepared, parts_.store.now());
    });
  };
  const auto done = [this, held](Outcome<Unit>& outcome) { finish(held, outcome ? std::string{} : outcome.refused); };
  if (!held->script.reads) return parts_.store.write(work, done);
  parts_.store.read(
      [work](const Sql& sql) {
        Touched touched;
        return work(sql, touched);
      },
      done);
}

void ScriptDesk::finish(const HeldPointer& held, const std::string& refused) const {
  if (held->problem) return static_cast<void>(held->exchange.answer(answer_of(*held->problem)));
  if (!refused.empty()) return static_cast<void>(held->exchange.answer(http::error(refused)));
  for (const Mail& one : held->done.mails) parts_.site.send(one);
  for (const Told& one : held->done.told) parts_.site.tell(one);
  for (const Disconnect& one : held->done.disconnects) parts_.site.disconnect(one.device_id, one.connections);
  held->exchange.answer(answer_of(held->done.reply));
  const Used used = held->done.used;
  if (used.session == kNoRef && used.token == kNoRef) return;
  parts_.store.write(
      [used, address = held->ask.address, now = parts_.store.now()](const Sql& sql, Touched&) {
        note_use(sql, used, address, now);
        return Unit{};
      },
      [](Outcome<Unit>&) {});
}

}  // namespace junctor::accounts::admin
