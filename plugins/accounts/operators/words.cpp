// SPDX-License-Identifier: Apache-2.0
// Words to requests. Values.
#include <sodium.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "accounts/api/refused.hpp"
#include "accounts/operators/commands.hpp"

namespace junctor::accounts {
namespace {

/// Options of all verbs: what takes a value, and what is a flag.
constexpr const char* kValued[] = {"email",    "group", "password", "user",  "scope", "expires",
                                   "strategy", "note",  "limit",    "after", "from"};
constexpr const char* kFlags[] = {"admin", "off", "keep"};

template <size_t N>
bool among(const char* const (&all)[N], std::string_view name) {
  return std::any_of(std::begin(all), std::end(all), [name](const char* one) { return name == one; });
}

const Word* find_word(const std::string& subject, const std::string& verb) {
  for (const auto* words : {&operator_words(), &admission_words()}) {
    for (const Word& word : *words) {
      if (subject == word.subject && verb == word.verb) return &word;
    }
  }
  return nullptr;
}

struct Names {
  size_t least, most;
};

Names names_of(const std::string& subject, const std::string& verb) {
  if (subject == "peers") return verb == "waiting" ? Names{0, 2} : Names{1, 2};
  if (verb == "list" || verb == "first") return {0, 0};
  const bool many = subject == "device" && verb != "show" && verb != "assign";
  return {1, many ? std::numeric_limits<size_t>::max() : 1};
}

}  // namespace

const std::vector<Word>& operator_words() {
  static const std::vector<Word> kWords{
      {"user", "add", "make a user: user add NAME [--admin] [--email E] [--group G] [--password-stdin]"},
      {"user", "list", "users by name: user list [--after NAME] [--limit N]"},
      {"user", "show", "one user: user show NAME"},
      {"user", "password", "set a password, random unless given: user password NAME [--password-stdin]"},
      {"user", "disable", "end his sessions and let him in no more: user disable NAME"},
      {"user", "enable", "let him in again: user enable NAME"},
      {"user", "admin", "make him an administrator, or an ordinary user: user admin NAME [--off]"},
      {"user", "reset-2fa", "take his second factors and trusted devices away: user reset-2fa NAME"},
      {"user", "source",
       "who checks his log-ins from now on: user source NAME --from local|ldap|oidc; he is linked by his next one"},
      {"user", "unlock", "forget his failed log-ins: user unlock NAME"},
      {"user", "remove", "delete a user; his devices become orphans: user remove NAME"},
      {"user", "first", "the first administrator's password, once: user first"},
      {"token", "add",
       "make an API token: token add NAME --user OWNER --scope all|SCOPE:r|SCOPE:rw[,...] [--expires 90d|never]"},
      {"token", "list", "API tokens: token list [--user OWNER]"},
      {"token", "revoke", "end an API token: token revoke NAME|GUID [--user OWNER]"},
      {"device", "list", "devices by id: device list [--after ID] [--limit N]"},
      {"device", "show", "one device: device show ID"},
      {"device", "assign",
       "device assign ID [--user U] [--group G] [--strategy S] [--note N]; an empty value takes away"},
      {"device", "approve", "let devices in that wait: device approve ID..."},
      {"device", "disable", "neither reached nor starting: device disable ID..."},
      {"device", "enable", "the opposite: device enable ID..."},
      {"device", "remove", "forget devices; at their next contact they are new: device remove ID..."},
  };
  return kWords;
}

const std::vector<Word>& admission_words() {
  static const std::vector<Word> kWords{{"peers", "waiting", "expected: peers waiting [page N]"},
                                        {"peers", "approve", "expected: peers approve ID [FINGERPRINT]"},
                                        {"peers", "reject", "expected: peers reject ID [FINGERPRINT]"}};
  return kWords;
}

Request parse_request(const std::string& subject, const std::string& verb, const std::vector<std::string>& words) {
  const Word* word = find_word(subject, verb);
  if (word == nullptr) throw Refused{"no such command: " + subject + " " + verb};
  Request request{subject, verb, {}, {}};
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& text = words[i];
    if (text.substr(0, 2) != "--") {
      request.names.push_back(text);
      continue;
    }
    const std::string name = text.substr(2);
    if (among(kFlags, name)) {
      request.options[name] = "";
    } else if (among(kValued, name) && i + 1 < words.size()) {
      request.options[name] = words[++i];
    } else {
      throw Refused{"unexpected " + text + "; " + word->help};
    }
  }
  const Names names = names_of(subject, verb);
  if (request.names.size() < names.least || request.names.size() > names.most) {
    throw Refused{std::string{word->help}};
  }
  return request;
}

int64_t parse_lifetime(std::string_view text) {
  if (text == "never") return 0;
  int64_t count = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit{end, static_cast<size_t>(text.data() + text.size() - end)};
  const int64_t seconds = unit == "m" ? 60 : unit == "h" ? 3600 : unit == "d" ? 86'400 : unit == "y" ? 31'536'000 : 0;
  if (fault != std::errc{} || seconds == 0 || count <= 0 || count > 3'153'600'000 / seconds) {
    throw Refused{"expected a time such as 90d, 12h, 1y or never, got \"" + std::string{text} + "\""};
  }
  return count * seconds;
}

Prepared prepare(const Request& request, const Passwords& passwords) {
  const bool sets = request.subject == "user" && (request.verb == "add" || request.verb == "password");
  if (!sets) return {};
  Prepared prepared;
  std::string password = request.option("password");
  if (!request.has("password")) password = prepared.random = random_password();
  check_password(passwords.policy(), password, request.names.at(0), request.option("email"));
  prepared.hash = passwords.hash(password);
  sodium_memzero(password.data(), password.size());
  return prepared;
}

}  // namespace junctor::accounts
