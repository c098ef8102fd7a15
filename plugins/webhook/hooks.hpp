// SPDX-License-Identifier: Apache-2.0
// The options of [webhook], and what is made of them.
#pragma once

#include <junctor/config.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace junctor::webhook {

inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kDay = 86'400 * kSecond;

inline constexpr auto kName =
    opt::text("name", nullptr).required().help("what this hook is called in logs and metrics");
inline constexpr auto kUrl =
    opt::text("url", nullptr).required().help("where events go, as https://chat.example.org/in");
inline constexpr auto kEvents =
    opt::text("events", "accounts.*, auth.*, server.warning, server.warning_over, rendezvous.key_replaced")
        .list()
        .help("events that go there, by name or with a * at the end; see events.md");
inline constexpr auto kSecret =
    opt::text("secret", "").secret().help("what the signature is made with; empty: none is sent");
inline constexpr auto kToken = opt::text("token", "").secret().help("sent as Authorization: Bearer; empty: none");
inline constexpr auto kCaFile =
    opt::path("ca_file", "").read_file().help("authorities of the server's certificate; empty: the system's");
inline constexpr auto kVerify = opt::flag("verify", "true").help("the server's certificate is verified");
inline constexpr auto kHookFields = options(kName, kUrl, kEvents, kSecret, kToken, kCaFile, kVerify);

inline constexpr auto kHooks = opt::records<kHookFields>("hook").help("where events go, each in a table of its own");
inline constexpr auto kQueue =
    opt::count("queue", "10000").range(1, 1'000'000).help("events that wait for one hook at once; more are lost");
inline constexpr auto kTimeout =
    opt::duration("timeout", "10s").range(kSecond, 300 * kSecond).help("how long a server may be silent");
inline constexpr auto kRetry = opt::duration("retry", "5s")
                                   .range(100'000'000, kDay)
                                   .help("before an event is tried again; each time twice as long");
inline constexpr auto kRetryMost =
    opt::duration("retry_most", "10m").range(kSecond, kDay).help("the longest pause between two tries");
inline constexpr auto kGiveUp =
    opt::duration("give_up", "1d").range(kSecond, 30 * kDay).help("how old an event is when it is tried no more");

inline constexpr auto kAll = options(kHooks, kQueue, kTimeout, kRetry, kRetryMost, kGiveUp);

/// Names of events, some with a * at the end.
class Patterns {
 public:
  Patterns() = default;
  /// Throws Error for what can be no event's name.
  explicit Patterns(std::vector<std::string> all);
  bool match(std::string_view event) const;

 private:
  std::vector<std::string> names_, beginnings_;
};

struct Hook {
  std::string name;
  std::string url;
  Patterns events;
  std::string key;    ///< of the signature, as bytes; empty: none
  std::string token;  ///< empty: none
  std::string ca_file;
  bool verify = true;
  Duration timeout{};
};

struct Patience {
  size_t queue = 10'000;
  Duration retry{}, retry_most{}, give_up{};
};

/// Throws Error with the option's name for what cannot work.
std::vector<Hook> read_hooks(const Config& config);
Patience read_patience(const Config& config);

}  // namespace junctor::webhook
