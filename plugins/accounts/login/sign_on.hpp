// SPDX-License-Identifier: Apache-2.0
// Log-ins by way of another site (accounts.md 13, http-api.md 2.5): begun by a client or a console, finished in a
// browser, fetched by who began. In memory: after a restart people begin anew. [loop] unless it says otherwise.
#pragma once

#include <junctor/host.hpp>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "accounts/login/log_in.hpp"
#include "accounts/login/providers.hpp"

namespace junctor::accounts {

struct SignOnLimits {
  int64_t seconds = 300;
  size_t open = 10'000;    ///< at once; more are refused
  size_t per_source = 50;  ///< of one source
};

class SignOn {
 public:
  /// All outlive it.
  struct Parts {
    const Host& host;
    const Providers& providers;
    LogIn& log_in;
  };
  SignOn(const Parts& parts, const SignOnLimits& limits);

  /// [any] Where browsers come back to: "https://rd.example.org"; empty: nobody can be sent away.
  void set_public_url(std::string url);
  std::string public_url() const;

  struct Begun {
    std::string refused;  ///< not empty: a sentence
    std::string code;     ///< with which a client asks for the end
    std::string url;      ///< where the browser goes
    std::string browser;  ///< a console's: what the browser shows when it comes back
  };
  void begin(const std::string& provider, const LoginFrom& from, std::function<void(const Begun&)> done);

  struct Returned {
    std::string refused;  ///< not empty: a sentence
    std::string provider;
    LoginFrom from;  ///< who began
    std::string device_name;
  };
  /// The browser is back. For a console it is the end, and `entered` has the answer; a client fetches its own.
  using Back = std::function<void(const Returned&, const std::optional<LoginAnswer>& entered)>;
  void come_back(const std::string& query, const std::string& browser, Back done);

  /// nullopt: not yet. An answer is given once; a code that is not (or no longer) open, or another's, is refused.
  using Fetched = std::function<void(const std::optional<LoginAnswer>&)>;
  void fetch(const std::string& code, const LoginFrom& from, Fetched done);

 private:
  enum class At : uint8_t { kAway, kAsking, kBack, kRefused, kEntering };
  struct Attempt {
    At at = At::kAway;
    ProviderInfo provider;
    LoginFrom from;
    std::string state, callback, browser;  // browser: its hash; empty: a client's
    int64_t until = 0;
    LoginPerson person;   // kBack
    std::string refused;  // kRefused
  };
  using Open = std::unordered_map<std::string, Attempt>;

  void tidy(int64_t now);
  std::string room_for(const LoginFrom& from, int64_t now);
  void erase(Open::iterator at);
  void drop(const std::string& code_hash);
  void heard(const std::string& code_hash, const Providers::Answer& said, const Back& done);
  int64_t now() const { return static_cast<int64_t>(parts_.host.wall() / 1'000'000); }

  const Parts parts_;
  const SignOnLimits limits_;
  mutable std::mutex mutex_;  // all below
  std::string public_url_;
  Open open_;                                            // by the code's hash
  std::unordered_map<std::string, std::string> states_;  // the state's hash to that
  std::unordered_map<std::string, size_t> sources_;      // how many of each
  int64_t tidied_ = 0;
  Metric begun_, back_, refused_, full_;
};

}  // namespace junctor::accounts
