// SPDX-License-Identifier: Apache-2.0
// A certificate that nobody vouches for: what a listener shows until one has been issued. Any thread.
#pragma once

#include "net/tls_context.hpp"

namespace junctor::net {

/// An ECDSA key on P-256, for a year. Throws NetError.
TlsMaterial make_self_signed();

}  // namespace junctor::net
