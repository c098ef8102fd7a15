// SPDX-License-Identifier: Apache-2.0
// Gets one certificate, step by step: each call goes on from what is on disk, as far as it can without waiting, so that
// it does not matter whether the process has been killed in between. On [pool]; one call at a time.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "authority.hpp"
#include "state.hpp"

namespace junctor::acme {

enum class Way : uint8_t { kHttp, kTls };

struct Wish {
  std::vector<std::string> names;  ///< lower case, sorted, none twice
  std::string directory_url;
  std::vector<std::string> contacts;  ///< "mailto:a@b"
  std::optional<Binding> binding;
  KeyType key_type = KeyType::kP256;
  Way way = Way::kHttp;

  /// What of it must change for a refusal to be worth another look at once.
  std::string fingerprint() const;
};

/// Where answers to challenges are put. Any thread.
class Stage {
 public:
  virtual ~Stage() = default;
  /// HTTP-01: the path's last segment, and the whole answer.
  virtual void show_token(const std::string& token, const std::string& answer) = 0;
  /// TLS-ALPN-01: the certificate of RFC 8737 for it. Throws where that cannot be.
  virtual void show_certificate(const std::string& name, const std::string& key_authorization) = 0;
  /// All of it.
  virtual void clear() = 0;
};

class Procedure {
 public:
  using Tell = std::function<void(const std::string& what, const std::string& detail)>;

  /// `tell`: what is being done, for the log and for people. `stop`: true ends it between two requests.
  Procedure(Wish wish, State& state, Authority& authority, Stage& stage, Tell tell, std::function<bool()> stop);

  /// Nothing: done, and state.issued() has it. Else how many seconds to wait before the next call. Throws Failure, and
  /// std::runtime_error where the disk refuses.
  std::optional<int64_t> go_on();

 private:
  void open_account();
  SavedOrder order();
  std::string order_of_before(const SavedOrder& saved);
  std::optional<int64_t> look(SavedOrder& saved, const Authority::Reply& reply);
  std::optional<int64_t> authorize(const Authority::Reply& reply);
  bool authorized(const std::string& url, int64_t* wait);
  [[noreturn]] void tell_end(const Authority::Json& order, const std::string& status);
  void answer(const Authority::Json& challenge, const std::string& name);
  void finalize(const SavedOrder& saved, const Authority::Json& order);
  void take(const SavedOrder& saved, const Authority::Json& order);
  void check_stop() const;

  Wish wish_;
  State& state_;
  Authority& authority_;
  Stage& stage_;
  Tell tell_;
  std::function<bool()> stop_;
  std::optional<Key> account_;
};

}  // namespace junctor::acme
