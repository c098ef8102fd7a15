// SPDX-License-Identifier: Apache-2.0
// Against oidc-provider: what is believed, and everything that is not.
#include "provider.hpp"

#include <junctor/http_text.hpp>

#include <atomic>
#include <ctime>

#include "test_provider.hpp"

namespace junctor::login_oidc {
namespace {

constexpr const char* kCallback = "http://127.0.0.1:1/api/oidc/callback";
constexpr const char* kState = "the state of this log-in";

/// One for all tests of the program.
TestProvider& there() {
  static TestProvider one{kCallback};
  return one;
}

ProviderSettings settings() {
  ProviderSettings made;
  made.name = "acme";
  made.issuer = there().issuer;
  made.client_id = "junctor";
  made.client_secret = "a secret: + & %";
  made.ca_file = there().certificate;
  return made;
}

struct Asking {
  explicit Asking(const ProviderSettings& with = settings(), std::chrono::milliseconds timeout = testing::kPatience)
      : fetcher{timeout}, provider{with, {fetcher, [this] { return ::time(nullptr) + ahead; }, {7}, 3600}} {}

  /// The whole way; throws what finish throws.
  LoginPerson log_in(const std::string& told) {
    there().tell(told);
    return provider.finish(kState, kCallback, come_back());
  }
  std::string come_back() {
    const std::string back = there().walk(provider.begin(kState, kCallback));
    CAPTURE(back);
    REQUIRE(back.rfind(kCallback, 0) == 0);
    return back.substr(back.find('?') + 1);
  }
  std::string refusal(const std::string& spoil) {
    there().tell(kAda);
    try {
      log_in(R"({"spoil":")" + spoil + R"("})");
    } catch (const NotBelieved& said) {
      return said.what();
    }
    return "it was believed";
  }

