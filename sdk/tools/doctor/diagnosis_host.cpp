// SPDX-License-Identifier: Apache-2.0
// Judgements of the server's files and of its host.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

#include "tools/doctor/diagnosis_inside.hpp"
#include "tools/doctor/words.hpp"

namespace junctor::tools::doctor {
namespace {

constexpr uint32_t kOthersMay = 0077;
constexpr uint32_t kOthersWrite = 0022;
constexpr uint32_t kStrangersRead = 0007;
constexpr int64_t kMebibyte = 1 << 20;
constexpr int64_t kDiskLow = 256 * kMebibyte;  // warn_disk_free's default
constexpr int64_t kDiskFull = 4 * kMebibyte;   // a commit of a thousand registrations, and room for the log behind it
constexpr int64_t kDay = 86'400;

std::string mode_text(uint32_t mode) {
  std::string digits;
  for (int shift = 9; shift >= 0; shift -= 3) digits += static_cast<char>('0' + ((mode >> shift) & 7U));
  return digits;
}

std::string uid_text(int64_t uid) { return "uid " + std::to_string(uid); }

std::string mebibytes(int64_t bytes) { return std::to_string(bytes / kMebibyte) + " MiB"; }

std::string time_text(int64_t seconds) {
  const std::time_t time = seconds;
  tm parts{};
  char text[32];
  ::gmtime_r(&time, &parts);
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S UTC", &parts)};
}

/// Where a platform mounts what belongs to root and to a group of the server (fsGroup), the group's rights are the
/// server's.
bool is_by_group(const PathSeen& seen, const ServerSeen& server) {
  const auto& groups = server.groups;
  return server.uid > 0 && seen.owner != server.uid && seen.owner == 0 &&
         std::find(groups.begin(), groups.end(), seen.group) != groups.end();
}

bool is_foreign(const PathSeen& seen, const ServerSeen& server, uint32_t needs) {
  if (server.uid <= 0 || seen.owner == server.uid) return false;
  return !is_by_group(seen, server) || (seen.mode >> 3 & needs) != needs;
}

/// What others than the server may.
uint32_t others(const PathSeen& seen, const ServerSeen& server, uint32_t rights) {
  return seen.mode & (is_by_group(seen, server) ? rights & 07U : rights);
}

}  // namespace

Check diagnose_key_files(const KeyFilesSeen& seen, const ServerSeen& server) {
  if (!seen.from_files) return ok(name::kKeyFiles, "the key is in the configuration");
  const PathSeen& secret = seen.secret;
  if (secret.error != 0 || seen.open.error != 0) {
    const PathSeen& missing = secret.error != 0 ? secret : seen.open;
    return failed(
        name::kKeyFiles, missing.path + ": " + std::strerror(missing.error),
        "Without the pair every client needs a new Key. Restore both files from a backup; who cannot read the "
        "directory runs this as root.");
  }
  if (others(secret, server, kOthersMay) != 0) {
    return failed(name::kKeyFiles,
                  secret.path + " has mode " + mode_text(secret.mode) + ": others may read the secret key",
                  "chmod 600 " + secret.path +
                      ". Who has read it can pretend to be this site: if that may have happened, "
                      "make a new pair (junctorctl keys generate), and give clients the new Key.");
  }
  if (is_foreign(secret, server, 04)) {
    return failed(
        name::kKeyFiles,
        secret.path + " belongs to " + uid_text(secret.owner) + ", the server runs as " + uid_text(server.uid),
        "chown it to the server's user.");
  }
  if (seen.checked == false) {
    return warning(name::kKeyFiles, "the pair is there, but clients need not have the key",
                   "Anybody who knows the address can use this site: take key = \"\" out of [auth_key].");
  }
  return ok(name::kKeyFiles, secret.path + " is there, for the server alone");
}

Check diagnose_data_directory(const PathSeen& seen, const ServerSeen& server) {
  if (seen.error != 0) {
    return failed(name::kDataDirectory, seen.path + ": " + std::strerror(seen.error),
                  "Keys, database and control socket lie there. --data DIR where it is another; run this as root where "
                  "you may not look into it.");
  }
  const std::string detail =
      seen.path + " has mode " + mode_text(seen.mode) + " and belongs to " + uid_text(seen.owner);
  if (is_foreign(seen, server, 07)) {
    return failed(name::kDataDirectory, detail + ", the server runs as " + uid_text(server.uid),
                  "It cannot make files there: chown -R it to the server's user.");
  }
  if (others(seen, server, kOthersWrite) != 0) {
    return failed(name::kDataDirectory, detail, "Others may put files there, and take the keys' place: chmod 750 it.");
  }
  if ((seen.mode & kStrangersRead) != 0) {
    return warning(name::kDataDirectory, detail, "Everybody on this host may look into it: chmod 750 it.");
  }
  return ok(name::kDataDirectory, detail);
}

Check diagnose_disk(const std::string& path, int64_t free) {
  if (free < 0) return skipped(name::kDisk, path + " does not tell how much is free");
  const std::string detail = mebibytes(free) + " free for " + path;
  constexpr const char* kHint =
      "Make room or give it a larger disk. While it is full nothing new can register; known devices and sessions go "
      "on.";
  if (free < kDiskFull) return failed(name::kDisk, detail, kHint);
  if (free < kDiskLow) return warning(name::kDisk, detail, kHint);
  return ok(name::kDisk, detail);
}

Check diagnose_database(const DatabaseSeen& seen) {
  if (seen.path.empty()) return skipped(name::kDatabase, "this site has no SQLite file");
  if (!seen.why_not.empty()) return skipped(name::kDatabase, seen.path + ": " + seen.why_not);
  if (seen.verdict == "ok") return ok(name::kDatabase, seen.path + " is sound, " + mebibytes(seen.bytes));
  return failed(name::kDatabase, seen.path + ": " + seen.verdict,
                "Stop the server, put the last good backup in its place (share/doc/backup.md), start it. Devices that "
                "registered later do so again by themselves. Then look at the disk: files do not break by themselves.");
}

Check diagnose_clock(const ClockSeen& seen) {
  const std::string detail = "it is " + time_text(seen.now);
  if (seen.now < seen.built - kDay) {
    return failed(
        name::kClock, detail + ", and this program was built later",
        "Set the clock and keep it set (systemd-timesyncd, chrony): log times are wrong, certificates look not "
        "yet valid, and relays on other hosts refuse this server's tickets.");
  }
  return ok(name::kClock,
            detail + (seen.synchronised ? ", kept by NTP" : ", not kept by NTP as far as the kernel knows"));
}

Check diagnose_ipv6(bool has_ipv6) {
  if (has_ipv6) return ok(name::kIpv6, "this host has an address");
  return warning(name::kIpv6, "this host has no IPv6 address that others can reach",
                 "Nothing fails by it. But clients with IPv6 alone do not come, and pairs that could meet over it are "
                 "relayed.");
}

Check diagnose_udp_buffers(const UdpSeen& seen) {
  const std::string allowed = std::to_string(seen.allowed);
  if (seen.allowed >= 0 && seen.asked > seen.allowed) {
    return warning(name::kUdpBuffers,
                   "socket_buffer asks for " + std::to_string(seen.asked) + " bytes, the system allows " + allowed,
                   "sysctl -w net.core.rmem_max=" + std::to_string(seen.asked) + " net.core.wmem_max=" +
                       std::to_string(seen.asked) + ", and the same in /etc/sysctl.d; then restart the server.");
  }
  if (seen.dropped > 0) {
    return warning(
        name::kUdpBuffers, std::to_string(seen.dropped) + " datagrams were dropped as the buffer was full",
        "After a restart of a large site that is its crowd coming back, and clients try again. If it goes on: "
        "listen_udp = { address = \":P\", socket_buffer = \"8MiB\" } in [rendezvous], and sysctl -w "
        "net.core.rmem_max=8388608.");
  }
  if (seen.dropped < 0) return skipped(name::kUdpBuffers, "the server's sockets cannot be read");
  return ok(name::kUdpBuffers, "no datagram was dropped; up to " + allowed + " bytes are allowed");
}

Check diagnose_conntrack(int64_t used, int64_t most) {
  if (used < 0 || most <= 0) return ok(name::kConntrack, "no firewall on this host tracks connections");
  const std::string detail = std::to_string(used) + " connections are tracked, at most " + std::to_string(most);
  constexpr const char* kHint =
      "When the table is full the kernel drops new connections without a word. Raise it (sysctl -w "
      "net.netfilter.nf_conntrack_max=..., and the same in /etc/sysctl.d), or exempt this server's ports (notrack). A "
      "NAT "
      "rule that a container engine left behind may be what fills it: conntrack -S and conntrack -L show.";
  if (used >= most * 95 / 100) return failed(name::kConntrack, detail, kHint);
  if (used >= most * 8 / 10) return warning(name::kConntrack, detail, kHint);
  return ok(name::kConntrack, detail);
}

}  // namespace junctor::tools::doctor
