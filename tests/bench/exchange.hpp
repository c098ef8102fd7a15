// SPDX-License-Identifier: Apache-2.0
// What the kernel's own work costs for a punch exchange: two connections that come and go, a datagram, a message.
#pragma once

namespace junctor::bench {

/// Serves until it is killed and prints its port, of TCP and UDP, in a line: devices register, a request makes a push
/// to the next of them, and whatever comes over another connection answers the request that has waited longest. What it
/// says was made beforehand. Gives the exit code where it cannot.
int serve_exchange();

}  // namespace junctor::bench
