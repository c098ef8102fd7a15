// SPDX-License-Identifier: Apache-2.0
// What the machine is like that a server runs on. Any thread that may wait for a disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace junctor::host {

using Nanos = std::chrono::nanoseconds;

struct Facts {
  int64_t disk_free = -1;  ///< bytes that whoever is not root may still write; -1: it could not be asked
  int64_t max_fds = 0;     ///< descriptors that this process may open
  Nanos wall{0};           ///< since 1970, as the machine has it
  Nanos uptime{0};         ///< since boot, sleep included; nobody sets it
  bool has_ipv6 = false;   ///< an address that other hosts can reach
  int64_t tracked = -1;    ///< connections that the firewall keeps in mind; -1: it does not
  int64_t most_tracked = 0;
};

/// `data_dir`: on the disk that is asked about.
Facts look(const std::string& data_dir);

/// The day of the build, in time since 1970: no clock that is right says less.
Nanos built_at();

}  // namespace junctor::host
