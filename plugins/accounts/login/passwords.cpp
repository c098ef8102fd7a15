// SPDX-License-Identifier: Apache-2.0
// Argon2id is libsodium's, bcrypt libcrypt's. Any thread.
#include "accounts/login/passwords.hpp"

#include <crypt.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <memory>
#include <new>

#include "accounts/api/refused.hpp"
#include "accounts/login/common_passwords.hpp"
#include "accounts/store/names.hpp"

namespace junctor::accounts {
namespace {

bool is_common(std::string_view password) {
  const std::string line = '\n' + name_key(password) + '\n';
  const std::string_view all = common_passwords();
  return all.find(line) != std::string_view::npos;
}

bool is_argon2id(std::string_view stored) { return stored.substr(0, 10) == "$argon2id$"; }
bool is_bcrypt(std::string_view stored) { return stored.size() == 60 && stored.substr(0, 2) == "$2"; }

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool argon2id_fits(const std::string& stored, std::string_view password) {
  return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

bool bcrypt_fits(const std::string& stored, std::string_view password) {
  const auto scratch = std::make_unique<crypt_data>();
  const std::string phrase{password};
  const char* made = crypt_r(phrase.c_str(), stored.c_str(), scratch.get());
  const bool fits = made != nullptr && password.find('\0') == std::string_view::npos && same(made, stored);
  sodium_memzero(scratch.get(), sizeof(crypt_data));
  return fits;
}

}  // namespace

void check_password(const PasswordPolicy& policy, std::string_view password, std::string_view name,
                    std::string_view email) {
  const size_t length = characters(password);
  if (length < policy.min_characters) {
    throw Refused{"A password has at least " + std::to_string(policy.min_characters) + " characters"};
  }
  if (length > policy.max_characters) {
    throw Refused{"A password has at most " + std::to_string(policy.max_characters) + " characters"};
  }
  const std::string key = name_key(password);
  const bool is_name = !name.empty() && key == name_key(name);
  const bool is_email = !email.empty() && key == name_key(email);
  if (is_name || is_email) throw Refused{"A password must not be the user's name or mail address"};
  if (is_common(password)) throw Refused{"This password is one of the most used ones; choose another"};
}

std::string random_password() {
  constexpr std::string_view kLetters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  std::string password;
  for (int i = 0; i < 18; ++i) password += kLetters[randombytes_uniform(static_cast<uint32_t>(kLetters.size()))];
  return password;
}

Passwords::Passwords(const PasswordPolicy& policy) : policy_{policy} {
  if (sodium_init() < 0) throw std::bad_alloc{};
  nobody_ = hash(random_password());
}

std::string Passwords::hash(std::string_view password) const {
  std::array<char, crypto_pwhash_STRBYTES> out{};
  if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), policy_.passes, policy_.memory,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    throw std::bad_alloc{};
  }
  return out.data();
}

Passwords::Verdict Passwords::verify(std::string_view stored, std::string_view password) const {
  const std::string text{stored};
  if (is_argon2id(stored)) {
    const bool right = argon2id_fits(text, password);
    return {right, right && crypto_pwhash_str_needs_rehash(text.c_str(), policy_.passes, policy_.memory) != 0};
  }
  if (is_bcrypt(stored)) {
    const bool right = bcrypt_fits(text, password);
    return {right, right};
  }
  argon2id_fits(nobody_, password);
  return {};
}

}  // namespace junctor::accounts
