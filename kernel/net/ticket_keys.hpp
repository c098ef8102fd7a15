// SPDX-License-Identifier: Apache-2.0
// The keys that session tickets are sealed with: made anew as time goes on, so that who steals one opens no more than
// what was said meanwhile. In memory alone. Any thread.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace junctor::net {

class TicketKeys {
 public:
  using Clock = std::chrono::steady_clock;
  using Now = Clock::time_point (*)();
  using Name = std::array<unsigned char, 16>;

  /// A key seals for `life`, and opens for as long again what it has sealed.
  explicit TicketKeys(std::chrono::seconds life, Now now = &Clock::now);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  std::chrono::seconds life() const { return life_; }

  /// As OpenSSL's callback for tickets wants it (SSL_CTX_set_tlsext_ticket_key_evp_cb): 1 go on, 2 opened, and the
  /// client is to get a fresh one, 0 unknown: the client shakes hands in full, -1 failed.
  int seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac);
  int open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac);

 private:
  struct Key {
    Name name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
    Clock::time_point made{};
  };
  /// Of the two keys, as they are now; false: no randomness is to be had.
  bool turn(Key* current, Key* before);

  const std::chrono::seconds life_;
  const Now now_;
  std::mutex mutex_;
  Key current_;
  Key before_;
};

}  // namespace junctor::net
