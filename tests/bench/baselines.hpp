// SPDX-License-Identifier: Apache-2.0
// The limits of the machine: bare loops that accept connections in pairs and join them, and do nothing else. Each is a
// process of its own with one thread.
#pragma once

namespace junctor::bench {

/// Serves until it is killed: `kind` is "splice" (256 KiB pipes) or "copy" (64 KiB buffer). Prints its port in a line.
/// Gives the exit code where it cannot.
int serve_baseline(const char* kind);

}  // namespace junctor::bench
