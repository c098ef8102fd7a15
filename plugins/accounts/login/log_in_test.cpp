// SPDX-License-Identifier: Apache-2.0
// Log-ins from password to session on a fake host: wording, limits, second factors, what a log-in sets.
#include "accounts/login/log_in.hpp"

#include "accounts/login/enrolment.hpp"
#include "accounts/login/session_of.hpp"
#include "accounts/login/totp.hpp"
#include "accounts/store/devices.hpp"
#include "accounts/store/factors.hpp"
#include "accounts/store/sessions.hpp"
#include "accounts/store/test_store.hpp"
#include "wire/base64.hpp"

namespace junctor::accounts {
namespace {

PasswordPolicy quick() {
  PasswordPolicy policy;
  policy.memory = 1 << 20;
  policy.passes = 1;
  return policy;
}

class LoginSite : public TestStore {
 public:
  LoginSite() { log_in.configure(settings); }

  Ref person(const std::string& name, bool admin = false) {
    User user;
    user.name = name;
    user.password = passwords.hash("correct horse");
    user.is_admin = admin;
    return add(user);
  }
  LoginAnswer first(const std::string& name, const std::string& password, const LoginFrom& from = device("1")) {
    return wait([&](LoginDone done) { log_in.first(name, password, from, std::move(done)); });
  }
  LoginAnswer second(const std::string& secret, const std::string& code, const LoginFrom& from = device("1")) {
    return wait([&](LoginDone done) { log_in.second(secret, "", code, from, std::move(done)); });
  }
  /// The secret that was enrolled.
  std::string enrol(Ref user) {
    const std::string secret = new_totp_secret();
    write([&](const Sql& sql, Touched&) {
      put_totp(sql, {user, sealer.seal(secret, "totp:" + std::to_string(user)), true, 0, now()});
      replace_backup_codes(sql, user, {sealer.mark("123456", "backup:" + std::to_string(user))});
      return Unit{};
    });
    return secret;
  }
  static LoginFrom device(const std::string& id) {
    LoginFrom from;
    from.id = id;
    from.uuid = wire::encode_base64("uuid" + id);
    from.address = "198.51.100.7";
    from.source = "source";
    return from;
  }

  const Sealer sealer{{1}};
  const Passwords passwords{quick()};
  LoginSettings settings;
  bool busy = false;
  std::unique_ptr<LogIn> made = host().on_control([this] {
    return std::make_unique<LogIn>(LogIn::Parts{plugin(), store(), sealer, passwords,
                                                [this](const std::function<void()>& job) {
                                                  if (busy) return false;
                                                  job();
                                                  return true;
                                                }},
                                   TicketLimits{});
  });
  LogIn& log_in = *made;

