// SPDX-License-Identifier: Apache-2.0
// Passwords: which are allowed, their hashes, and the comparison that costs the same for whoever asks (accounts.md 10).
// Hashing takes tens of milliseconds: never on a loop. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace junctor::accounts {

struct PasswordPolicy {
  size_t min_characters = 10;
  size_t max_characters = 256;
  uint64_t memory = uint64_t{32} << 20;  ///< bytes of one Argon2id
  uint64_t passes = 3;
};

/// Throws Refused with what is wrong; `name` and `email` are his whose password it is to be.
void check_password(const PasswordPolicy& policy, std::string_view password, std::string_view name,
                    std::string_view email);

/// Letters and digits that are not mistaken for each other; about 100 bits.
std::string random_password();

class Passwords {
 public:
  /// Costs one hash: what unknown names are compared with.
  explicit Passwords(const PasswordPolicy& policy);

  const PasswordPolicy& policy() const { return policy_; }
  /// Argon2id, as text with its parameters. Throws std::bad_alloc.
  std::string hash(std::string_view password) const;

  struct Verdict {
    bool right = false;
    bool rehash = false;  ///< right, but of other parameters or of bcrypt: to be stored anew
  };
  /// `stored`: Argon2id or an imported bcrypt; empty, or anything else, is never right and costs as much.
  Verdict verify(std::string_view stored, std::string_view password) const;

 private:
  PasswordPolicy policy_;
  std::string nobody_;  // the hash of a password that nobody knows
};

}  // namespace junctor::accounts
