// SPDX-License-Identifier: Apache-2.0
// Setting up TOTP (accounts.md 11, 22): a secret that counts only once a code of it was given. Until then it is kept in
// memory, so that what is in force stays in force. Any thread.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounts/model/entities.hpp"
#include "accounts/store/sealed.hpp"
#include "accounts/store/touched.hpp"

namespace junctor {
class Sql;
}

namespace junctor::accounts {

class Enrolment {
 public:
  struct Limits {
    int64_t seconds = 600;
    size_t open = 10'000;
    size_t backup_codes = 6;
  };
  Enrolment(const Sealer& sealer, std::string issuer, const Limits& limits)
      : sealer_{sealer}, issuer_{std::move(issuer)}, limits_{limits} {}

  struct Begun {
    std::string secret;  ///< base32
    std::string url;
  };
  Begun begin(const User& user, int64_t now);
  /// Inside a transaction. Where TOTP is on already, `present` is a code of it. Throws Refused for codes that do not
  /// fit; returns the backup codes, which are shown this once.
  std::vector<std::string> confirm(const Sql& sql, const User& user, std::string_view code, std::string_view present,
                                   int64_t now, Touched& touched);
  /// Once the transaction has been stored.
  void finish(Ref user);

 private:
  struct Open {
    std::string secret;
    int64_t until;
  };
  std::string pending(Ref user, int64_t now);
  void check_present(const Sql& sql, const User& user, std::string_view code, int64_t now) const;

  const Sealer& sealer_;
  const std::string issuer_;
  const Limits limits_;
  std::mutex mutex_;
  std::unordered_map<Ref, Open> open_;
};

}  // namespace junctor::accounts
