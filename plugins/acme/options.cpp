// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>

namespace junctor::acme {
namespace {

constexpr const char* kStagingDirectory = "https://acme-staging-v02.api.letsencrypt.org/directory";
constexpr size_t kMostNames = 100;
constexpr size_t kLongestName = 253;
constexpr size_t kLongestLabel = 63;

[[noreturn]] void wrong(const std::string& option, const std::string& what) {
  throw Error{JCT_E_CONFIG, option + ": " + what};
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
         label.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

/// "": a name of a host that an authority may be asked for.
std::string name_fault(std::string_view name) {
  if (name.find('*') != std::string_view::npos) return "a wildcard takes DNS-01, which is not served";
  if (name.size() > kLongestName || name.find('.') == std::string_view::npos)
    return "expected a name like rd.example.org";
  std::string_view last;
  for (std::string_view rest = name;;) {
    const size_t dot = rest.find('.');
    last = rest.substr(0, dot);
    if (!is_label(last)) return "expected a name like rd.example.org, in ASCII (xn--... where it has other letters)";
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  return last.find_first_not_of("0123456789") == std::string_view::npos ? "an address is no name" : "";
}

std::vector<std::string> names_from(const Config& config) {
  std::vector<std::string> names = config[kNames];
  if (names.empty()) wrong("names", "expected at least one name of this site, such as names = [\"rd.example.org\"]");
  if (names.size() > kMostNames)
    wrong("names", "expected at most 100 in one certificate; a second [acme-...] may have others");
  for (size_t i = 0; i < names.size(); ++i) {
    std::transform(names[i].begin(), names[i].end(), names[i].begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (const std::string fault = name_fault(names[i]); !fault.empty()) {
      wrong("names[" + std::to_string(i) + "]", fault + ", got \"" + names[i] + "\"");
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::optional<Binding> binding_from(const Config& config) {
  const std::string id = config[kEabKeyId];
  const std::string key = config[kEabKey];
  if (id.empty() && key.empty()) return std::nullopt;
  if (id.empty()) wrong("eab_key_id", "is missing beside eab_key");
  const std::string bytes = from_base64url(key);
  if (bytes.empty()) wrong("eab_key", "expected the key in base64url, as the authority gives it");
  return Binding{id, bytes};
}

std::string directory_from(const Config& config) {
  std::string url = config[kStaging] ? kStagingDirectory : config[kDirectory];
  try {
    const Poco::URI uri{url};
    if (uri.getScheme() == "https" && !uri.getHost().empty()) return url;
  } catch (const Poco::Exception&) {  // told below
  }
  wrong("directory", "expected an https address, got \"" + url + "\"");
}

std::vector<std::string> contacts_from(const Config& config) {
  std::vector<std::string> contacts;
  for (const std::string& one : config[kContact]) {
    if (one.find('@') == std::string::npos) wrong("contact", "expected an address of mail, got \"" + one + "\"");
    contacts.push_back(one.compare(0, 7, "mailto:") == 0 ? one : "mailto:" + one);
  }
  return contacts;
}

/// What one authority has given says nothing to another.
std::string place_of(const Config& config, const std::string& url) {
  std::string path = config[kPath];
  if (path.empty() || path.front() != '/') path = config.data_dir() + "/" + path;
  const Poco::URI uri{url};
  path += "/" + (config.instance() == "acme" ? "" : config.instance() + "/") + uri.getHost();
  return uri.getPort() == 443 ? path : path + "_" + std::to_string(uri.getPort());
}

KeyType key_type_of(const std::string& word) {
  if (word == "p384") return KeyType::kP384;
  if (word == "rsa2048") return KeyType::kRsa2048;
  return word == "rsa4096" ? KeyType::kRsa4096 : KeyType::kP256;
}

int64_t whole_seconds(Duration duration) { return std::chrono::duration_cast<std::chrono::seconds>(duration).count(); }

}  // namespace

Settings Settings::from(const Config& config) {
  Wish wish;
  wish.names = names_from(config);
  wish.directory_url = directory_from(config);
  wish.contacts = contacts_from(config);
  wish.binding = binding_from(config);
  wish.key_type = key_type_of(config[kKeyType]);
  wish.way = config[kChallenge] == "http-01" ? Way::kHttp : Way::kTls;
  std::string ca_file = config[kCaFile];
  if (!ca_file.empty() && ca_file.front() != '/') ca_file = config.data_dir() + "/" + ca_file;
  const std::string place = place_of(config, wish.directory_url);
  return {std::move(wish),
          ca_file,
          place,
          std::chrono::duration_cast<std::chrono::seconds>(config[kTimeout]),
          whole_seconds(config[kRetryMin]),
          std::max(whole_seconds(config[kRetryMin]), whole_seconds(config[kRetryMax]))};
}

}  // namespace junctor::acme
