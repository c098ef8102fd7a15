// SPDX-License-Identifier: Apache-2.0
// What was seen on the server's own host, in plain words. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/doctor/check.hpp"
#include "tools/doctor/inside_seen.hpp"

namespace junctor::tools::doctor {

/// Names of checks, as --json has them. Stable.
namespace name {
inline constexpr const char* kConfiguration = "configuration";
inline constexpr const char* kServer = "server";
inline constexpr const char* kVersions = "versions";
inline constexpr const char* kPlugins = "plugins";
inline constexpr const char* kListeners = "listeners";
inline constexpr const char* kWarnings = "warnings";
inline constexpr const char* kUser = "user";
inline constexpr const char* kKeyFiles = "key_files";
inline constexpr const char* kDataDirectory = "data_directory";
inline constexpr const char* kDisk = "disk";
inline constexpr const char* kDatabase = "database";
inline constexpr const char* kCertificates = "certificates";
inline constexpr const char* kDescriptors = "descriptors";
inline constexpr const char* kClock = "clock";
inline constexpr const char* kIpv6 = "ipv6";
inline constexpr const char* kUdpBuffers = "udp_buffers";
inline constexpr const char* kWrites = "writes";
inline constexpr const char* kConntrack = "connection_tracking";
}  // namespace name

// The programs and the process.
Check diagnose_configuration(const ProgramSeen& check);
Check diagnose_server(const ServerSeen& server);
/// `own`: this program's version; `installed`: what junctord --version prints.
Check diagnose_versions(const std::string& own, const ProgramSeen& installed, const ServerSeen& server,
                        const std::vector<InstanceSeen>& instances);
Check diagnose_plugins(const std::vector<InstanceSeen>& instances);
Check diagnose_listeners(const ServerSeen& server, const std::vector<InstanceSeen>& instances,
                         const std::vector<ListenerSeen>& listeners);
Check diagnose_warnings(const ServerSeen& server);
Check diagnose_writes(const ServerSeen& server);
Check diagnose_user(const ServerSeen& server);
Check diagnose_descriptors(const ServerSeen& server);
/// `today`: seconds since 1970.
Check diagnose_certificates(const std::vector<ListenerSeen>& listeners, int64_t today);

// The host. `server`: whose files they should be; uid -1: not known, and then nobody's files are wrong.
Check diagnose_key_files(const KeyFilesSeen& seen, const ServerSeen& server);
Check diagnose_data_directory(const PathSeen& seen, const ServerSeen& server);
/// `free`: bytes; -1: it does not tell.
Check diagnose_disk(const std::string& path, int64_t free);
Check diagnose_database(const DatabaseSeen& seen);
Check diagnose_clock(const ClockSeen& seen);
Check diagnose_ipv6(bool has_ipv6);
Check diagnose_udp_buffers(const UdpSeen& seen);
/// Of the firewall's table; `used` -1: nothing is tracked here.
Check diagnose_conntrack(int64_t used, int64_t most);

}  // namespace junctor::tools::doctor
