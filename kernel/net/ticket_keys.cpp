// SPDX-License-Identifier: Apache-2.0
// AES-256-CBC and HMAC-SHA256, as RFC 5077 recommends. Any thread.
#include "net/ticket_keys.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>

namespace junctor::net {
namespace {

/// Wiped when it goes: keys are copied out from under the mutex.
template <class Key>
struct Wiped : Key {
  ~Wiped() { OPENSSL_cleanse(static_cast<Key*>(this), sizeof(Key)); }
};

bool set_mac(EVP_MAC_CTX* mac, std::array<unsigned char, 32>& key) {
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.data(), key.size()),
                                   OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   OSSL_PARAM_construct_end()};
  return EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

}  // namespace

TicketKeys::TicketKeys(std::chrono::seconds life, Now now) : life_{life}, now_{now} {}

TicketKeys::~TicketKeys() {
  OPENSSL_cleanse(&current_, sizeof current_);
  OPENSSL_cleanse(&before_, sizeof before_);
}

bool TicketKeys::turn(Key* current, Key* before) {
  const std::lock_guard lock{mutex_};
  const Clock::time_point now = now_();
  if (current_.made == Clock::time_point{} || now - current_.made >= life_) {
    Wiped<Key> next;
    if (RAND_bytes(next.name.data(), static_cast<int>(next.name.size())) != 1 ||
        RAND_bytes(next.cipher.data(), static_cast<int>(next.cipher.size())) != 1 ||
        RAND_bytes(next.mac.data(), static_cast<int>(next.mac.size())) != 1) {
      return false;
    }
    next.made = now;
    before_ = now - current_.made >= 2 * life_ ? Key{} : current_;
    current_ = next;
  }
  *current = current_;
  *before = before_;
  return true;
}

int TicketKeys::seal(unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  Wiped<Key> current;
  Wiped<Key> before;
  if (!turn(&current, &before) || RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  std::copy(current.name.begin(), current.name.end(), name);
  const bool set = EVP_EncryptInit_ex2(cipher, EVP_aes_256_cbc(), current.cipher.data(), iv, nullptr) == 1 &&
                   set_mac(mac, current.mac);
  return set ? 1 : -1;
}

int TicketKeys::open(const unsigned char* name, const unsigned char* iv, EVP_CIPHER_CTX* cipher, EVP_MAC_CTX* mac) {
  Wiped<Key> current;
  Wiped<Key> before;
  if (!turn(&current, &before)) return -1;
  const auto is = [&](const Key& key) {
    return key.made != Clock::time_point{} && std::equal(key.name.begin(), key.name.end(), name);
  };
  const bool fresh = is(current);
  if (!fresh && !is(before)) return 0;
  Key& key = fresh ? current : before;
  const bool set =
      EVP_DecryptInit_ex2(cipher, EVP_aes_256_cbc(), key.cipher.data(), iv, nullptr) == 1 && set_mac(mac, key.mac);
  if (!set) return -1;
  return fresh ? 1 : 2;
}

}  // namespace junctor::net
