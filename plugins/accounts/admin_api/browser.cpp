// SPDX-License-Identifier: Apache-2.0
#include "accounts/admin_api/browser.hpp"

#include <junctor/address.hpp>
#include "accounts/store/sealed.hpp"

namespace junctor::accounts::admin {
namespace {

constexpr std::string_view kBrowserCookie = "junctor_browser";  // tells browsers apart, and is no secret of a session
constexpr size_t kBrowserKey = 43;
constexpr size_t kNameMax = 100;
constexpr int64_t kYear = 31'536'000;

}  // namespace

LoginFrom browser_of(const http::Exchange& exchange) {
  LoginFrom from;
  from.kind = SessionKind::kConsole;
  from.uuid = std::string{exchange.cookie(kBrowserCookie)};
  if (from.uuid.size() != kBrowserKey) from.uuid = random_token("");
  from.type = "browser";
  from.device_name = std::string{exchange.header("user-agent").substr(0, kNameMax)};
  from.address = ip_text(exchange.client());
  from.source = source_of(exchange.client().ip, exchange.client().family);
  return from;
}

std::string browser_cookie(const LoginFrom& from, bool secure) {
  return std::string{kBrowserCookie} + "=" + from.uuid + "; Path=/; HttpOnly; SameSite=Lax" +
         (secure ? "; Secure" : "") + "; Max-Age=" + std::to_string(kYear);
}

}  // namespace junctor::accounts::admin
