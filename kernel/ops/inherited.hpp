// SPDX-License-Identifier: Apache-2.0
// Descriptors that a service manager gives to a new process: those that the one before had left with it
// (sd_listen_fds(3), without its library). [control], before other threads run.
#pragma once

#include <vector>

namespace junctor::ops {

/// The descriptors of $LISTEN_FDS, once, close-on-exec; none where $LISTEN_PID is another process. The caller closes
/// them.
std::vector<int> inherited_descriptors();

}  // namespace junctor::ops
