// SPDX-License-Identifier: Apache-2.0
// A certificate with its key, and what TLS a listener speaks with them: OpenSSL's SSL_CTX. Immutable, any thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct ssl_ctx_st;

namespace junctor::net {

class TicketKeys;

/// PEM texts, and the names that errors give them.
struct TlsMaterial {
  std::string certificate_name;
  std::string certificate;  // the server's own first, then its chain
  std::string key_name;
  std::string key;
};

/// PEM texts of authorities: who has no certificate of one of them is not let in.
struct ClientAuthorities {
  std::string name;
  std::string text;  // empty: clients show none
};

enum class TlsVersion : uint8_t { k12, k13 };

struct TlsRules {
  TlsVersion least = TlsVersion::k12;
  ClientAuthorities clients;
  std::shared_ptr<TicketKeys> tickets;  // null: OpenSSL's, which live and die with the context
  std::string doubt;                    // of the certificate's source; empty: none
  /// Shown to who asks for acme-tls/1 and their certificate_name, and for nothing else (RFC 8737).
  std::vector<TlsMaterial> challenges;
};

class TlsContext {
 public:
  using Time = std::chrono::system_clock::time_point;

  /// Throws NetError: what is wrong with which file, and the mend. The key's text is not kept.
  static std::shared_ptr<const TlsContext> make(const TlsMaterial& material, TlsVersion least) {
    TlsRules rules;
    rules.least = least;
    return make({material}, rules);
  }
  /// Several: each client gets the first that has the name it asks for (SNI), else the first of all.
  static std::shared_ptr<const TlsContext> make(const std::vector<TlsMaterial>& materials, const TlsRules& rules);

  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// When the first of the certificates to end does.
  Time expires() const { return expires_; }
  /// What serves, and yet will be refused by some clients: an incomplete chain, a wrong order. With the mend.
  const std::vector<std::string>& doubts() const { return doubts_; }
  /// The keys that it was given; null: none.
  const std::shared_ptr<TicketKeys>& tickets() const { return tickets_; }
  ssl_ctx_st* raw() const { return context_; }

 private:
  TlsContext() = default;

  ssl_ctx_st* context_ = nullptr;
  Time expires_{};
  std::vector<std::string> doubts_;
  std::shared_ptr<TicketKeys> tickets_;
};

/// "2026-12-24": the UTC day.
std::string day_of(TlsContext::Time time);

}  // namespace junctor::net
