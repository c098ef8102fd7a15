// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/front.hpp"

#include <algorithm>

#include "accounts/admin_api/browser.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/login/session_of.hpp"
#include "junctor/address.hpp"

namespace junctor::accounts::admin {
namespace {

std::optional<Method> method_of(uint32_t method) {
  switch (method) {
    case JCT_HTTP_GET:
    case JCT_HTTP_HEAD:
      return Method::kGet;
    case JCT_HTTP_POST:
      return Method::kPost;
    case JCT_HTTP_PUT:
      return Method::kPut;
    case JCT_HTTP_PATCH:
      return Method::kPatch;
    case JCT_HTTP_DELETE:
      return Method::kDelete;
    default:
      return std::nullopt;
  }
}

Ask ask_of(const http::Exchange& exchange, Method method) {
  Ask ask;
  ask.method = method;
  ask.path = std::string{exchange.path().substr(std::min(kBase.size(), exchange.path().size()))};
  ask.query = std::string{exchange.query_text()};
  ask.body = std::string{exchange.body()};
  ask.cookie = std::string{exchange.cookie(kSessionCookie)};
  ask.csrf = std::string{exchange.header("x-csrf-token")};
  ask.bearer = std::string{exchange.bearer()};
  ask.if_match = std::string{exchange.header("if-match")};
  ask.if_none_match = std::string{exchange.header("if-none-match")};
  ask.idempotency_key = std::string{exchange.header("idempotency-key")};
  ask.address = ip_text(exchange.client());
  ask.source = source_of(exchange.client().ip, exchange.client().family);
  ask.browser = std::string{exchange.header("user-agent").substr(0, 255)};
  ask.base_url = exchange.base_url();
  ask.secure = exchange.is_tls();
  return ask;
}

void send(const http::Exchange& exchange, const Reply& reply) {
  http::Answer answer{reply.status, reply.body, {{"Cache-Control", "no-store"}}};
  for (const auto& header : reply.headers) {
    if (header.first != "Cache-Control") answer.headers.push_back(header);
  }
  if (!reply.body.empty()) answer.headers.emplace_back("Content-Type", reply.type);
  exchange.answer(answer);
}

void send(const http::Exchange& exchange, const Problem& problem) { send(exchange, problem_reply(problem)); }

/// A form of another site can send no such type without being asked first.
bool is_json(std::string_view type) { return type.substr(0, type.find(';')) == "application/json"; }

Reply login_reply(const LoginAnswer& said, const LoginFrom& from, bool secure) {
  if (said.kind == LoginAnswer::Kind::kRefused) {
    return problem_reply({403, "login_refused", said.sentence + ".", {}});
  }
  const bool in = said.kind == LoginAnswer::Kind::kIn;
  Reply reply = Reply::json(JsonObject{}
                                .put("status", in ? "ok" : "second_factor")
                                .raw("ticket", in ? "null" : http::json_string(said.secret))
                                .raw("factor", in ? "null" : "\"totp\"")
                                .raw("csrf", in ? http::json_string(csrf_of(said.token)) : "null")
                                .put("change_password", in && said.user.must_change_password)
                                .str());
  if (in) reply.headers.emplace_back("Set-Cookie", session_cookie(said.token, secure));
  reply.headers.emplace_back("Set-Cookie", browser_cookie(from, secure));
  return reply;
}

}  // namespace

void Front::open(http::Server& server) {
  constexpr uint32_t kAll = JCT_HTTP_GET | JCT_HTTP_POST | JCT_HTTP_PUT | JCT_HTTP_PATCH | JCT_HTTP_DELETE;
  const auto handler = [this](const http::Exchange& exchange) { serve(exchange); };
  const std::string base{kBase};
  server.route(kAll, base + "/*", handler, {parts_.body_max, {}, 0});
  for (const char* import : {"/books/{book}/import", "/users/import", "/devices/import"}) {
    server.route(JCT_HTTP_POST, base + import, handler, {parts_.import_max, {}, 0});
  }
}

void Front::serve(const http::Exchange& exchange) const {
  const auto method = method_of(exchange.method());
  if (!method) return send(exchange, {405, "method", "This method is not known here.", {}});
  Ask ask = ask_of(exchange, *method);
  Found found = parts_.contract.find(*method, ask.path);
  if (found.endpoint == nullptr && !found.allowed.empty()) {
    Reply reply = problem_reply({405, "method", "Expected one of " + found.allowed + ".", {}});
    reply.headers.emplace_back("Allow", found.allowed);
    return send(exchange, reply);
  }
  if (found.endpoint == nullptr)
    return send(exchange, {404, "unknown_path", "There is no such call: see openapi.json.", {}});
  const Endpoint& endpoint = *found.endpoint;
  if (endpoint.door != Door::kOpen && ask.bearer.empty() && ask.cookie.empty()) {
    return send(exchange, {401, "login_required", "Log in first, or send an API token as Authorization: Bearer.", {}});
  }
  if (!endpoint.body.empty() && !is_json(exchange.header("content-type"))) {
    return send(exchange, {415, "content_type", "Expected a body of type application/json.", {}});
  }
  if (endpoint.answer == Answer::kDocument) return send(exchange, Reply::json(parts_.document));
  if (endpoint.id.substr(0, 6) == "login." && endpoint.door == Door::kOpen) return log_in(exchange, ask, endpoint);
  if (!parts_.engine.answers(endpoint)) {
    return send(exchange, {503, "not_there", "This server does not do this yet.", {}});
  }
  if (endpoint.answer == Answer::kStream) return start_export(exchange, std::move(ask), std::move(found));
  parts_.desk.handle(std::move(ask), std::move(found), [exchange](const Reply& reply) { send(exchange, reply); });
}

void Front::log_in(const http::Exchange& exchange, const Ask& ask, const Endpoint& endpoint) const {
  if (endpoint.reads()) {
    return send(exchange, Reply::json(JsonObject{}
                                          .put("password", parts_.log_in.takes_passwords())
                                          .raw("providers", json_texts(parts_.sign_ons()))
                                          .put("mail", parts_.sends_mail())
                                          .str()));
  }
  if (!parts_.lets_in(ask.address)) {
    return send(exchange, {403, "network", "The console may not be used from here.", {}});
  }
  Poco::JSON::Object::Ptr body;
  try {
    body = checked_body(parts_.contract, endpoint, ask.body);
  } catch (const Refused& refused) {
    return send(exchange, refused.problem);
  }
  const LoginFrom from = browser_of(exchange);
  const bool forget = endpoint.id == "login.factor" && !body->optValue<bool>("trust_browser", false);
  const auto done = [this, exchange, from, forget, secure = ask.secure](const LoginAnswer& said) {
    if (forget && said.kind == LoginAnswer::Kind::kIn) distrust(said.user.id, from);
    send(exchange, login_reply(said, from, secure));
  };
  if (endpoint.id == "login.password") {
    parts_.log_in.first(text_in(*body, "name"), text_in(*body, "password"), from, done);
  } else if (endpoint.id == "login.factor") {
    parts_.log_in.second(text_in(*body, "ticket"), {}, text_in(*body, "code"), from, done);
  } else {  // whom a factor is demanded of logs in and sets it up in his account
    send(exchange, {403, "login_refused", "The ticket is unknown, used, or too old: log in again.", {}});
  }
}

/// The site trusts devices after a right code; a browser only where its user says so.
void Front::distrust(Ref user, const LoginFrom& from) const {
  parts_.store.write(
      [user, key = device_key(from)](const Sql& sql, Touched&) {
        sql.exec("UPDATE {p}known_devices SET trusted_until = 0 WHERE user_id = ?1 AND device_key = ?2",
                 {user, Blob{key}});
        return Unit{};
      },
      [](Outcome<Unit>&) {});
}

/// A stream of pieces, each read when the one before has gone: memory stays flat whatever the length.
class Front::Export : public std::enable_shared_from_this<Front::Export> {
 public:
  Export(const Front& front, http::Exchange exchange, Ask ask, Found found)
      : front_{front}, exchange_{std::move(exchange)}, ask_{std::move(ask)}, found_{std::move(found)} {}

