// SPDX-License-Identifier: Apache-2.0
// auth/1's two C++ ends held against each other, and against providers and askers of the first revision.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <vector>

#include "junctor/auth.hpp"
#include "junctor/testing/fake_auth.hpp"

namespace junctor::testing {
namespace {

using namespace std::chrono_literals;

struct Chain {
  explicit Chain(std::vector<FakeAuthProvider*> providers) {
    for (FakeAuthProvider* one : providers) fake.provide("auth/1", &FakeAuthProvider::kService, one);
    fake.on_control([&] {
      host = std::make_unique<Host>(fake.raw());
      chain.emplace(*host, 5s);
    });
  }
  std::optional<Verdict> ask(jct_auth_request request = {}) {
    request.kind = JCT_AUTH_REACH;
    auto said = std::make_shared<std::optional<Verdict>>();
    fake.on_loop(0, [&] { chain->check(request, [said](const Verdict& verdict) { *said = verdict; }); });
    last = said;
    return *said;
  }

  FakeHost fake;
  std::unique_ptr<Host> host;
  std::optional<AuthChain> chain;
  std::shared_ptr<std::optional<Verdict>> last;
};

auto allows(AuthGrant grant) {
  return [grant](const AuthHeard&) {
    Verdict verdict;
    verdict.grant = grant;
    return verdict;
  };
}

auto denies(std::string reason, std::string user = "") {
  return [=](const AuthHeard&) {
    Verdict verdict;
    verdict.allowed = false;
    verdict.reason = reason;
    verdict.as_unknown = true;
    verdict.grant.user = user;
    return verdict;
  };
}

TEST_CASE("what several providers grant adds up in file order, each permission by itself") {
  FakeAuthProvider first, second, third;
  // keyboard disabled; then keyboard enabled, clipboard enabled; then clipboard disabled
  first.rule = allows({"", 0x1, "", 0});
  second.rule = allows({"ada", 0x2 | 0x20, "ref-2", 0});
  third.rule = allows({"bob", 0x10, "ref-3", 7});
  Chain chain{{&first, &second, &third}};
  const auto verdict = chain.ask();
  REQUIRE(verdict);
  CHECK(verdict->allowed);
  CHECK(verdict->grant.user == "ada");
  CHECK(verdict->grant.control_permissions == (0x1 | 0x20));
  CHECK(verdict->grant.conn_audit_ref == "ref-2");
  CHECK(verdict->grant.feedback == 7);
}

TEST_CASE("the first denial wins, nobody is asked after it, and it may name the user") {
  FakeAuthProvider first, second, third;
  second.rule = denies("no_access", "ada");
  Chain chain{{&first, &second, &third}};
  const auto verdict = chain.ask();
  REQUIRE(verdict);
  CHECK_FALSE(verdict->allowed);
  CHECK(verdict->reason == "no_access");
  CHECK(verdict->as_unknown);
  CHECK(verdict->grant.user == "ada");
  CHECK(third.heard.empty());
}

TEST_CASE("a provider that answers later still has the request's texts") {
  FakeAuthProvider first, second;
  first.later = true;
  Chain chain{{&first, &second}};
  {
    const std::string switch_code = "a switch code", session = "a uuid", token = "a token";
    jct_auth_request request{};
    request.switch_code = str(switch_code);
    request.session = str(session);
    request.token = str(token);
    request.id_state = JCT_AUTH_ID_KNOWN;
    CHECK_FALSE(chain.ask(request));
  }
  chain.fake.on_loop(0, [&] { first.answer(); });
  REQUIRE(*chain.last);
  CHECK((*chain.last)->allowed);
  REQUIRE(second.heard.size() == 1);
  CHECK(second.heard[0].switch_code == "a switch code");
  CHECK(second.heard[0].session == "a uuid");
  CHECK(second.heard[0].token == "a token");
  CHECK(second.heard[0].id_state == JCT_AUTH_ID_KNOWN);
}

TEST_CASE("silence is a denial, and an answer after it changes nothing") {
  FakeAuthProvider slow;
  slow.later = true;
  Chain chain{{&slow}};
  CHECK_FALSE(chain.ask());
  chain.fake.advance(5s);
  REQUIRE(*chain.last);
  CHECK((*chain.last)->reason == "auth_timeout");
  chain.fake.on_loop(0, [&] { slow.answer(); });
  CHECK((*chain.last)->reason == "auth_timeout");
}

TEST_CASE("an asker of the first revision gets a verdict, and whoever is dropped unanswered a denial") {
  struct Heard {
    int answers = 0;
    jct_status verdict = JCT_OK;
    std::string reason;
  } heard;
  jct_auth_done old{&heard,
                    [](void* self, jct_status verdict, jct_str reason, jct_str) {
                      auto* to = static_cast<Heard*>(self);
                      ++to->answers;
                      to->verdict = verdict;
                      to->reason = view(reason);
                    },
                    0, 0, [](void*, const jct_auth_answer*) { FAIL("an older asker has no such function"); }};
  SUBCASE("allowed") {
    AuthAsker{old}.allow({"ada", 1, "ref", 1});
    CHECK(heard.verdict == JCT_OK);
  }
  SUBCASE("dropped") {
    { const AuthAsker dropped{old}; }
    CHECK(heard.verdict == JCT_E_DENIED);
    CHECK(heard.reason == "auth_unavailable");
  }
  CHECK(heard.answers == 1);
}

}  // namespace
}  // namespace junctor::testing
