// SPDX-License-Identifier: Apache-2.0
// Where the configuration and the state of an installed tree lie; junctord and junctorctl agree on it. Pure functions,
// any thread.
#pragma once

#include <string>

namespace junctor::config {

/// GNU's rule: a tree has both beside its programs and can be moved, only those of /usr are in /etc and /var.
inline std::string beside(const std::string& prefix, const std::string& dir) {
  return prefix == "/usr" ? dir : prefix + dir;
}

/// Has junctor.toml and conf.d. `prefix` is X of X/sbin/junctord.
inline std::string etc_dir(const std::string& prefix) { return beside(prefix, "/etc/junctor"); }

/// Has keys, database and control socket, unless the configuration says otherwise.
inline std::string state_dir(const std::string& prefix) { return beside(prefix, "/var/lib/junctor"); }

}  // namespace junctor::config