  void next() {
    front_.parts_.desk.piece(ask_, found_, after_,
                             [self = shared_from_this()](const Reply& refused, const std::string& text, int64_t last) {
                               self->came(refused, text, last);
                             });
  }

 private:
  void came(const Reply& refused, const std::string& text, int64_t last) {
    if (!output_) {
      if (refused.status >= 400) return send(exchange_, refused);
      if (!begin()) return;
    } else if (refused.status >= 400) {
      output_.reset();  // whatever is missing is seen as a cut
      return;
    }
    if (last == 0) {
      output_->finish();
      output_.reset();
      return;
    }
    after_ = last;
    waiting_ = text;
    push();
  }

  bool begin() {
    const bool csv = ask_.query.find("format=jsonl") == std::string::npos;
    const std::string_view id = found_.endpoint->id;
    const std::string name = std::string{id.substr(id.find('.') + 1)} + (csv ? ".csv" : ".jsonl");
    http::Answer head{200,
                      {},
                      {{"Content-Type", csv ? "text/csv; charset=utf-8" : "application/jsonl; charset=utf-8"},
                       {"Content-Disposition", "attachment; filename=\"" + name + "\""},
                       {"Cache-Control", "no-store"}}};
    output_ = exchange_.stream(
        head, [self = shared_from_this()] { self->push(); },
        [self = shared_from_this()](jct_status) { self->output_.reset(); });
    if (!output_) send(exchange_, {503, "no_stream", "Exports do not come through signalling: ask over HTTP.", {}});
    return output_.has_value();
  }

  void push() {
    if (!output_ || waiting_.empty()) return;
    if (output_->send(waiting_) == JCT_E_AGAIN) return;  // on_writable comes
    waiting_.clear();
    next();
  }

  const Front& front_;
  http::Exchange exchange_;
  Ask ask_;
  Found found_;
  int64_t after_ = 0;
  std::string waiting_;
  std::optional<http::Output> output_;
};

void Front::start_export(const http::Exchange& exchange, Ask ask, Found found) const {
  std::make_shared<Export>(*this, exchange, std::move(ask), std::move(found))->next();
}

}  // namespace junctor::accounts::admin
