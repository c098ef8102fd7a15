// SPDX-License-Identifier: Apache-2.0
// Both ends of login/1 for tests: a provider that knows what the test says, and somebody who asks a provider. One
// thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "../login.hpp"
#include "fake_host.hpp"

namespace junctor::testing {

/// A provider: host.services().provide_for_plugin("login/1", FakeLoginProvider::service(), &provider, "mine").
class FakeLoginProvider {
 public:
  uint32_t kind = JCT_LOGIN_PASSWORD;
  std::string name = "directory", title, issuer = "ldap:directory";
  uint32_t flags = JCT_LOGIN_READY | JCT_LOGIN_CREATES;
  uint64_t sync_seconds = 0;
  uint32_t sync_brake = 20;
  bool is_down = false;
  /// By name: password and person.
  std::map<std::string, std::pair<std::string, LoginPerson>> people;
  /// REDIRECT: by the query with which the browser comes back.
  std::map<std::string, LoginPerson> returns;
  std::vector<std::string> asked;  ///< names, and states

  void add(const std::string& who, const std::string& password) {
    LoginPerson person;
    person.issuer = issuer;
    person.subject = "subject of " + who;
    person.name = who;
    people[who] = {password, person};
  }

  static const jct_login_service* service() {
    static constexpr jct_login_service kService{
        sizeof(jct_login_service),
        0,
        [](void* self, void* to, void (*each)(void*, const jct_login_provider*)) { of(self).tell(to, each); },
        [](void* self, jct_str, jct_str who, jct_str password, const jct_login_done* done) {
          of(self).check(std::string{view(who)}, view(password), LoginAsker{*done});
        },
        [](void* self, jct_str, jct_str state, jct_str callback, const jct_login_begun* done) {
          LoginBeginner begun{*done};
          of(self).asked.emplace_back(view(state));
          if (of(self).is_down) return begun.fail(JCT_E_CLOSED, "away");
          begun.ok("https://idp.example.org/?state=" + std::string{view(state)} + "&to=" + std::string{view(callback)});
        },
        [](void* self, jct_str, jct_str state, jct_str, jct_str query, const jct_login_done* done) {
          LoginAsker asker{*done};
          of(self).asked.emplace_back(view(state));
          const auto at = of(self).returns.find(std::string{view(query)});
          if (of(self).is_down) return asker.fail(JCT_E_CLOSED, "away");
          at == of(self).returns.end() ? asker.fail(JCT_E_DENIED, "not to be believed") : asker.ok(at->second);
        },
        [](void* self, jct_str, const jct_str* subjects, uint64_t count, const jct_login_rows* rows) {
          LoginRows out{*rows};
          if (of(self).is_down) return out.end(JCT_E_CLOSED, "away");
          for (uint64_t i = 0; i < count; ++i) {
            for (const auto& [_, known] : of(self).people) {
              if (known.second.subject == view(subjects[i])) out.row(known.second);
            }
          }
          out.end(JCT_OK, {});
        }};
    return &kService;
  }

 private:
  static FakeLoginProvider& of(void* self) { return *static_cast<FakeLoginProvider*>(self); }
  void tell(void* to, void (*each)(void*, const jct_login_provider*)) const {
    jct_login_provider raw{};
    raw.size = sizeof raw;
    raw.kind = kind;
    raw.name = str(name);
    raw.title = str(title);
    raw.issuer = str(issuer);
    raw.flags = is_down ? flags & ~JCT_LOGIN_READY : flags;
    raw.sync_brake = sync_brake;
    raw.sync_seconds = sync_seconds;
    each(to, &raw);
  }
  void check(const std::string& who, std::string_view password, LoginAsker asker) {
    asked.push_back(who);
    if (is_down) return asker.fail(JCT_E_CLOSED, "away");
    const auto at = people.find(who);
    if (at == people.end()) return asker.fail(JCT_E_NOT_FOUND, {});
    at->second.first == password ? asker.ok(at->second.second) : asker.fail(JCT_E_DENIED, {});
  }
};

/// What a provider answered.
struct LoginHeard {
  bool answered = false;
  jct_status status = JCT_E_FAULT;
  LoginPerson person;
  std::string url, hint;
  std::vector<LoginPerson> persons;

  jct_login_done done() {
    return {this,
            [](void* self, jct_status said, const jct_login_person* raw, jct_str why) {
              auto& heard = of(self, said, why);
              if (raw != nullptr) heard.person = LoginPerson::adopt(*raw);
            },
            0, 0};
  }
  jct_login_begun begun() {
    return {this, [](void* self, jct_status said, jct_str to, jct_str why) { of(self, said, why).url = view(to); }, 0,
            0};
  }
  jct_login_rows rows() {
    return {this,
            [](void* self, const jct_login_person* raw) {
              static_cast<LoginHeard*>(self)->persons.push_back(LoginPerson::adopt(*raw));
            },
            [](void* self, jct_status said, jct_str why) { of(self, said, why); }, 0, 0};
  }

 private:
  static LoginHeard& of(void* self, jct_status said, jct_str why) {
    auto& heard = *static_cast<LoginHeard*>(self);
    heard.answered = true;
    heard.status = said;
    heard.hint = view(why);
    return heard;
  }
};

}  // namespace junctor::testing
