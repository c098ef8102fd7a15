// SPDX-License-Identifier: Apache-2.0
// The peers that the bench's servers know: numbered, and stored as the storage plugin stores them. Any thread.
#pragma once

#include <cstddef>
#include <string>

#include "wire/peer.hpp"

namespace junctor::bench {

/// Ten digits.
std::string peer_id(size_t number);
/// What stands for a uuid, made of the id.
std::string peer_uuid(size_t number);

/// Of this id, with the same uuid as in the file. Its key pair is new.
wire::Peer numbered_peer(size_t number);

/// Makes the file: peers 0 to `count` - 1, last seen at `ip`, each with a key of its own.
void store_peers(const std::string& file, size_t count, const std::string& ip);

/// Peers 0 to `count` - 1 register over UDP, one after the other. Throws where the server refuses one.
void register_peers(const wire::Address& server, size_t count);

}  // namespace junctor::bench
