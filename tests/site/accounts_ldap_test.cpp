// SPDX-License-Identifier: Apache-2.0
// A whole site whose people are in a directory: clients log in through HTTP and signalling, browsers at the console,
// the directory dies and comes back, somebody leaves.
#include <doctest/doctest.h>

#include "accounts_site.hpp"
#include "login_ldap/slapd.hpp"

namespace junctor::site {
namespace {

using login_ldap::Slapd;

std::string directory_of(const Slapd& slapd) {
  return "[login_ldap]\nurls = [\"" + slapd.plain() + "\"]\nca_file = \"" + slapd.certificate + "\"\nbind_dn = \"" +
         login_ldap::kReaderDn + "\"\nbind_password = \"" + login_ldap::kReaderPassword + "\"\nbase = \"" +
         login_ldap::kPeople + "\"\ngroup_base = \"" + login_ldap::kGroupsDn +
         "\"\nmap = [\"staff -> administrator\"]\ntimeout = \"30s\"\nretry = \"0s\"\n";
}

Said log_in(Site& site, const Way& way, const std::string& name, const std::string& password) {
  return way.call(site, "POST", "/api/login", "", login_body(name, password, "1"));
}

TEST_CASE("people of a directory log in, and local ones go on while it is away") {
  Slapd slapd;
  AccountsSite site{directory_of(slapd)};
  site.start();
  const std::string first = site.first_password();
  for (const Way& way : kWays) {
    CAPTURE(way.name);
    const Said in = log_in(site, way, "ada", "secret of Ada");
    REQUIRE_MESSAGE(in.text("type") == "access_token", in.body);
    CHECK(in.json()->getObject("user")->getValue<bool>("is_admin"));
    const Said me = way.call(site, "POST", "/api/currentUser", in.text("access_token"), "{}");
    CHECK(me.text("display_name") == "Ada");
    CHECK(log_in(site, way, "ada", "wrong").text("error") == "Wrong credentials");
    CHECK(log_in(site, way, "*", "secret of Ada").text("error") == "Wrong credentials");
  }
  const auto console = [&](const char* password) {
    return by_http(site, "POST", "/api/admin/v1/login", "",
                   std::string{R"({"name":"ada","password":")"} + password + R"("})");
  };
  const Said entered = console("secret of Ada");
  REQUIRE_MESSAGE(entered.status == 200, entered.body);
  CHECK(entered.text("status") == "ok");
  CHECK(console("wrong").status == 403);
  const auto options = by_http(site, "GET", "/api/admin/v1/login/options", "", "").json();
  CHECK(options->getValue<bool>("password"));
  CHECK(options->getArray("providers")->size() == 0);  // it sends nobody anywhere
  slapd.kill();
  CHECK(log_in(site, kWays[0], "bob", "secret of Bob").text("error").find("The directory does not answer") == 0);
  CHECK(log_in(site, kWays[0], "admin", first).text("type") == "access_token");
  CHECK(site.metric("login_ldap", "warning", "reason=directory_down") == 1);
  slapd.start();
  CHECK(log_in(site, kWays[0], "bob", "secret of Bob").text("type") == "access_token");
  CHECK(site.metric("login_ldap", "warning", "reason=directory_down") == 0);

  // Nothing that anybody typed, and nothing of ours, is in the log.
  const std::string log = site.server().log();
  for (const char* secret : {"secret of", login_ldap::kReaderPassword}) CHECK(log.find(secret) == std::string::npos);
}

TEST_CASE("who leaves the directory is disabled, unless too many seem to") {
  Slapd slapd;
  AccountsSite site{directory_of(slapd)};
  site.start();
  site.ready();
  const std::string token = log_in(site, kWays[0], "bob", "secret of Bob").text("access_token");
  REQUIRE(log_in(site, kWays[0], "ada", "secret of Ada").text("type") == "access_token");
  REQUIRE(log_in(site, kWays[0], "eve", "secret of Eve").text("type") == "access_token");
  const auto call = [&] { return by_http(site, "POST", "/api/currentUser", token, "{}").status; };
  slapd.modify(std::string{"dn: cn=Eve,"} + login_ldap::kPeople + "\nchangetype: delete\n\ndn: cn=Bob," +
               login_ldap::kPeople + "\nchangetype: delete\n");
  const testing::Finished braked = site.ctl({"directory", "sync", "ldap"});
  CHECK(braked.code != 0);
  CHECK((braked.out + braked.err).find("2 of 3 users are not in the directory any more") != std::string::npos);
  CHECK(call() == 200);
  const testing::Finished released = site.ctl({"directory", "sync", "ldap", "--release"});
  CHECK_MESSAGE(released.out.find("\"disabled\":2") != std::string::npos, (released.out + released.err));
  CHECK(call() == 401);
}

}  // namespace
}  // namespace junctor::site
