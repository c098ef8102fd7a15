// SPDX-License-Identifier: Apache-2.0
// What the kernel's own work costs for a heartbeat: an echo of datagrams that does nothing else.
#pragma once

namespace junctor::bench {

/// Serves until it is killed and prints its port in a line: each thread has a socket of its own and waits in recvmmsg,
/// with 64 datagrams at a time. Gives the exit code where it cannot.
int serve_echo(int threads);

}  // namespace junctor::bench
