// SPDX-License-Identifier: Apache-2.0
// The key file: base64 of seed and public key, as id_ed25519, mode 0600. Blocks.
#include "own_key.hpp"

#include "junctor/result.hpp"
#include "wire/key_file.hpp"

namespace junctor::relay_tickets {

OwnKey load_or_create_key(const std::string& path) {
  try {
    if (wire::key_file_exists(path)) return {wire::read_secret_key(path, wire::Readers::kOwnerAlone), false};
    OwnKey made{wire::SigningKeys::generate(), true};
    wire::write_secret_key(path, made.keys);
    return made;
  } catch (const wire::KeyFileError& error) {
    throw Error{JCT_E_CONFIG,
                std::string{error.what()} +
                    "; a new one is made where there is none, and the other hosts must be told its public key"};
  }
}

}  // namespace junctor::relay_tickets
