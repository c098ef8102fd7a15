// SPDX-License-Identifier: Apache-2.0
// Grants to change sides: the vector of http-api.md 3.8, signatures, and the table.
#include "accounts/model/switch_grants.hpp"

#include <doctest/doctest.h>

#include "wire/base64.hpp"
#include "wire/signing.hpp"

namespace junctor::accounts {
namespace {

using namespace std::chrono_literals;
constexpr auto kCode = "UWu6czws1TdXm37I8A9mchhRjmVNj9FI43wkFE6x9Ao=";
constexpr auto kVerifier = "B4BKhtjRccdQYNwmWllMg9voeL3q3GfgVRidsja7SXs=";
constexpr int64_t kNow = 1'700'000'000;

const wire::SigningKeys kDevice = wire::SigningKeys::from_seed({1});

SwitchGrant grant(int64_t time = kNow, const wire::SigningKeys& keys = kDevice) {
  SwitchGrant out{"123456789", kVerifier, std::to_string(time), ""};
  std::string text = "switch-grant";
  for (const std::string* part : {&out.id, &out.verifier, &out.timestamp}) text += '\0' + *part;
  out.signature = wire::encode_base64(keys.sign(text).substr(0, wire::kSignatureSize));
  return out;
}

GrantCheck check(const SwitchGrant& given, int64_t now = kNow) {
  return check_grant(given, wire::bytes_of(kDevice.public_key()), now, 60);
}

wire::Address from(const char* text) { return *wire::Address::parse_ip(text, 1); }

TEST_CASE("the verifier of the vector") { CHECK(switch_verifier(kCode) == kVerifier); }

TEST_CASE("a grant needs its device's signature over all of it, and a time near ours") {
  CHECK(check(grant()) == GrantCheck::kGood);
  CHECK(check(grant(), kNow + 60) == GrantCheck::kGood);
  CHECK(check(grant(), kNow - 60) == GrantCheck::kGood);
  CHECK(check(grant(), kNow + 61) == GrantCheck::kBadTime);
  CHECK(check(grant(), kNow - 61) == GrantCheck::kBadTime);
  CHECK(check(grant(kNow, wire::SigningKeys::from_seed({2}))) == GrantCheck::kBadSignature);
  for (std::string SwitchGrant::*part : {&SwitchGrant::id, &SwitchGrant::verifier, &SwitchGrant::signature}) {
    SwitchGrant changed = grant();
    changed.*part += "A";
    CHECK(check(changed) == GrantCheck::kBadSignature);
  }
  SwitchGrant later = grant();
  later.timestamp = std::to_string(kNow + 1);
  CHECK(check(later) == GrantCheck::kBadSignature);
  for (const char* time : {"", "now", "1700000000 ", "1700000000.5", "99999999999999999999"}) {
    SwitchGrant odd = grant();
    odd.timestamp = time;
    CHECK(check(odd) == GrantCheck::kBadTime);
  }
  CHECK(check_grant(grant(), "short", kNow, 60) == GrantCheck::kBadSignature);
}

TEST_CASE("a code fits its grant several times, from the first source alone, until it ends") {
  SwitchGrants grants{{10, 30s}};
  CHECK(grants.put("123456789", kVerifier, 0s));
  CHECK_FALSE(grants.fits("123456789", "", from("192.0.2.1"), 1s));
  CHECK_FALSE(grants.fits("123456789", kVerifier, from("192.0.2.9"), 1s));
  CHECK_FALSE(grants.fits("987654321", kCode, from("192.0.2.1"), 1s));
  CHECK(grants.fits("123456789", kCode, from("192.0.2.1"), 1s));
  CHECK(grants.fits("123456789", kCode, from("192.0.2.1").with_port(9), 29s));
  CHECK_FALSE(grants.fits("123456789", kCode, from("192.0.2.2"), 29s));
  CHECK_FALSE(grants.fits("123456789", kCode, from("192.0.2.1"), 30s));
  CHECK(grants.size() == 0);
}

TEST_CASE("the table is bounded, and a newer grant takes the older one's place") {
  SwitchGrants grants{{2, 30s}};
  CHECK(grants.put("a", "V1", 0s));
  CHECK(grants.put("b", "V1", 0s));
  CHECK_FALSE(grants.put("c", "V1", 1s));
  CHECK(grants.put("a", kVerifier, 20s));
  CHECK_FALSE(grants.put("c", "V1", 29s));
  CHECK(grants.put("c", "V1", 30s));
  CHECK(grants.fits("a", kCode, from("192.0.2.1"), 49s));
  for (int i = 0; i < 100; ++i) grants.put("a", kVerifier, 50s);
  CHECK(grants.size() <= 2);
}

}  // namespace
}  // namespace junctor::accounts
