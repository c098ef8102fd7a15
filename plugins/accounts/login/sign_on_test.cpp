// SPDX-License-Identifier: Apache-2.0
// Log-ins by way of another site, from both ends: who began fetches it, once, and nobody else (http-api.md 2.5).
#include "accounts/login/sign_on.hpp"

#include <junctor/http_text.hpp>

#include "accounts/login/provider_site.hpp"
#include "accounts/store/sessions.hpp"

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;
using Kind = LoginAnswer::Kind;

struct SignOnSite : ProviderSite {
  SignOnSite() {
    host().on_control([this] {
      sign_on = std::make_unique<SignOn>(SignOn::Parts{plugin(), *providers, *log_in}, SignOnLimits{300, 5, 3});
    });
    sign_on->set_public_url("https://rd.example.org/");
  }

  SignOn::Begun begin(const LoginFrom& by = from(), const std::string& name = "acme") {
    std::optional<SignOn::Begun> begun;
    host().on_loop(0, [&] { sign_on->begin(name, by, [&](const SignOn::Begun& said) { begun = said; }); });
    host().run_until_idle();
    return begun.value();
  }
  /// The browser comes back as this person.
  std::string come_back(const SignOn::Begun& begun, const LoginPerson& person, const std::string& browser = {}) {
    const std::string query = "state=" + http::form_value(begun.url.substr(begun.url.find('?') + 1), "state").value();
    away.returns[query] = person;
    return come_back(query, browser);
  }
  std::string come_back(const std::string& query, const std::string& browser = {}) {
    std::optional<std::string> refused;
    host().on_loop(0, [&] {
      sign_on->come_back(query, browser, [&](const SignOn::Returned& said, const std::optional<LoginAnswer>& in) {
        refused = said.refused;
        entered = in;
      });
    });
    host().run_until_idle();
    return refused.value();
  }
  std::optional<LoginAnswer> fetch(const std::string& code, const LoginFrom& by = from()) {
    std::optional<std::optional<LoginAnswer>> got;
    host().on_loop(0, [&] { sign_on->fetch(code, by, [&](const auto& said) { got = said; }); });
    host().run_until_idle();
    return got.value();
  }
  static LoginFrom console() {
    LoginFrom browser = from();
    browser.kind = SessionKind::kConsole;
    browser.id.clear();
    return browser;
  }

  std::unique_ptr<SignOn> sign_on;
  std::optional<LoginAnswer> entered;
};

constexpr const char* kExpired = "This sign-on has expired; please try again";

TEST_CASE("a client waits, the browser comes back, the client fetches its session once") {
  SignOnSite site;
  const SignOn::Begun begun = site.begin();
  CHECK(begun.refused.empty());
  CHECK(begun.code.size() == 43);
  CHECK(begun.browser.empty());
  CHECK(begun.url.find("&to=https://rd.example.org/api/oidc/callback") != std::string::npos);
  CHECK(begun.url.find(begun.code) == std::string::npos);
  CHECK_FALSE(site.fetch(begun.code).has_value());
  CHECK(site.come_back(begun, site.person("ada")).empty());
  CHECK_FALSE(site.entered.has_value());
  CHECK_FALSE(site.user("ada").has_value());  // not before it is fetched
  const auto in = site.fetch(begun.code);
  REQUIRE(in.has_value());
  CHECK(in->kind == Kind::kIn);
  const auto session = site.read([&](const Sql& sql) { return session_by_hash(sql, hash_of(in->token)).value(); });
  CHECK(session.device_id == "1");
  CHECK(session.method == "oidc");
  CHECK(site.fetch(begun.code)->sentence == kExpired);
}

TEST_CASE("another device does not get it, and the first one still does") {
  SignOnSite site;
  const SignOn::Begun begun = site.begin();
  site.come_back(begun, site.person("ada"));
  LoginFrom other = site.from();
  other.uuid = "b3RoZXI=";
  CHECK(site.fetch(begun.code, other)->sentence == kExpired);
  other = site.from();
  other.id = "2";
  CHECK(site.fetch(begun.code, other)->sentence == kExpired);
  CHECK(site.fetch(begun.code)->kind == Kind::kIn);
}

