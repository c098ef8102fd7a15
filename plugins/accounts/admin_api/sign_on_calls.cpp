// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/sign_on_calls.hpp"

#include "accounts/admin_api/browser.hpp"
#include "accounts/admin_api/resources/resources.hpp"
#include "accounts/api/body.hpp"
#include "accounts/api/json_out.hpp"
#include "accounts/login/login_calls.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kSignOnCookie = "junctor_sign_on";  // that this browser began it
constexpr const char* kWaiting = "No authed oidc is found";    // clients go on asking while they read it
constexpr const char* kConsole = "/console/";
constexpr size_t kShort = 256;
constexpr uint64_t kBodyMax = 64 << 10;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

/// What a person reads at the end of the way. English, or Italian where the browser would rather have that.
struct Words {
  const char* language;
  const char *in, *go_back, *not_in, *device, *not_you, *console;
};
constexpr Words kEnglish{"en",
                         "You are logged in",
                         "You can close this page and go back to RustDesk.",
                         "The log-in did not succeed",
                         "Device",
                         "If it was not you who began this, tell your administrator now.",
                         "Back to the console"};
constexpr Words kItalian{"it",
                         "Accesso eseguito",
                         "Puoi chiudere questa pagina e tornare a RustDesk.",
                         "Accesso non riuscito",
                         "Dispositivo",
                         "Se non hai iniziato tu questo accesso, avvisa subito l'amministratore.",
                         "Torna alla console"};

const Words& words_for(const http::Exchange& exchange) {
  return exchange.header("accept-language").substr(0, 2) == "it" ? kItalian : kEnglish;
}

http::Answer page(const Words& words, const char* title, const std::string& text, uint32_t status) {
  const std::string body = std::string{"<!DOCTYPE html><html lang=\""} + words.language +
                           "\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">" +
                           "<title>" + title + "</title></head><body><main><h1>" + title + "</h1>" + text +
                           "</main></body></html>";
  return http::html(body, status)
      .with("Cache-Control", "no-store")
      .with("Referrer-Policy", "no-referrer")
      .with("X-Content-Type-Options", "nosniff")
      .with("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
}

std::string paragraph(const std::string& text) { return "<p>" + escaped(text) + "</p>"; }

std::string sign_on_cookie(const std::string& value, bool secure) {
  return std::string{kSignOnCookie} + "=" + value + "; Path=/api/oidc/; HttpOnly; SameSite=Lax" +
         (secure ? "; Secure" : "") + (value.empty() ? "; Max-Age=0" : "; Max-Age=600");
}

bool is_console_secure(const SignOn& sign_on) { return sign_on.public_url().rfind("https://", 0) == 0; }

/// http-api.md 2.5: parsed strictly, so each key has its type.
std::string success(const LoginAnswer& said) {
  JsonObject out;
  if (said.kind == LoginAnswer::Kind::kIn) {
    out.put("access_token", said.token).put("type", "access_token").raw("user", user_json(said.user));
  } else {
    out.put("access_token", "").put("type", "email_check").put("tfa_type", "tfa_check").put("secret", said.secret);
    out.raw("user", JsonObject{}.put("name", said.user.name).raw("info", "{}").str());
  }
  return out.str();
}

/// Runs a handler; what it finds wrong with the request is its answer.
template <class Fn>
void guarded(const http::Exchange& exchange, Fn&& fn) {
  try {
    fn();
  } catch (const accounts::Refused& refused) {
    exchange.answer(http::error(refused.what(), refused.status()));
  }
}

}  // namespace

void SignOnCalls::open(http::Server& server) {
  const http::RouteOptions small{kBodyMax, {}, 0};
  const auto call = [this](void (SignOnCalls::*handler)(const http::Exchange&) const) {
    return [this, handler](const http::Exchange& exchange) { guarded(exchange, [&] { (this->*handler)(exchange); }); };
  };
  server.post("/api/oidc/auth", call(&SignOnCalls::begin), small);
  server.get("/api/oidc/auth-query", call(&SignOnCalls::query), small);
  server.get("/api/oidc/console", call(&SignOnCalls::console), small);
  server.get("/api/oidc/callback", call(&SignOnCalls::callback), small);
}

std::vector<std::string> SignOnCalls::names() const {
  std::vector<std::string> out;
  for (const ProviderInfo& one : parts_.providers.all()) {
    if (!one.checks_passwords) out.push_back(one.name);
  }
  return out;
}

