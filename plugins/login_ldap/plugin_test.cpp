// SPDX-License-Identifier: Apache-2.0
// The plugin on a fake host, asked by login/1 as accounts asks it, with a real slapd behind.
#include <junctor/testing/fake_login.hpp>

#include "slapd.hpp"

extern "C" const jct_plugin* junctor_plugin_v1(void);

namespace junctor::login_ldap {
namespace {

using namespace std::chrono_literals;
using testing::FakeHost;
using testing::LoginHeard;
using testing::PluginUnderTest;
using testing::Settings;

Settings settings_for(const Slapd& server) {
  return {{"urls", server.plain()}, {"ca_file", server.certificate},
          {"bind_dn", kReaderDn},   {"bind_password", kReaderPassword},
          {"base", kPeople},        {"group_base", kGroupsDn},
          {"timeout", "60s"},       {"map", "staff -> group Staff"}};
}

struct Running {
  explicit Running(const Settings& settings) : plugin{host, junctor_plugin_v1(), settings} { plugin.start(); }

  LoginHeard check(const std::string& name, const std::string& password) {
    LoginHeard heard;
    const jct_login_done done = heard.done();
    host.on_loop(0, [&] { table().check(self(), str("ldap"), str(name), str(password), &done); });
    host.run_until_idle();
    REQUIRE(heard.answered);
    return heard;
  }
  LoginHeard persons(const std::vector<std::string>& subjects) {
    LoginHeard heard;
    const jct_login_rows rows = heard.rows();
    std::vector<jct_str> views;
    for (const std::string& one : subjects) views.push_back(str(one));
    host.on_loop(0, [&] { table().persons(self(), str("ldap"), views.data(), views.size(), &rows); });
    host.run_until_idle();
    REQUIRE(heard.answered);
    return heard;
  }
  /// What it says of itself: nothing, or its flags.
  std::optional<uint32_t> flags() {
    std::optional<uint32_t> told;
    table().providers(self(), &told, [](void* to, const jct_login_provider* provider) {
      CHECK(view(provider->name) == "ldap");
      CHECK(view(provider->issuer) == "ldap:ldap");
      CHECK(provider->kind == JCT_LOGIN_PASSWORD);
      *static_cast<std::optional<uint32_t>*>(to) = provider->flags;
    });
    return told;
  }
  const jct_login_service& table() { return plugin.service<jct_login_service>(JCT_LOGIN_SERVICE); }
  void* self() { return plugin.service_self(JCT_LOGIN_SERVICE); }

  FakeHost host;
  PluginUnderTest plugin;
};

TEST_CASE("a right password is answered with the person and what his groups mean") {
  Running site{settings_for(slapd())};
  const LoginHeard ada = site.check("ada", "secret of Ada");
  CHECK(ada.status == JCT_OK);
  CHECK(ada.person.name == "ada");
  CHECK(ada.person.rules);
  CHECK(ada.person.groups == std::vector<std::string>{"Staff"});
  CHECK(site.check("ada", "wrong").status == JCT_E_DENIED);
  CHECK(site.check("nobody", "wrong").status == JCT_E_NOT_FOUND);
  CHECK(site.host.metric("checked", "result=right") == 1);
  CHECK(site.host.metric("checked", "result=wrong") == 1);
  CHECK(site.host.metric("checked", "result=unknown") == 1);
  CHECK(site.host.metric("up") == 1);
  const LoginHeard there = site.persons({ada.person.subject, "gone"});
  CHECK(there.status == JCT_OK);
  REQUIRE(there.persons.size() == 1);
  CHECK(there.persons[0].name == "ada");
}

TEST_CASE("a directory that dies is warned of, spared for a while, and welcomed back") {
  Slapd mortal;
  Running site{settings_for(mortal)};
  CHECK(site.flags() == (JCT_LOGIN_READY | JCT_LOGIN_CREATES));
  mortal.kill();
  CHECK(site.check("ada", "secret of Ada").status == JCT_E_CLOSED);
  CHECK(site.flags() == JCT_LOGIN_CREATES);
  CHECK(site.host.metric("warning", "reason=directory_down") == 1);
  CHECK(site.host.metric("up") == 0);
  CHECK(site.host.lines_of("login.directory_down") == 1);
  CHECK(site.persons({"x"}).status == JCT_E_CLOSED);
  mortal.start();
  CHECK(site.check("ada", "secret of Ada").status == JCT_E_CLOSED);  // spared
  CHECK(site.host.metric("failures") == 2);
  site.host.advance(5s);
  CHECK(site.check("ada", "secret of Ada").status == JCT_OK);
  CHECK(site.host.metric("warning", "reason=directory_down") == 0);
  CHECK(site.host.lines_of("login.directory_up") == 1);
}

TEST_CASE("junctorctl shows an entry and what it means") {
  Running site{settings_for(slapd())};
  const auto shown = site.host.services().ask("login_ldap test", R"({"args":["ada"]})");
  site.host.run_until_idle();
  REQUIRE(shown->has_value());
  CHECK((*shown)->json.find(R"("dn":"cn=Ada,ou=people,dc=example,dc=org")") != std::string::npos);
  CHECK((*shown)->json.find(R"("user_groups":["Staff"])") != std::string::npos);
  CHECK((*shown)->json.find("secret") == std::string::npos);
}

TEST_CASE("without servers there is no provider") {
  Running site{{}};
  CHECK_FALSE(site.flags().has_value());
  CHECK(site.check("ada", "x").status == JCT_E_NOT_FOUND);
}

TEST_CASE("more questions than may wait are refused") {
  Settings few = settings_for(slapd());
  few.insert({"waiting", "1"});
  few.insert({"at_once", "1"});
  Running site{few};
  LoginHeard first, second;
  const jct_login_done one = first.done();
  const jct_login_done two = second.done();
  site.host.on_loop(0, [&] {
    site.table().check(site.self(), str("ldap"), str("ada"), str("secret of Ada"), &one);
    site.table().check(site.self(), str("ldap"), str("ada"), str("secret of Ada"), &two);
    CHECK(second.status == JCT_E_LIMIT);
  });
  site.host.run_until_idle();
  CHECK(first.status == JCT_OK);
}

TEST_CASE("what cannot work is refused in words that say the mend") {
  const auto refuses = [](const std::string& option, const std::string& value, const char* words) {
    Settings settings = settings_for(slapd());
    settings[option] = value;
    FakeHost host;
    CHECK_THROWS_WITH_AS((PluginUnderTest{host, junctor_plugin_v1(), settings}), doctest::Contains(words), Error);
  };
  refuses("urls", "directory.example.org", "urls: expected ldap://host");
  refuses("urls", "ldap://host/dc=example,dc=org??sub", "urls: expected ldap://host");
  refuses("base", "", "base: expected the DN");
  refuses("base", "people", "base: expected a DN");
  refuses("bind_password", "", "bind_password: bind_dn needs one");
  refuses("filter", "objectClass=person", "filter: expected a filter");
  refuses("user_attributes", "uid)(x", "user_attributes: expected an attribute's name");
  refuses("map", "staff = Staff", "map: expected \"VALUE -> group NAME\"");
  refuses("unmapped", "default", "unmapped: \"default\" needs default_group");
  refuses("name", "a b", "name: expected letters");
}

}  // namespace
}  // namespace junctor::login_ldap
