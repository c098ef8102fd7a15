// SPDX-License-Identifier: Apache-2.0
// What two peers do once they are joined: B proves that it holds the key that A was given, then both send and check a
// stream of bytes at the same time. One thread a session.
#pragma once

#include <cstdint>
#include <string>

#include "wire/client.hpp"
#include "wire/signing.hpp"

namespace junctor::nat {

/// A's side. `pk` came signed from the server. Throws ClientError with what went wrong.
void controlling_session(wire::TcpClient& stream, const wire::PublicKey& pk, uint64_t bytes);
/// B's side. False where A says nothing within half a minute or goes away: it has taken another way.
bool controlled_session(wire::TcpClient& stream, const wire::SigningKeys& keys, uint64_t bytes);

}  // namespace junctor::nat
