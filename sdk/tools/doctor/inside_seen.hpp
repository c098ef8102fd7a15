// SPDX-License-Identifier: Apache-2.0
// What doctor has seen of the server on its own host, before it is judged. Values, any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace junctor::tools::doctor {

/// `junctord --check` and the like.
struct ProgramSeen {
  bool found = false;
  int code = 0;
  std::string text;  ///< all that it printed
};

struct WarningSeen {
  std::string reason;
  std::string detail;
  std::string hint;
};

struct WriteSeen {
  std::string what;  ///< "storage_sqlite disk_full", "log"
  int64_t count = 0;
};

/// The process, by its control socket and /proc.
struct ServerSeen {
  std::string error;  ///< why it does not answer; empty: it does
  std::string version;
  std::string state;  ///< "running", "draining"
  int64_t pid = 0;
  int64_t uptime_s = 0;
  int64_t uid = -1;  ///< -1: not known
  int64_t open_fds = -1;
  int64_t max_fds = -1;
  uint16_t base_port = 0;
  std::vector<int64_t> groups;        ///< whose rights it has
  std::vector<std::string> warnings;  ///< reason words that it warns of now
  std::vector<WarningSeen> standing;  ///< those of which it says more
  std::vector<WriteSeen> refused;     ///< writes that disk or database refused since the start
};

struct InstanceSeen {
  std::string name;
  std::string plugin;
  std::string version;
  std::string state;
  std::string reason;
};

struct ListenerSeen {
  std::string instance;
  std::string protocol;  ///< "tcp", "udp"
  std::string address;   ///< "0.0.0.0:21116"
  uint16_t port = 0;
  std::string tls_expires;  ///< a day; empty: plain
  std::string tls_doubt{};  ///< what clients may think of certificate and chain; empty: nothing
};

struct PathSeen {
  std::string path;
  int error = 0;  ///< errno of stat; 0: it is there
  uint32_t mode = 0;
  int64_t owner = 0;
  int64_t group = 0;
};

struct KeyFilesSeen {
  PathSeen secret;
  PathSeen open;                ///< the public half
  std::optional<bool> checked;  ///< whether clients need the key; nothing: not known
  bool from_files = true;       ///< false: the configuration has the key
};

struct DatabaseSeen {
  std::string path;     ///< empty: the site has none
  std::string verdict;  ///< of quick_check: "ok"; empty: it was not asked
  std::string why_not;  ///< it was not asked
  int64_t bytes = 0;
};

struct ClockSeen {
  int64_t now = 0;    ///< seconds since 1970
  int64_t built = 0;  ///< of this program, to the day
  bool synchronised = false;
};

struct UdpSeen {
  int64_t allowed = -1;  ///< net.core.rmem_max
  int64_t asked = 0;     ///< the largest socket_buffer of the configuration; 0: none
  int64_t dropped = -1;  ///< by the server's sockets since they opened, for want of buffer; -1: not known
};

}  // namespace junctor::tools::doctor