std::vector<std::string> SignOnCalls::options() const {
  std::vector<std::string> rows, out;
  for (const ProviderInfo& one : parts_.providers.all()) {
    if (one.checks_passwords) continue;
    JsonObject row;
    row.put("name", one.name);
    if (one.icon.empty()) {
      row.raw("icon", "null");
    } else {
      row.put("icon", one.icon);
    }
    rows.push_back(row.str());
    out.push_back("oidc/" + one.name);
  }
  if (!rows.empty()) out.insert(out.begin(), "common-oidc/" + json_array(rows));
  return out;
}

void SignOnCalls::begin(const http::Exchange& exchange) const {
  const Body body = Body::parse(exchange.body());
  std::string op = body.required_text("op", kShort);
  if (op.rfind("oidc/", 0) == 0) op.erase(0, 5);
  parts_.sign_on.begin(op, login_from(exchange, body), [exchange](const SignOn::Begun& begun) {
    if (!begun.refused.empty()) return exchange.answer(http::error(begun.refused));
    return exchange.answer(http::json(JsonObject{}.put("code", begun.code).put("url", begun.url).str()));
  });
}

void SignOnCalls::query(const http::Exchange& exchange) const {
  LoginFrom from;
  from.id = exchange.query("id").value_or("");
  from.uuid = exchange.query("uuid").value_or("");
  parts_.sign_on.fetch(exchange.query("code").value_or(""), from, [exchange](const std::optional<LoginAnswer>& said) {
    if (!said) return exchange.answer(http::error(kWaiting));
    if (said->kind == LoginAnswer::Kind::kRefused) return exchange.answer(http::error(said->sentence));
    return exchange.answer(http::json(success(*said)).with("Cache-Control", "no-store"));
  });
}

void SignOnCalls::console(const http::Exchange& exchange) const {
  const LoginFrom from = browser_of(exchange);
  const Words& words = words_for(exchange);
  const auto refuse = [&](const std::string& sentence) {
    exchange.answer(page(words, words.not_in, paragraph(sentence), 403));
  };
  if (!parts_.lets_in(from.address)) return refuse("The console may not be used from here.");
  parts_.sign_on.begin(exchange.query("op").value_or(""), from,
                       [this, exchange, from, &words](const SignOn::Begun& begun) {
                         if (!begun.refused.empty()) {
                           return exchange.answer(page(words, words.not_in, paragraph(begun.refused + "."), 403));
                         }
                         const bool secure = is_console_secure(parts_.sign_on);
                         return exchange.answer(http::redirect(begun.url)
                                                    .with("Set-Cookie", sign_on_cookie(begun.browser, secure))
                                                    .with("Set-Cookie", browser_cookie(from, secure))
                                                    .with("Cache-Control", "no-store")
                                                    .with("Referrer-Policy", "no-referrer"));
                       });
}

void SignOnCalls::callback(const http::Exchange& exchange) const {
  const Words& words = words_for(exchange);
  parts_.sign_on.come_back(
      std::string{exchange.query_text()}, std::string{exchange.cookie(kSignOnCookie)},
      [this, exchange, &words](const SignOn::Returned& came, const std::optional<LoginAnswer>& entered) {
        const bool secure = is_console_secure(parts_.sign_on);
        const std::string back = std::string{"<p><a href=\""} + kConsole + "\">" + words.console + "</a></p>";
        if (!came.refused.empty()) {
          const bool console = came.from.kind == SessionKind::kConsole;
          return exchange.answer(
              page(words, words.not_in, paragraph(came.refused + ".") + (console ? back : std::string{}), 403));
        }
        if (!entered) {
          const std::string device = came.device_name.empty() ? came.from.id : came.device_name;
          return exchange.answer(
              page(words, words.in,
                   paragraph(words.go_back) +
                       paragraph(std::string{words.device} + ": " + device + " (" + came.from.address + ")") +
                       paragraph(words.not_you),
                   200));
        }
        const std::string forget = sign_on_cookie({}, secure);
        switch (entered->kind) {
          case LoginAnswer::Kind::kRefused:
            return exchange.answer(
                page(words, words.not_in, paragraph(entered->sentence + ".") + back, 403).with("Set-Cookie", forget));
          case LoginAnswer::Kind::kFactor:  // behind the #: it is in no log of a server
            return exchange.answer(http::redirect(std::string{kConsole} + "#ticket=" + entered->secret)
                                       .with("Set-Cookie", forget)
                                       .with("Cache-Control", "no-store"));
          case LoginAnswer::Kind::kIn:
            return exchange.answer(http::redirect(kConsole)
                                       .with("Set-Cookie", forget)
                                       .with("Set-Cookie", session_cookie(entered->token, secure))
                                       .with("Cache-Control", "no-store"));
        }
        return exchange.answer(http::empty(500));
      });
}

}  // namespace junctor::accounts::admin