  std::atomic<int64_t> ahead{0};
  Fetcher fetcher;
  Provider provider;
};

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

TEST_CASE("a code and its verifier give the person, with what the claims say of him") {
  Asking asking;
  const LoginPerson ada = asking.log_in(kAda);
  CHECK(ada.issuer == there().issuer);
  CHECK(ada.subject == "ada-1");
  CHECK(ada.name == "ada");
  CHECK(ada.display_name == "Ada L.");
  CHECK(ada.email == "ada@example.org");
  CHECK(ada.mail_verified);
  CHECK(ada.refused.empty());
  CHECK_FALSE(ada.rules);
}

TEST_CASE("the way there asks for a code with PKCE, and gives nothing of the verifier away") {
  Asking asking;
  const std::string url = asking.provider.begin(kState, kCallback);
  const std::string query = url.substr(url.find('?') + 1);
  const auto of = [&](const char* key) { return http::form_value(query, key).value_or(""); };
  CHECK(of("response_type") == "code");
  CHECK(of("code_challenge_method") == "S256");
  CHECK(of("code_challenge").size() == 43);
  CHECK(of("nonce").size() == 43);
  CHECK(of("nonce") != of("code_challenge"));
  CHECK(of("state") == kState);
  CHECK(of("redirect_uri") == kCallback);
  CHECK(of("scope") == "openid profile email");
  CHECK(query.find("secret") == std::string::npos);
  const std::string other = asking.provider.begin("another state", kCallback);
  CHECK(http::form_value(other, "nonce") != http::form_value(query, "nonce"));
}

TEST_CASE("a token that is another's, old, early or of somebody else is not believed") {
  Asking asking;
  CHECK(has(asking.refusal("issuer"), "issuer \"https://evil.example.org\""));
  CHECK(has(asking.refusal("audience"), "another audience"));
  CHECK(has(asking.refusal("party"), "another authorized party"));
  CHECK(has(asking.refusal("nonce"), "another question"));
  CHECK(has(asking.refusal("no_nonce"), "another question"));
  CHECK(has(asking.refusal("expired"), "expired"));
  CHECK(has(asking.refusal("no_end"), "expired"));
  CHECK(has(asking.refusal("not_yet"), "not valid yet"));
  CHECK(has(asking.refusal("future"), "issued in the future"));
  CHECK(has(asking.refusal("no_subject"), "no subject"));
}

TEST_CASE("a token that expired less than two minutes ago is taken: clocks differ") {
  Asking asking;
  CHECK(asking.log_in(R"({"spoil":"barely_expired"})").subject == "ada-1");
}

TEST_CASE("signatures: none, one with the public key as a secret, a stranger's and garbage are refused") {
  Asking asking;
  CHECK(has(asking.refusal("none"), "algorithm \"none\" is not allowed"));
  CHECK(has(asking.refusal("hmac"), "algorithm \"HS256\" is not allowed"));
  CHECK(has(asking.refusal("stranger"), "no key of the provider has signed"));
  CHECK(has(asking.refusal("garbage"), "no key of the provider has signed"));
}

TEST_CASE("keys are asked for once, and again where one is not known, but not for each stranger") {
  Asking asking;
  asking.log_in(kAda);
  const int before = there().keys_asked();
  asking.log_in(kAda);
  CHECK(there().keys_asked() == before);
  there().tell(R"({"rotate":true})");
  asking.ahead = 61;
  CHECK(asking.log_in(kAda).subject == "ada-1");
  CHECK(there().keys_asked() == before + 1);
  // A new one again, within the minute: nobody makes us ask more often.
  there().tell(R"({"rotate":true})");
  CHECK(has(asking.refusal(""), "no key of the provider has signed"));
  CHECK(there().keys_asked() == before + 1);
  asking.ahead = 122;
  CHECK(asking.log_in(kAda).subject == "ada-1");
}

TEST_CASE("what the browser brings back has to be of this log-in and of this provider") {
  Asking asking;
  there().tell(kAda);
  const std::string query = asking.come_back();
  CHECK_THROWS_WITH_AS(asking.provider.finish("another state", kCallback, query), doctest::Contains("another state"),
                       NotBelieved);
  const std::string mixed = query.substr(0, query.find("&iss=")) + "&iss=https%3A%2F%2Fevil.example.org";
  CHECK_THROWS_WITH_AS(asking.provider.finish(kState, kCallback, mixed), doctest::Contains("another issuer"),
                       NotBelieved);
  const std::string unsaid = query.substr(0, query.find("&iss="));
  CHECK_THROWS_AS(asking.provider.finish(kState, kCallback, unsaid), NotBelieved);
  CHECK_THROWS_WITH_AS(
      asking.provider.finish(kState, kCallback,
                             "state=the%20state%20of%20this%20log-in&iss=" + query.substr(query.find("&iss=") + 5)),
      doctest::Contains("without a code"), NotBelieved);
  // The code is good, once, and for who has the verifier.
  Asking other;
  Provider thief{settings(), {other.fetcher, [] { return ::time(nullptr); }, {8}, 3600}};
  CHECK_THROWS_WITH_AS(thief.finish(kState, kCallback, query), doctest::Contains("invalid_grant"), NotBelieved);
}

TEST_CASE("a person who says no there is told apart from a fault") {
  CHECK(has(Asking{}.refusal("denied"), "the provider said access_denied"));
}

TEST_CASE("groups of a claim mean what the map says, and mail addresses of other domains may not in") {
  ProviderSettings with = settings();
  with.rules = LoginRules{{{"DEVS -> group Developers", "staff -> administrator"}, {}, {}, {}}};
  with.mail_domains = {"Example.org"};
  Asking asking{with};
  const LoginPerson ada = asking.log_in(kAda);
  CHECK(ada.groups == std::vector<std::string>{"Developers"});
  CHECK(ada.admin);
  CHECK(ada.refused.empty());
  CHECK_FALSE(asking.log_in(R"({"account":{"sub":"eve","email":"eve@evilexample.org","email_verified":true}})")
                  .refused.empty());
  CHECK_FALSE(
      asking.log_in(R"({"account":{"sub":"eve","email":"eve@example.org","email_verified":false}})").refused.empty());
  CHECK(has(asking
                .log_in(R"({"account":{"sub":"big","email":"b@example.org","email_verified":true,)"
                        R"("_claim_names":{"groups":"src1"}}})")
                .refused,
            "more groups than the sign-on tells"));
}

TEST_CASE("a name comes of the claim, else of the mail address") {
  Asking asking;
  CHECK(asking.log_in(R"({"spoil":"","account":{"sub":"1","email":"bob@example.org"}})").name == "bob");
  CHECK_FALSE(asking.log_in(R"({"account":{"sub":"1","email":"bob@example.org"}})").mail_verified);
}

TEST_CASE("a provider that is not what it was configured as is not used") {
  ProviderSettings with = settings();
  with.issuer += "/";
  CHECK_THROWS_WITH_AS(Asking{with}.provider.begin(kState, kCallback), doctest::Contains("letter by letter"),
                       Unavailable);
  there().tell(R"({"spoil":"self"})");
  CHECK_THROWS_WITH_AS(Asking{}.provider.begin(kState, kCallback), doctest::Contains("evil.example.org"), Unavailable);
  there().tell(R"({"spoil":"plain"})");
  CHECK_THROWS_WITH_AS(Asking{}.provider.begin(kState, kCallback), doctest::Contains("no https address"), Unavailable);
  with = settings();
  with.ca_file.clear();
  there().tell(kAda);
  CHECK_THROWS_AS(Asking{with}.provider.begin(kState, kCallback), Unavailable);
  with = settings();
  with.client_secret = "wrong";
  CHECK_THROWS_WITH_AS(Asking{with}.log_in(kAda), doctest::Contains("invalid_client"), NotBelieved);
}

TEST_CASE("a provider that is slow, drips, sends too much or a page is ended, and nothing is believed") {
  for (const char* spoil : {"huge", "page"}) {
    CAPTURE(spoil);
    Asking asking;
    there().tell(kAda);
    CHECK_THROWS_AS(asking.log_in(R"({"spoil":")" + std::string{spoil} + R"("})"), Unavailable);
  }
  for (const char* spoil : {"silent", "drip"}) {
    CAPTURE(spoil);
    there().tell(R"({"spoil":")" + std::string{spoil} + R"("})");
    Fetcher hurried{std::chrono::milliseconds{300}};
    std::atomic<bool> over{false};
    std::thread watch{[&] {
      while (!over) {
        hurried.end_overdue();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
      }
    }};
    const auto begun = Clock::now();
    CHECK_THROWS_WITH_AS(hurried.send({there().issuer + "/token", "x=y", {}}, there().certificate),
                         doctest::Contains("it took too long"), Unavailable);
    CHECK(Clock::now() - begun < testing::kPatience);
    over = true;
    watch.join();
  }
  there().tell(kAda);
}

}  // namespace
}  // namespace junctor::login_oidc
