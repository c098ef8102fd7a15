// SPDX-License-Identifier: Apache-2.0
// Users of elsewhere: who is asked about whom, who becomes whom, and what groups give and take (accounts.md 13, 14).
#include "accounts/login/providers.hpp"

#include "accounts/login/persons.hpp"
#include "accounts/login/provider_site.hpp"
#include "accounts/login/totp.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/identities.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/user_groups.hpp"

namespace junctor::accounts {
namespace {

using Kind = LoginAnswer::Kind;

std::string enrol(ProviderSite& site, Ref user) {
  const std::string secret = new_totp_secret();
  site.write([&](const Sql& sql, Touched&) {
    put_totp(sql, {user, site.sealer.seal(secret, "totp:" + std::to_string(user)), true, 0, site.now()});
    return Unit{};
  });
  return secret;
}

Ref group(ProviderSite& site, const std::string& name) {
  return site.write([&](const Sql& sql, Touched& touched) {
    UserGroup made;
    made.name = name;
    return add_user_group(sql, made, site.now(), touched);
  });
}

std::string session_method(ProviderSite& site, const std::string& token) {
  return site.read([&](const Sql& sql) { return session_by_hash(sql, hash_of(token)).value().method; });
}

TEST_CASE("whom the directory knows becomes a user at his first log-in, and is the same one ever after") {
  ProviderSite site;
  site.directory.add("ada", "secret");
  site.directory.people["ada"].second.email = "ada@example.org";
  site.directory.people["ada"].second.display_name = "Ada L.";
  const LoginAnswer in = site.first("ada", "secret");
  CHECK(in.kind == Kind::kIn);
  CHECK(in.user.source == "ldap");
  CHECK(in.user.email == "ada@example.org");
  CHECK(session_method(site, in.token) == "ldap");
  // The name has changed there: the identity counts, and this site's name stays.
  site.directory.people["adele"] = site.directory.people["ada"];
  site.directory.people["adele"].second.name = "adele";
  site.directory.people["adele"].second.display_name = "Adele L.";
  const LoginAnswer renamed = site.first("adele", "secret");
  CHECK(renamed.kind == Kind::kIn);
  CHECK(renamed.user.id == in.user.id);
  CHECK(site.user("ada")->display_name == "Adele L.");
}

TEST_CASE("a local user's password is shown to no directory") {
  ProviderSite site;
  site.local("ada");
  site.directory.add("ada", "secret");
  CHECK(site.first("ada", "secret").sentence == "Wrong credentials");
  CHECK(site.first("ada", "correct horse").kind == Kind::kIn);
  CHECK(site.directory.asked.empty());
  CHECK(site.first("nobody", "").sentence == "Wrong credentials");
  CHECK(site.directory.asked.empty());
}

TEST_CASE("wrong passwords of a directory read and count like any") {
  ProviderSite site;
  site.directory.add("ada", "secret");
  for (int i = 0; i < 3; ++i) CHECK(site.first("ada", "wrong").sentence == "Wrong credentials");
  for (int i = 0; i < 3; ++i) CHECK(site.first("ADA", "wrong").sentence == "Wrong credentials");
  CHECK(site.first("ada", "secret").sentence == "Too many failed attempts; please wait 60 seconds");
  CHECK(site.host().metric("refused", "reason=wrong_credentials") == 6);
}

TEST_CASE("a directory that is down is said, counts against nobody, and local users go on") {
  ProviderSite site;
  site.local("root", true);
  site.directory.add("ada", "secret");
  site.directory.is_down = true;
  for (int i = 0; i < 10; ++i) {
    CHECK(site.first("ada", "secret").sentence == "The directory does not answer; please try again later");
  }
  CHECK(site.first("root", "correct horse").kind == Kind::kIn);
  site.directory.is_down = false;
  CHECK(site.first("ada", "secret").kind == Kind::kIn);
}

TEST_CASE("a name or a mail address that is taken is refused with the reason, and linked to nobody") {
  ProviderSite site;
  User bob;
  bob.name = "bob";
  bob.email = "bob@example.org";
  const Ref taken = site.add(bob);
  CHECK(site.enter(site.person("Bob")).sentence.find("There is a user named Bob already") == 0);
  LoginPerson other = site.person("robert");
  other.email = "BOB@example.org";
  other.mail_verified = true;
  CHECK(site.enter(other).sentence == "This mail address is another user's");
  CHECK(site.read([&](const Sql& sql) { return identities_of_user(sql, taken).size(); }) == 0);
  CHECK_FALSE(site.user("robert").has_value());
}

TEST_CASE("a verified mail address links where that is allowed, one that is not verified never") {
  ProviderSite site;
  site.away.flags |= JCT_LOGIN_LINKS_MAIL;
  User bob;
  bob.name = "bob";
  bob.email = "bob@example.org";
  const Ref there = site.add(bob);
  LoginPerson robert = site.person("robert");
  robert.email = "bob@example.org";
  CHECK(site.enter(robert).kind == Kind::kRefused);
  robert.mail_verified = true;
  const LoginAnswer in = site.enter(robert);
  CHECK(in.kind == Kind::kIn);
  CHECK(in.user.id == there);
  CHECK(in.user.source == "local");
  CHECK(session_method(site, in.token) == "oidc");
}

TEST_CASE("nobody is made where the provider makes nobody") {
  ProviderSite site;
  site.away.flags = JCT_LOGIN_READY;
  CHECK(site.enter(site.person("ada")).sentence == "You have no account here; please ask an administrator");
}

TEST_CASE("an administrator hands a user over to a provider, and his next log-in there links him") {
  ProviderSite site;
  User ada;
  ada.name = "ada";
  ada.source = "ldap";
  const Ref there = site.add(ada);
  CHECK(site.enter(site.person("ada")).kind == Kind::kRefused);  // to the directory, not to acme
  site.directory.add("ada", "secret");
  CHECK(site.first("ada", "secret").user.id == there);
}

TEST_CASE("who may not in is told why, and is not made") {
  ProviderSite site;
  LoginPerson ada = site.person("ada");
  ada.refused = "Your account is in a group that may not log in here";
  CHECK(site.enter(ada).sentence == ada.refused);
  LoginPerson off = site.person("off");
  off.disabled = true;
  CHECK(site.enter(off).sentence == "Account disabled");
  CHECK_FALSE(site.user("ada").has_value());
  CHECK_FALSE(site.user("off").has_value());
  LoginPerson empty = site.person("empty");
  empty.subject.clear();
  CHECK(site.enter(empty).kind == Kind::kRefused);
  CHECK(site.host().metric("refused", "reason=provider_refused") == 3);
}

TEST_CASE("groups of elsewhere move, add and take back what they gave, and leave alone what was set by hand") {
  ProviderSite site;
  const Ref ops = group(site, "Operators"), night = group(site, "Night"), own = group(site, "Own");
  LoginPerson ada = site.person("ada");
  ada.rules = true;
  ada.groups = {"Operators", "Night", "Nowhere"};
  const Ref id = site.enter(ada).user.id;
  CHECK(site.user("ada")->group == ops);
  CHECK(site.read([&](const Sql& sql) { return extra_groups_of(sql, id); }) == std::vector<Ref>{night});
  CHECK(site.host().lines_of("accounts.unknown_in_map") == 1);
  site.write([&](const Sql& sql, Touched& touched) {
    set_extra_groups(sql, id, {night, own}, touched);
    return Unit{};
  });
  ada.groups = {"Night"};
  site.enter(ada);
  CHECK(site.user("ada")->group == night);
  CHECK(site.read([&](const Sql& sql) { return extra_groups_of(sql, id); }) == std::vector<Ref>{own});
  site.write([&](const Sql& sql, Touched& touched) {
    move_user(sql, id, own, touched);
    return Unit{};
  });
  ada.groups = {"Operators"};
  site.enter(ada);
  CHECK(site.user("ada")->group == own);
}

TEST_CASE("an administrator by group is one while he is in it, and the last one stays") {
  ProviderSite site;
  LoginPerson ada = site.person("ada");
  ada.rules = true;
  ada.admin = true;
  site.enter(ada);
  CHECK(site.user("ada")->is_admin);
  ada.admin = false;
  site.enter(ada);
  CHECK(site.user("ada")->is_admin);
  site.local("root", true);
  site.enter(ada);
  CHECK_FALSE(site.user("ada")->is_admin);
  // One by hand is not the provider's to take.
  site.write([&](const Sql& sql, Touched& touched) {
    User by_hand = user_by_name(sql, "ada").value();
    by_hand.is_admin = true;
    update_user(sql, by_hand, touched);
    return Unit{};
  });
  site.enter(ada);
  CHECK(site.user("ada")->is_admin);
}

TEST_CASE("the site's second factor follows a directory's password, and another site's word only where that is set") {
  ProviderSite site;
  site.directory.add("ada", "secret");
  const std::string of_ada = enrol(site, site.first("ada", "secret").user.id);
  const LoginAnswer asked = site.first("ada", "secret");
  REQUIRE(asked.kind == Kind::kFactor);
  const LoginAnswer in = site.second(asked.secret, totp_code(of_ada, site.now() / 30));
  CHECK(in.kind == Kind::kIn);
  CHECK(session_method(site, in.token) == "ldap+totp");

  enrol(site, site.enter(site.person("bob")).user.id);
  CHECK(site.enter(site.person("bob")).kind == Kind::kIn);
  site.away.flags |= JCT_LOGIN_LOCAL_FACTOR;
  CHECK(site.enter(site.person("bob")).kind == Kind::kFactor);
}

TEST_CASE("with passwords off a local administrator gets in, and everybody while no provider works") {
  ProviderSite site;
  site.local("root", true);
  site.local("ada");
  site.settings.password_login = PasswordLogin::kOff;
  site.log_in->configure(site.settings);
  CHECK(site.first("root", "correct horse").kind == Kind::kIn);
  CHECK(site.first("ada", "correct horse").sentence == "Please log in with single sign-on");
  site.directory.add("bob", "secret");
  CHECK(site.first("bob", "secret").kind == Kind::kIn);
  site.directory.is_down = site.away.is_down = true;
  CHECK(site.first("ada", "correct horse").kind == Kind::kIn);
}

TEST_CASE("of two providers of one name the first counts, and names that are none are left out") {
  ProviderSite site;
  site.away.name = "directory";
  CHECK(site.providers->all().size() == 1);
  CHECK(site.providers->all()[0].checks_passwords);
  site.away.name = "a/b";
  CHECK(site.providers->all().size() == 1);
  site.away.name = "acme";
  CHECK(site.providers->all().size() == 2);
}

}  // namespace
}  // namespace junctor::accounts
