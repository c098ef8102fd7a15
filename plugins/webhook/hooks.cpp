// SPDX-License-Identifier: Apache-2.0
#include "hooks.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <set>
#include <utility>

#include "letter.hpp"

namespace junctor::webhook {
namespace {

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
  });
}

void check_url(const std::string& place, const std::string& url) {
  const std::string expected = place + ".url: expected an address such as https://chat.example.org/in";
  try {
    const Poco::URI parsed{url};
    const bool http = parsed.getScheme() == "https" || parsed.getScheme() == "http";
    if (!http || parsed.getHost().empty()) throw Error{JCT_E_CONFIG, expected};
    if (!parsed.getUserInfo().empty()) {
      throw Error{JCT_E_CONFIG, place + ".url: a password in an address ends in logs; use token"};
    }
  } catch (const Poco::Exception&) {
    throw Error{JCT_E_CONFIG, expected};
  }
}

}  // namespace

Patterns::Patterns(std::vector<std::string> all) {
  for (std::string& one : all) {
    const bool begins = one.ends_with('*');
    if (begins) one.pop_back();
    if (one.empty() ? !begins : !is_name(one)) {
      throw Error{JCT_E_CONFIG, "events: expected an event's name, as auth.blocked, or a beginning, as auth.*, got \"" +
                                    one + (begins ? "*\"" : "\"")};
    }
    (begins ? beginnings_ : names_).push_back(std::move(one));
  }
}

bool Patterns::match(std::string_view event) const {
  return std::find(names_.begin(), names_.end(), event) != names_.end() ||
         std::any_of(beginnings_.begin(), beginnings_.end(),
                     [&](const std::string& one) { return event.starts_with(one); });
}

std::vector<Hook> read_hooks(const Config& config) {
  std::vector<Hook> hooks;
  std::set<std::string> names;
  for (const Config& record : config.records(kHooks)) {
    const std::string place = "hook[" + std::to_string(hooks.size()) + "]";
    Hook hook;
    hook.name = record[kName];
    hook.url = record[kUrl];
    if (!is_name(hook.name))
      throw Error{JCT_E_CONFIG, place + ".name: expected letters, digits, _ - ., got \"" + hook.name + "\""};
    if (!names.insert(hook.name).second)
      throw Error{JCT_E_CONFIG, place + ".name: \"" + hook.name + "\" is there twice"};
    check_url(place, hook.url);
    try {
      hook.events = Patterns{record[kEvents]};
    } catch (const Error& e) {
      throw Error{e.code(), place + "." + e.what()};
    }
    const std::string secret = record[kSecret];
    const auto key = signing_key(secret);
    if (!key) throw Error{JCT_E_CONFIG, place + ".secret: begins with whsec_, and is not base64 behind it"};
    hook.key = *key;
    hook.token = record[kToken];
    hook.ca_file = record[kCaFile];
    hook.verify = record[kVerify];
    hook.timeout = config[kTimeout];
    hooks.push_back(std::move(hook));
  }
  return hooks;
}

Patience read_patience(const Config& config) {
  return {static_cast<size_t>(config[kQueue]), config[kRetry], config[kRetryMost], config[kGiveUp]};
}

}  // namespace junctor::webhook
