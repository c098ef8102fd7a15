// SPDX-License-Identifier: Apache-2.0
// A whole site with an OpenID provider: clients by HTTP and through signalling, the console's page, and what is
// refused.
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/StreamCopier.h>
#include <doctest/doctest.h>

#include "accounts_site.hpp"
#include "login_oidc/test_provider.hpp"

namespace junctor::site {
namespace {

using login_oidc::kAda;
using login_oidc::TestProvider;

constexpr const char* kPublicUrl = "http://rd.example.org";
constexpr const char* kCallback = "http://rd.example.org/api/oidc/callback";

std::string provider_of(const TestProvider& there) {
  return "public_url = \"" + std::string{kPublicUrl} +
         "\"\n[login_oidc]\ntimeout = \"60s\"\n[[login_oidc.provider]]\n" + "name = \"acme\"\nissuer = \"" +
         there.issuer + "\"\nclient_id = \"junctor\"\nclient_secret = \"a secret: + & %\"\nca_file = \"" +
         there.certificate + "\"\nmap = [\"staff -> administrator\"]\n";
}

/// As a browser asks, with the cookies that it was given.
struct Browser {
  Site& site;
  std::string cookies{};
  Poco::Net::HTTPResponse answer{};
  std::string body{};

  void get(const std::string& path) {
    Poco::Net::HTTPClientSession session{"127.0.0.1", site.server().port(-2)};
    Poco::Net::HTTPRequest request{"GET", path, "HTTP/1.1"};
    if (!cookies.empty()) request.set("Cookie", cookies);
    session.sendRequest(request);
    answer.clear();
    body.clear();
    Poco::StreamCopier::copyToString(session.receiveResponse(answer), body);
    for (const auto& [name, value] : answer) {
      if (Poco::icompare(name, "Set-Cookie") != 0) continue;
      cookies += (cookies.empty() ? "" : "; ") + value.substr(0, value.find(';'));
    }
  }
  /// The provider's part of the way; ends at our callback.
  void walk(const TestProvider& there, const std::string& url) {
    const std::string back = there.walk(url);
    CAPTURE(back);
    REQUIRE(back.rfind(kCallback, 0) == 0);
    get(back.substr(std::string{kPublicUrl}.size()));
  }
};

struct Begun {
  std::string code, url;
};

Begun begin(Site& site, const Way& way) {
  const Said said = way.call(site, "POST", "/api/oidc/auth", "",
                             R"({"op":"acme","id":"1","uuid":"dXVpZA==","deviceInfo":{"os":"linux","type":"client",)"
                             R"("name":"pc1"},"apiDomain":"https://evil.example.org"})");
  REQUIRE_MESSAGE(!said.text("code").empty(), said.body);
  return {said.text("code"), said.text("url")};
}

Said query(Site& site, const Way& way, const std::string& code, const std::string& id = "1") {
  return way.call(site, "GET", "/api/oidc/auth-query?code=" + code + "&id=" + id + "&uuid=dXVpZA%3D%3D", "", "");
}

TEST_CASE("clients are shown the provider, wait while the browser is away, and get a session that signalling takes") {
  TestProvider there{kCallback};
  there.tell(kAda);
  AccountsSite site{provider_of(there)};
  site.start();
  site.ready();
  CHECK(by_http(site, "GET", "/api/login-options", "", "").body ==
        R"(["common-oidc/[{\"name\":\"acme\",\"icon\":null}]","oidc/acme"])");
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    const Begun begun = begin(site, way);
    CHECK(begun.url.find("evil.example.org") == std::string::npos);
    CHECK(query(site, way, begun.code).body == R"({"error":"No authed oidc is found"})");
    Browser browser{site};
    browser.walk(there, begun.url);
    CHECK(browser.answer.getStatus() == 200);
    CHECK(browser.body.find("You are logged in") != std::string::npos);
    CHECK(browser.body.find("pc1") != std::string::npos);
    CHECK(browser.answer.get("Content-Security-Policy", "").find("default-src 'none'") == 0);
    CHECK(query(site, way, begun.code, "2").text("error").find("expired") != std::string::npos);
    const Said in = query(site, way, begun.code);
    REQUIRE_MESSAGE(in.text("type") == "access_token", in.body);
    const auto user = in.json()->getObject("user");
    CHECK(user->getValue<std::string>("name") == "ada");
    CHECK(user->getValue<bool>("is_admin"));
    CHECK(user->isObject("info"));
    CHECK(way.call(site, "POST", "/api/currentUser", in.text("access_token"), "{}").text("display_name") == "Ada L.");
    CHECK(query(site, way, begun.code).text("error").find("expired") != std::string::npos);
    // The browser's address again.
    const std::string again = there.walk(begun.url);
    browser.get(again.rfind(kCallback, 0) == 0 ? again.substr(std::string{kPublicUrl}.size()) : "/api/oidc/callback");
    CHECK(browser.answer.getStatus() == 403);
  }
}

TEST_CASE("a token that is not to be believed lets nobody in, at neither end, and no secret is in the log") {
  TestProvider there{kCallback};
  AccountsSite site{provider_of(there)};
  site.start();
  site.ready();
  for (const char* spoil : {"nonce", "expired", "issuer", "none", "stranger", "denied"}) {
    CAPTURE(spoil);
    there.tell(kAda);
    there.tell(R"({"spoil":")" + std::string{spoil} + R"("})");
    const Begun begun = begin(site, kWays[0]);
    Browser browser{site};
    browser.walk(there, begun.url);
    CHECK(browser.answer.getStatus() == 403);
    CHECK(browser.body.find("The sign-on was refused") != std::string::npos);
    CHECK(query(site, kWays[0], begun.code).text("error") == "The sign-on was refused");
  }
  CHECK(site.server().log_has("accounts.sign_on_refused", "algorithm"));
  const std::string log = site.server().log();
  for (const char* secret : {"a secret: + & %", "a%20secret", "code=", "eyJ"}) {
    CAPTURE(secret);
    CHECK(log.find(secret) == std::string::npos);
  }
}

TEST_CASE("the console's button leads there and back into a session of this browser alone") {
  TestProvider there{kCallback};
  there.tell(kAda);
  AccountsSite site{provider_of(there)};
  site.start();
  site.ready();
  CHECK(by_http(site, "GET", "/api/admin/v1/login/options", "", "")
            .json()
            ->getArray("providers")
            ->getElement<std::string>(0) == "acme");
  Browser browser{site};
  browser.get("/api/oidc/console?op=acme");
  CHECK(browser.answer.getStatus() == 303);
  const std::string back = there.walk(browser.answer.get("Location")).substr(std::string{kPublicUrl}.size());
  Browser other{site};
  other.get(back);
  CHECK(other.answer.getStatus() == 403);
  browser.get(back);
  CHECK(browser.answer.getStatus() == 303);
  CHECK(browser.answer.get("Location") == "/console/");
  browser.get("/api/admin/v1/me");
  CHECK(browser.answer.getStatus() == 200);
  CHECK(browser.body.find("\"ada\"") != std::string::npos);
  browser.get("/api/oidc/console?op=nobody");
  CHECK(browser.answer.getStatus() == 403);
}

}  // namespace
}  // namespace junctor::site
