// SPDX-License-Identifier: Apache-2.0
// What every provider of keys/1 must do, as a doctest case for its author. The provider's test file defines a type with
// a default constructor and
//   jct_service_ref keys();                           // its table and self
// and has JUNCTOR_KEYS_CONTRACT(Type); at namespace scope: one type for a site with a key pair, one with a public key
// alone, one with none, where the provider knows these. That a signature is valid is for tests with a library for it.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "../result.hpp"
#include "../service/keys.h"

namespace junctor::testing {

inline std::string base64_of(const uint8_t* data, size_t size) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < size; i += 3) {
    const size_t have = size - i < 3 ? size - i : 3;
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) group = group << 8 | (k < have ? data[i + k] : 0U);
    for (size_t k = 0; k < 4; ++k) out += k <= have ? kDigits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

TEST_CASE_TEMPLATE_DEFINE("keys/1: the public key has one text, and what signs gives the signature and the message",
                          Provider, keys_contract) {
  Provider provider;
  const jct_service_ref ref = provider.keys();
  const auto& table = *static_cast<const jct_keys_service*>(ref.table);
  std::array<uint8_t, JCT_KEYS_PUBLIC_SIZE> key{};
  const jct_status known = table.public_key(ref.self, key.data());
  const std::string text{view(table.public_text(ref.self))};
  CHECK((known == JCT_OK || known == JCT_E_NOT_FOUND));
  CHECK(text == (known == JCT_OK ? base64_of(key.data(), key.size()) : ""));

  const std::string message = "a message";
  std::vector<uint8_t> out(message.size() + JCT_KEYS_SIGNATURE_SIZE, 0);
  uint64_t written = 0;
  if (table.can_sign(ref.self) == 0) {
    CHECK(table.sign(ref.self, bytes(message), out.data(), out.size(), &written) == JCT_E_UNSUPPORTED);
    return;
  }
  CHECK(known == JCT_OK);
  REQUIRE(table.sign(ref.self, bytes(message), out.data(), out.size(), &written) == JCT_OK);
  CHECK(written == out.size());
  CHECK(std::string(out.begin() + JCT_KEYS_SIGNATURE_SIZE, out.end()) == message);
  std::vector<uint8_t> again(out.size(), 0);
  CHECK(table.sign(ref.self, bytes(message), again.data(), again.size(), &written) == JCT_OK);
  CHECK(again == out);  // Ed25519 has no chance in it
  std::vector<uint8_t> small(out.size(), 0x5a);
  CHECK(table.sign(ref.self, bytes(message), small.data(), small.size() - 1, &written) < 0);
  CHECK(small.back() == 0x5a);
  CHECK(table.sign(ref.self, {}, again.data(), JCT_KEYS_SIGNATURE_SIZE, &written) == JCT_OK);
  CHECK(written == JCT_KEYS_SIGNATURE_SIZE);
}

}  // namespace junctor::testing

#define JUNCTOR_KEYS_CONTRACT(Provider) TEST_CASE_TEMPLATE_INVOKE(junctor::testing::keys_contract, Provider)
