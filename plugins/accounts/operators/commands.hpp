// SPDX-License-Identifier: Apache-2.0
// The operator's words about users, tokens and devices: `junctorctl user|token|device ...`, of a server that runs and
// of one that is stopped alike. What is wrong with them, or with what they ask, is thrown as Refused. Inside a
// transaction.
#pragma once

#include <junctor/database.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/login/passwords.hpp"
#include "accounts/store/touched.hpp"

namespace junctor::accounts {

/// A command's words, taken apart.
struct Request {
  std::string subject;  ///< user, token, device; peers, about admission
  std::string verb;
  std::vector<std::string> names;
  std::map<std::string, std::string> options;  ///< without their dashes; a flag's value is empty

  bool has(const std::string& option) const { return options.count(option) != 0; }
  std::string option(const std::string& name) const {
    const auto found = options.find(name);
    return found == options.end() ? std::string{} : found->second;
  }
};

/// `words`: what stands behind "user add". Throws Refused with the usage.
Request parse_request(const std::string& subject, const std::string& verb, const std::vector<std::string>& words);

/// Every subject and verb with its help, for whoever registers the words.
struct Word {
  const char* subject;
  const char* verb;
  const char* help;
};
const std::vector<Word>& operator_words();
/// What auth_key asks where accounts decides who is admitted (service/admissions.h); its words, so they are not
/// registered.
const std::vector<Word>& admission_words();

/// What is made outside of the transaction, as it costs time: a password, given or random, and its hash.
struct Prepared {
  std::string hash;
  std::string random;  ///< to be shown, where none was given
};
/// Throws Refused where the password that was given is not allowed.
Prepared prepare(const Request& request, const Passwords& passwords);

/// The answer as JSON.
std::string execute(const Sql& sql, const Request& request, const Prepared& prepared, int64_t now, Touched& touched);

/// "90d", "12h", "never": seconds from now, 0 for never. Throws Refused.
int64_t parse_lifetime(std::string_view text);

}  // namespace junctor::accounts
