// SPDX-License-Identifier: Apache-2.0
// Claims of devices. Any thread.
#include "auth_key/claim.hpp"

#include <sodium.h>

namespace junctor::auth {

std::string claim_of(std::string_view uuid, std::string_view pk) {
  // The length stands first, so that no two pairs run together into the same text.
  std::string text = std::to_string(uuid.size()) + ":";
  text.append(uuid).append(pk);
  unsigned char hash[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(hash, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  char out[2 * sizeof hash + 1];
  sodium_bin2hex(out, sizeof out, hash, sizeof hash);
  return out;
}

}  // namespace junctor::auth
