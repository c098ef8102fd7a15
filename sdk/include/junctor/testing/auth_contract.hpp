// SPDX-License-Identifier: Apache-2.0
// What every provider of auth/1 must do whatever its rule is, as doctest cases for its author. The provider's test file
// defines a type with a default constructor and
//   jct_service_ref auth();                           // its table and self
//   void ask(const std::function<void()>& call);      // runs the call on a worker loop, and all that follows from it
// and has JUNCTOR_AUTH_CONTRACT(Type); at namespace scope. What the rule says is for the provider's own tests.
#pragma once

#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "../result.hpp"
#include "../service/auth.h"

namespace junctor::testing {

/// How one question was answered.
struct AuthAnswered {
  int times = 0;
  jct_status verdict = JCT_E_FAULT;
  std::string reason;

  void take(jct_status status, jct_str word) {
    ++times;
    verdict = status;
    reason = view(word);
  }
};

/// `old_asker`: one whose record ends before `answer`.
template <class Provider>
AuthAnswered ask_auth(Provider& provider, const jct_auth_request& request, bool old_asker) {
  AuthAnswered answered;
  jct_auth_done done{
      &answered,
      [](void* self, jct_status verdict, jct_str reason, jct_str) {
        static_cast<AuthAnswered*>(self)->take(verdict, reason);
      },
      0, old_asker ? 0U : static_cast<uint32_t>(sizeof(jct_auth_done)),
      old_asker
          ? nullptr
          : +[](void* self, const jct_auth_answer*
                                answer) { static_cast<AuthAnswered*>(self)->take(answer->verdict, answer->reason); }};
  const jct_service_ref ref = provider.auth();
  provider.ask([&] { static_cast<const jct_auth_service*>(ref.table)->check(ref.self, &request, &done); });
  return answered;
}

inline jct_auth_request auth_request(uint32_t kind) {
  jct_auth_request request{};
  request.size = sizeof request;
  request.kind = kind;
  request.id = str("123456789");
  request.old_id = str("987654321");
  request.address.family = 4;
  request.address.ip[0] = 203;
  request.address.ip[2] = 113;
  request.address.ip[3] = 7;
  request.address.port = 40'000;
  request.transport = 2;  // JCT_CHANNEL_TCP
  request.licence_key = str("not the key");
  request.token = str("nobody's token");
  request.uuid = bytes("uuid");
  request.pk = bytes("key");
  request.session = str("5c4cd1c3-0d48-4d5c-9d6c-6ae1e7c2c3b5");
  return request;
}

TEST_CASE_TEMPLATE_DEFINE("auth/1: every kind is answered once, with yes or with no and a reason", Provider,
                          auth_once) {
  for (const bool old_asker : {false, true}) {
    for (uint32_t kind = JCT_AUTH_REGISTER; kind <= JCT_AUTH_SEE; ++kind) {
      CAPTURE(kind);
      CAPTURE(old_asker);
      Provider provider;
      const AuthAnswered answered = ask_auth(provider, auth_request(kind), old_asker);
      CHECK(answered.times == 1);
      CHECK((answered.verdict == JCT_OK || answered.verdict == JCT_E_DENIED));
      CHECK((answered.verdict == JCT_OK) == answered.reason.empty());
    }
  }
}

TEST_CASE_TEMPLATE_DEFINE("auth/1: a kind that is not known is allowed", Provider, auth_unknown_kind) {
  Provider provider;
  for (const uint32_t kind : {0U, 99U, 0xFFFFFFFFU})
    CHECK(ask_auth(provider, auth_request(kind), false).verdict == JCT_OK);
}

TEST_CASE_TEMPLATE_DEFINE("auth/1: requests with empty fields, of an older asker, and of a newer one are answered",
                          Provider, auth_sizes) {
  struct Newer {
    jct_auth_request request;
    uint64_t more[4];
  };
  for (uint32_t kind = JCT_AUTH_REGISTER; kind <= JCT_AUTH_SEE; ++kind) {
    CAPTURE(kind);
    Provider provider;
    jct_auth_request empty{};
    empty.size = sizeof empty;
    empty.kind = kind;
    CHECK(ask_auth(provider, empty, false).times == 1);
    Newer newer{auth_request(kind), {~0ULL, ~0ULL, ~0ULL, ~0ULL}};
    newer.request.size = sizeof newer;
    CHECK(ask_auth(provider, newer.request, false).times == 1);
  }
}

}  // namespace junctor::testing

#define JUNCTOR_AUTH_CONTRACT(Provider)                                     \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::auth_once, Provider);         \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::auth_unknown_kind, Provider); \
  TEST_CASE_TEMPLATE_INVOKE(junctor::testing::auth_sizes, Provider)
