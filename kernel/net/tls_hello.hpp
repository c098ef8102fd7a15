// SPDX-License-Identifier: Apache-2.0
// What a client says before TLS begins: the protocols that it offers, and the name that it asks for. Any thread.
#pragma once

#include <string>
#include <string_view>

struct ssl_st;

namespace junctor::net {

/// Of an authority that looks whether the name is ours (RFC 8737).
inline constexpr std::string_view kAcmeProtocol = "acme-tls/1";

/// `wanted` in a list of protocols (RFC 7301: each behind its length); empty: it is not there.
std::string_view protocol_in(std::string_view offers, std::string_view wanted);

/// In OpenSSL's callback for a hello: the name, in lower case, where it offers acme-tls/1 and nothing else; else "".
std::string challenged_name(ssl_st* ssl);

}  // namespace junctor::net
