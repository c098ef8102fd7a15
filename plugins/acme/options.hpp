// SPDX-License-Identifier: Apache-2.0
// [acme] as data, and the values made of it. Values; any thread.
#pragma once

#include <chrono>
#include <string>

#include "junctor/config.hpp"
#include "procedure.hpp"

namespace junctor::acme {

inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kDay = 86'400 * kSecond;
inline constexpr const char* kKeyTypes[] = {"p256", "p384", "rsa2048", "rsa4096", nullptr};
inline constexpr const char* kWays[] = {"http-01", "tls-alpn-01", nullptr};

inline constexpr auto kNames =
    opt::text("names", "").list().help("the site's names, all in one certificate: rd.example.org");
inline constexpr auto kDirectory =
    opt::text("directory", "https://acme-v02.api.letsencrypt.org/directory").help("where the authority's directory is");
inline constexpr auto kStaging = opt::flag("staging", "false")
                                     .help(
                                         "Let's Encrypt's authority for tests instead: its certificates are trusted "
                                         "by nobody, and its limits are wide");
inline constexpr auto kContact = opt::text("contact", "").list().help("addresses of mail for the authority");
inline constexpr auto kEabKeyId =
    opt::text("eab_key_id", "").help("external account binding: the name of its key, where the authority wants one");
inline constexpr auto kEabKey = opt::text("eab_key", "").secret().help("and the key, in base64url");
inline constexpr auto kCaFile = opt::path("ca_file", "")
                                    .read_file()
                                    .help(
                                        "PEM of authorities that vouch for the directory's own server, beside the "
                                        "system's");
inline constexpr auto kKeyType = opt::choice("key_type", "p256", kKeyTypes).help("of the certificate's key");
inline constexpr auto kChallenge =
    opt::choice("challenge", "http-01", kWays)
        .help("what the authority looks at: http-01 on port 80, tls-alpn-01 on port 443 of each name");
inline constexpr auto kPath = opt::path("path", "acme").written_dir().help("account, order and certificate");
inline constexpr auto kTimeout = opt::duration("timeout", "30s")
                                     .range(kSecond, 600 * kSecond)
                                     .help("how long the authority may take to connect, and to say something");
inline constexpr auto kRetryMin =
    opt::duration("retry_min", "10m")
        .range(kSecond, kDay)
        .help("after a failure; twice as long after each further one, longer where the authority says so");
inline constexpr auto kRetryMax = opt::duration("retry_max", "1d").range(kSecond, 30 * kDay).help("and never longer");

struct Settings {
  Wish wish;
  std::string ca_file;
  std::string path;  ///< of this authority's state
  std::chrono::seconds timeout;
  int64_t retry_min;  ///< seconds
  int64_t retry_max;

  /// Throws Error{JCT_E_CONFIG}.
  static Settings from(const Config& config);
};

}  // namespace junctor::acme