 private:
  template <class Ask>
  LoginAnswer wait(Ask ask) {
    auto answer = std::make_shared<std::optional<LoginAnswer>>();
    host().on_loop(0, [&] { ask([answer](const LoginAnswer& said) { *answer = said; }); });
    host().run_until_idle();
    REQUIRE(answer->has_value());
    return **answer;
  }
};

using Kind = LoginAnswer::Kind;

TEST_CASE("a right password gives a session that is found by its token's hash") {
  LoginSite site;
  const Ref ada = site.person("Ada");
  const LoginAnswer in = site.first("ada", "correct horse");
  CHECK(in.kind == Kind::kIn);
  CHECK(in.user.name == "Ada");
  const auto session = site.read([&](const Sql& sql) { return session_by_hash(sql, hash_of(in.token)).value(); });
  CHECK(session.user == ada);
  CHECK(session.device_id == "1");
  CHECK(session.method == "password");
  CHECK(site.read([&](const Sql& sql) {
    return sql.number("SELECT count(*) FROM {p}audit_login WHERE result = 'ok'");
  }) == 1);
  CHECK(site.read([&](const Sql& sql) { return user_by_id(sql, ada).value().last_login; }) == site.now());
}

TEST_CASE("unknown names, wrong passwords, other sources and disabled users with a wrong one read the same") {
  LoginSite site;
  site.person("ada");
  User ldap;
  ldap.name = "ldap";
  ldap.source = "ldap";
  ldap.password = site.passwords.hash("correct horse");
  site.add(ldap);
  User off;
  off.name = "off";
  off.password = site.passwords.hash("correct horse");
  off.status = UserStatus::kDisabled;
  site.add(off);
  for (const auto& [name, password] : {std::pair{"ada", "wrong"},
                                       {"nobody", "correct horse"},
                                       {"ldap", "correct horse"},
                                       {"off", "wrong"},
                                       {"", ""},
                                       {"\xff", "x"}}) {
    const LoginAnswer said = site.first(name, password);
    CHECK(said.kind == Kind::kRefused);
    CHECK(said.sentence == "Wrong credentials");
  }
  CHECK(site.first("off", "correct horse").sentence == "Account disabled");
  CHECK(site.host().metric("refused", "reason=wrong_credentials") == 6);
}

TEST_CASE("after six wrong ones the answer names the wait, a right one too, and other sources go on") {
  LoginSite site;
  site.person("ada");
  for (int i = 0; i < 6; ++i) site.first("ada", "wrong");
  CHECK(site.first("ada", "correct horse").sentence == "Too many failed attempts; please wait 60 seconds");
  CHECK(site.first("ADA", "correct horse").kind == Kind::kRefused);
  LoginFrom elsewhere = site.device("2");
  elsewhere.source = "elsewhere";
  CHECK(site.first("ada", "correct horse", elsewhere).kind == Kind::kIn);
  for (int i = 0; i < 6; ++i) site.first("nobody", "wrong", elsewhere);
  CHECK(site.first("nobody", "wrong", elsewhere).sentence == "Too many failed attempts; please wait 60 seconds");
  site.host().advance(std::chrono::seconds{60});
  CHECK(site.first("ada", "correct horse").kind == Kind::kIn);
}

TEST_CASE("a device that has been used before is not shut out by strangers at the same source") {
  LoginSite site;
  site.person("ada");
  CHECK(site.first("ada", "correct horse", site.device("hers")).kind == Kind::kIn);
  for (int i = 0; i < 10; ++i) site.first("ada", "wrong", site.device("strange"));
  CHECK(site.first("ada", "correct horse", site.device("strange")).kind == Kind::kRefused);
  CHECK(site.first("ada", "correct horse", site.device("hers")).kind == Kind::kIn);
}

TEST_CASE("with TOTP a code is asked for; a right one gets in, once, and the device is trusted then") {
  LoginSite site;
  const Ref ada = site.person("ada");
  const std::string secret = site.enrol(ada);
  const LoginAnswer asked = site.first("ada", "correct horse");
  CHECK(asked.kind == Kind::kFactor);
  CHECK(asked.token.empty());
  CHECK(site.second(asked.secret, "000000").sentence == "The verification code is incorrect or has expired");
  CHECK(site.second("another", totp_code(secret, totp_step_at(site.now()))).kind == Kind::kRefused);
  const std::string code = totp_code(secret, totp_step_at(site.now()));
  const LoginAnswer in = site.second(asked.secret, code);
  CHECK(in.kind == Kind::kIn);
  CHECK(site.read([&](const Sql& sql) { return session_by_hash(sql, hash_of(in.token)).value().method; }) ==
        "password+totp");

  CHECK(site.first("ada", "correct horse").kind == Kind::kIn);  // trusted
  const LoginAnswer again = site.first("ada", "correct horse", site.device("2"));
  CHECK(again.kind == Kind::kFactor);
  CHECK(site.second(again.secret, code, site.device("2")).kind == Kind::kRefused);      // used
  CHECK(site.second(again.secret, "123456", site.device("3")).kind == Kind::kRefused);  // another device's ticket
  CHECK(site.second(again.secret, "123456", site.device("2")).kind == Kind::kIn);       // a backup code
  const LoginAnswer third = site.first("ada", "correct horse", site.device("3"));
  CHECK(site.second(third.secret, "123456", site.device("3")).kind == Kind::kRefused);
}

TEST_CASE("wrong codes fill the account's bucket, so that new tickets do not help to guess") {
  LoginSite site;
  const Ref ada = site.person("ada");
  site.enrol(ada);
  int tries = 0;
  for (int i = 0; i < 20; ++i) {
    const LoginAnswer asked = site.first("ada", "correct horse");
    if (asked.kind != Kind::kFactor) break;
    for (int j = 0; j < 2; ++j) tries += site.second(asked.secret, "999999").sentence.substr(0, 3) == "The" ? 1 : 0;
  }
  CHECK(tries == 6);
}

TEST_CASE("a second factor that is due refuses clients, with the place to set it up, and lets the console in") {
  LoginSite site;
  site.person("ada");
  site.settings.second_factor = SecondFactor::kAll;
  site.settings.console_url = "https://rd.example.org";
  site.log_in.configure(site.settings);
  CHECK(site.first("ada", "correct horse").sentence ==
        "Two-factor authentication is required; please set it up at https://rd.example.org");
  LoginFrom console = site.device("");
  console.kind = SessionKind::kConsole;
  CHECK(site.first("ada", "correct horse", console).kind == Kind::kIn);
}

TEST_CASE("a log-in makes the device its user's where nobody's, and takes none from an administrator's assignment") {
  LoginSite site;
  const Ref ada = site.person("ada"), bob = site.person("bob");
  const auto device = [&](const std::string& id, Ref owner, AssignedBy by) {
    return site.write([&](const Sql& sql, Touched& touched) {
      Device made;
      made.device_id = id;
      made.uuid = "uuid" + id;
      const Ref ref = add_device(sql, made, site.now(), touched);
      set_device_owner(sql, ref, owner, by, touched);
      return ref;
    });
  };
  const auto owner = [&](Ref ref) {
    return site.read([&](const Sql& sql) { return device_by_ref(sql, ref).value().owner; });
  };
  const Ref free = device("1", kNoRef, AssignedBy::kNobody), bobs = device("2", bob, AssignedBy::kAdmin),
            by_login = device("3", bob, AssignedBy::kLogin), cleared = device("4", kNoRef, AssignedBy::kAdmin);
  for (const char* id : {"1", "2", "3", "4"})
    CHECK(site.first("ada", "correct horse", site.device(id)).kind == Kind::kIn);
  CHECK(owner(free) == ada);
  CHECK(owner(bobs) == bob);
  CHECK(owner(by_login) == ada);
  CHECK(owner(cleared) == kNoRef);
  LoginFrom lies = site.device("5");
  const Ref other = device("5", kNoRef, AssignedBy::kNobody);
  lies.uuid = wire::encode_base64("another machine");
  CHECK(site.first("ada", "correct horse", lies).kind == Kind::kIn);
  CHECK(owner(other) == kNoRef);
}

TEST_CASE("a full queue and a database that fails are answered in words, and nothing is half stored") {
  LoginSite site;
  site.person("ada");
  site.busy = true;
  CHECK(site.first("ada", "correct horse").sentence == "The server is busy; please try again");
  site.busy = false;
  site.raw().fail_next(JCT_E_IO);
  CHECK(site.first("ada", "correct horse").sentence == "The server cannot store this now; please try again later");
  CHECK(site.read([](const Sql& sql) { return sql.number("SELECT count(*) FROM {p}sessions"); }) == 0);
}

TEST_CASE("enrolment counts once a code of the new secret was given, and a second one needs the first") {
  LoginSite site;
  const Ref ada = site.person("ada");
  Enrolment enrolment{site.sealer, "Junctor", {}};
  const User user = site.read([&](const Sql& sql) { return user_by_id(sql, ada).value(); });
  const auto confirm = [&](const std::string& code, const std::string& present) {
    return site.write([&](const Sql& sql, Touched& touched) {
      return enrolment.confirm(sql, user, code, present, site.now(), touched);
    });
  };
  CHECK_THROWS_AS(confirm("000000", ""), Refused);
  enrolment.begin(user, site.now());
  CHECK_THROWS_AS(confirm("000000", ""), Refused);
  CHECK(site.first("ada", "correct horse").kind == Kind::kIn);  // not in force yet
  CHECK(enrolment.begin(user, site.now()).secret.size() == 32);
}

}  // namespace
}  // namespace junctor::accounts
