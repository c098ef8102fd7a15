// SPDX-License-Identifier: Apache-2.0
// For tests: log-ins on a fake host with a directory and a site that sends people back, both obeying the test.
#pragma once

#include <junctor/testing/fake_login.hpp>

#include <memory>
#include <string>

#include "accounts/login/log_in.hpp"
#include "accounts/store/test_store.hpp"

namespace junctor::accounts {

class ProviderSite : public TestStore {
 public:
  ProviderSite() {
    away.kind = JCT_LOGIN_REDIRECT;
    away.name = "acme";
    away.issuer.clear();
    host().services().provide_for_plugin(JCT_LOGIN_SERVICE, testing::FakeLoginProvider::service(), &directory, "ldap");
    host().services().provide_for_plugin(JCT_LOGIN_SERVICE, testing::FakeLoginProvider::service(), &away, "oidc");
    host().on_control([this] {
      providers = std::make_unique<Providers>(plugin());
      const auto now = [](const std::function<void()>& job) {
        job();
        return true;
      };
      log_in = std::make_unique<LogIn>(LogIn::Parts{plugin(), store(), sealer, passwords, now, providers.get()},
                                       TicketLimits{});
    });
    log_in->configure(settings);
  }

  LoginAnswer first(const std::string& name, const std::string& password) {
    return wait([&](LoginDone done) { log_in->first(name, password, from(), std::move(done)); });
  }
  LoginAnswer second(const std::string& secret, const std::string& code) {
    return wait([&](LoginDone done) { log_in->second(secret, "", code, from(), std::move(done)); });
  }
  LoginAnswer enter(const LoginPerson& person) {
    const ProviderInfo provider = providers->named("acme").value();
    return wait([&](LoginDone done) { log_in->enter(provider, person, from(), std::move(done)); });
  }
  /// Somebody whom acme sends back.
  static LoginPerson person(const std::string& name) {
    LoginPerson made;
    made.issuer = "https://idp.example.org";
    made.subject = "subject of " + name;
    made.name = name;
    return made;
  }
  Ref local(const std::string& name, bool admin = false) {
    User user;
    user.name = name;
    user.password = passwords.hash("correct horse");
    user.is_admin = admin;
    return add(user);
  }
  std::optional<User> user(const std::string& name) {
    return read([&](const Sql& sql) { return user_by_name(sql, name); });
  }
  static LoginFrom from() {
    LoginFrom device;
    device.id = "1";
    device.uuid = "dXVpZDE=";
    device.address = "198.51.100.7";
    device.source = "source";
    return device;
  }

  const Sealer sealer{{1}};
  const Passwords passwords{[] {
    PasswordPolicy quick;
    quick.memory = 1 << 20;
    quick.passes = 1;
    return quick;
  }()};
  LoginSettings settings;
  testing::FakeLoginProvider directory, away;
  std::unique_ptr<Providers> providers;
  std::unique_ptr<LogIn> log_in;

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

}  // namespace junctor::accounts