TEST_CASE("a state comes back once, in time, and is nothing that anybody made up") {
  SignOnSite site;
  const SignOn::Begun begun = site.begin();
  CHECK(site.come_back("state=made+up") == kExpired);
  CHECK(site.come_back("") == kExpired);
  CHECK(site.come_back(begun, site.person("ada")).empty());
  CHECK(site.come_back(begun, site.person("eve")) == kExpired);
  CHECK(site.fetch(begun.code)->user.name == "ada");
  const SignOn::Begun late = site.begin();
  site.host().advance(301s);
  CHECK(site.come_back(late, site.person("ada")) == kExpired);
  CHECK(site.fetch(late.code)->sentence == kExpired);
}

TEST_CASE("what the provider does not vouch for ends at both ends, with the reason where there is one for people") {
  SignOnSite site;
  const SignOn::Begun begun = site.begin();
  const std::string state = http::form_value(begun.url.substr(begun.url.find('?') + 1), "state").value();
  CHECK(site.come_back("state=" + state + "&error=access_denied") == "The sign-on was refused");
  CHECK(site.fetch(begun.code)->sentence == "The sign-on was refused");
  LoginPerson eve = site.person("eve");
  eve.refused = "Your account is in a group that may not log in here";
  const SignOn::Begun again = site.begin();
  CHECK(site.come_back(again, eve) == eve.refused);
  CHECK(site.fetch(again.code)->sentence == eve.refused);
  site.away.is_down = true;
  CHECK(site.begin().refused == "The sign-on does not answer; please try again later");
}

TEST_CASE("a name that is taken is said to the client") {
  SignOnSite site;
  site.local("ada");
  const SignOn::Begun begun = site.begin();
  CHECK(site.come_back(begun, site.person("ada")).empty());
  CHECK(site.fetch(begun.code)->sentence.find("There is a user named ada already") == 0);
}

TEST_CASE("a console's sign-on ends in the browser that began it, and in no other") {
  SignOnSite site;
  const SignOn::Begun begun = site.begin(site.console());
  CHECK(begun.browser.size() == 43);
  CHECK(site.come_back(begun, site.person("ada"), "another browser") == kExpired);
  CHECK(site.come_back(begun, site.person("ada")) == kExpired);
  CHECK(site.come_back(begun, site.person("ada"), begun.browser).empty());
  REQUIRE(site.entered.has_value());
  CHECK(site.entered->kind == Kind::kIn);
  CHECK(site.fetch(begun.code)->sentence == kExpired);
}

TEST_CASE("the table is bounded, each source has its share, and time makes room") {
  SignOnSite site;
  for (int i = 0; i < 3; ++i) CHECK(site.begin().refused.empty());
  CHECK(site.begin().refused.find("Too many sign-ons") == 0);
  LoginFrom other = site.from();
  other.source = "other";
  for (int i = 0; i < 2; ++i) CHECK(site.begin(other).refused.empty());
  CHECK(site.begin(other).refused.find("Too many sign-ons") == 0);
  site.host().advance(301s);
  CHECK(site.begin().refused.empty());
  CHECK(site.host().metric("refused", "reason=sign_ons_open") == 2);
}

TEST_CASE("without a public address, or a provider of the name, nobody is sent anywhere") {
  SignOnSite site;
  CHECK(site.begin(site.from(), "directory").refused == "There is no sign-on of this name here");
  CHECK(site.begin(site.from(), "nobody").refused == "There is no sign-on of this name here");
  site.sign_on->set_public_url("");
  CHECK(site.begin().refused.find("public_url is missing") != std::string::npos);
  CHECK(site.away.asked.empty());
}

}  // namespace
}  // namespace junctor::accounts
