// SPDX-License-Identifier: Apache-2.0
// The key pair of this host's tickets, in a file of its own: made where there is none, never replaced. Blocks; from
// create alone.
#pragma once

#include <string>

#include "wire/signing.hpp"

namespace junctor::relay_tickets {

struct OwnKey {
  wire::SigningKeys keys;
  bool created = false;
};

/// Throws Error, which names the file, what was found and the mend.
OwnKey load_or_create_key(const std::string& path);

}  // namespace junctor::relay_tickets
