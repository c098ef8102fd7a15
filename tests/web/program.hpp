// SPDX-License-Identifier: Apache-2.0
// Programs of others that a test cannot do without. Any thread.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace junctor::web {

/// Ends the test program as skipped where `path` is missing; in CI that is a failure. Call it first: nothing is
/// unwound.
inline void need_program(const std::string& path) {
  if (::access(path.c_str(), X_OK) == 0) return;
  const std::string why = path + " is missing; share/packages names its Debian package";
  if (std::getenv("CI") != nullptr) throw std::runtime_error{why};
  std::fprintf(stderr, "skipped: %s\n", why.c_str());
  std::_Exit(77);
}

}  // namespace junctor::web
