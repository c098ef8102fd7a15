// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, asked by login/1 as accounts asks it, with oidc-provider behind.
#include <junctor/testing/fake_login.hpp>

#include "test_provider.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::login_oidc {
namespace {

using testing::FakeHost;
using testing::LoginHeard;
using testing::PluginUnderTest;
using testing::Settings;

constexpr const char* kCallback = "http://127.0.0.1:2/api/oidc/callback";

TestProvider& there() {
  static TestProvider one{kCallback};
  return one;
}

Settings settings() {
  return {{"provider[0].name", "acme"},
          {"provider[0].title", "Acme"},
          {"provider[0].issuer", there().issuer},
          {"provider[0].client_id", "junctor"},
          {"provider[0].client_secret", "a secret: + & %"},
          {"provider[0].ca_file", there().certificate},
          {"provider[0].map", "devs -> group Developers"},
          {"timeout", "60s"}};
}

struct Running {
  explicit Running(const Settings& with = settings()) : plugin{host, junctor_plugin_v1(), with} {
    plugin.start();
    // The fake host's clock is not the provider's.
    host.set_wall(static_cast<uint64_t>(::time(nullptr)) * 1'000'000);
  }

  LoginHeard begin(const std::string& name = "acme") {
    LoginHeard heard;
    const jct_login_begun done = heard.begun();
    host.on_loop(0, [&] { table().begin(self(), str(name), str("s1"), str(kCallback), &done); });
    host.run_until_idle();
    REQUIRE(heard.answered);
    return heard;
  }
  LoginHeard finish(const std::string& query) {
    LoginHeard heard;
    const jct_login_done done = heard.done();
    host.on_loop(0, [&] { table().finish(self(), str("acme"), str("s1"), str(kCallback), str(query), &done); });
    host.run_until_idle();
    REQUIRE(heard.answered);
    return heard;
  }
  std::vector<std::pair<std::string, uint32_t>> told() {
    std::vector<std::pair<std::string, uint32_t>> all;
    table().providers(self(), &all, [](void* to, const jct_login_provider* one) {
      CHECK(one->kind == JCT_LOGIN_REDIRECT);
      static_cast<std::vector<std::pair<std::string, uint32_t>>*>(to)->emplace_back(view(one->name), one->flags);
    });
    return all;
  }
  const jct_login_service& table() { return plugin.service<jct_login_service>(JCT_LOGIN_SERVICE); }
  void* self() { return plugin.service_self(JCT_LOGIN_SERVICE); }

  FakeHost host;
  PluginUnderTest plugin;
};

TEST_CASE("away and back, with what the groups mean") {
  there().tell(kAda);
  Running site;
  const LoginHeard away = site.begin();
  REQUIRE(away.status == JCT_OK);
  const std::string back = there().walk(away.url);
  REQUIRE(back.rfind(kCallback, 0) == 0);
  const LoginHeard ada = site.finish(back.substr(back.find('?') + 1));
  CHECK(ada.status == JCT_OK);
  CHECK(ada.person.name == "ada");
  CHECK(ada.person.groups == std::vector<std::string>{"Developers"});
  CHECK(site.finish("state=s1&code=x").status == JCT_E_DENIED);
  CHECK(site.host.metric("sign_ons", "result=believed") == 1);
  CHECK(site.host.metric("sign_ons", "result=refused") == 1);
  CHECK(site.begin("other").status == JCT_E_NOT_FOUND);
}

TEST_CASE("a provider that is away is warned of, and a reload may mend it") {
  there().tell(kAda);
  Settings wrong = settings();
  wrong["provider[0].issuer"] = "https://localhost:1";
  Running site{wrong};
  CHECK(site.told() == std::vector<std::pair<std::string, uint32_t>>{{"acme", JCT_LOGIN_READY | JCT_LOGIN_CREATES}});
  CHECK(site.begin().status == JCT_E_CLOSED);
  CHECK(site.told() == std::vector<std::pair<std::string, uint32_t>>{{"acme", JCT_LOGIN_CREATES}});
  CHECK(site.host.metric("warning", "reason=sign_on_down") == 1);
  CHECK(site.host.lines_of("login.sign_on_down") == 1);
  site.plugin.reload(settings());
  CHECK(site.host.metric("warning", "reason=sign_on_down") == 0);
  CHECK(site.begin().status == JCT_OK);
}

TEST_CASE("one that is not enabled is not there") {
  Settings off = settings();
  off["provider[0].enabled"] = "false";
  CHECK(Running{off}.told().empty());
  CHECK(Running{{}}.told().empty());
}

TEST_CASE("what cannot work is refused in words that say the mend") {
  const auto refuses = [](const std::string& option, const std::string& value, const char* words) {
    Settings with = settings();
    with["provider[0]." + option] = value;
    FakeHost host;
    CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1(), with}), doctest::Contains(words), Error);
  };
  refuses("name", "a b", "name: expected letters");
  refuses("issuer", "http://id.example.org", "issuer: expected an https address");
  refuses("issuer", "http://8.8.8.8", "issuer: expected an https address");
  refuses("issuer", "https://id.example.org/?x=y", "issuer: expected an https address");
  refuses("scopes", "profile", "\"openid\" has to be among them");
  refuses("client_id", "", "client_id: expected");
  refuses("map", "devs", "map: expected \"VALUE -> group NAME\"");
  refuses("unmapped", "default", "needs default_group");
}

}  // namespace
}  // namespace junctor::login_oidc
