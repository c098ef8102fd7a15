// SPDX-License-Identifier: Apache-2.0
// The PROXY protocol's header, versions 1 and 2 (HAProxy's proxy-protocol.txt), from the first bytes of a connection.
// A pure function, any thread.
#pragma once

#include <cstddef>
#include <span>

#include "net/address.hpp"

namespace junctor::net {

/// Longest headers that are read: version 1 by its specification; version 2 with its TLVs as one segment of the least
/// MTU holds them.
constexpr size_t kProxyV1Most = 107;
constexpr size_t kProxyV2Most = 536;

struct ProxyHeader {
  enum class Verdict : uint8_t {
    kMore,   ///< a header so far; `data` is too short to tell
    kGood,   ///< `size` bytes are the header
    kWrong,  ///< no header, or one that is malformed, too long or of an unknown kind
  };

  Verdict verdict = Verdict::kMore;
  size_t size = 0;
  /// The client; family 0 where the header names none (LOCAL, UNKNOWN, UNSPEC): the connection's own peer is meant.
  Address client;
};

/// `data`: everything that has come so far, from the first byte on.
ProxyHeader parse_proxy_header(std::span<const std::byte> data);

}  // namespace junctor::net
