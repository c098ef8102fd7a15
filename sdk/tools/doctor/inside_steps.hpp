// SPDX-License-Identifier: Apache-2.0
// What doctor does on the server's own host: asks the server, its program, its files and the kernel. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/doctor/inside_seen.hpp"

namespace junctor::tools::doctor {

/// All that one talk over the control socket gives. `server.error` says why there is nothing.
struct Told {
  ServerSeen server;
  std::vector<InstanceSeen> instances;
  std::vector<ListenerSeen> listeners;
  std::string data_dir;
  std::string database;  ///< of storage_sqlite; empty: it does not run here
  std::string secret_file;
  std::string public_file;
  std::optional<bool> key_checked;
  int64_t socket_buffer = 0;  ///< the largest of the configuration
};
Told ask_server(const std::string& socket);

/// Runs a program to its end; not found where there is none at that path.
ProgramSeen run_program(const std::string& path, const std::vector<std::string>& args);
PathSeen look_at_path(const std::string& path);
/// Reads all of the file. `live`: a server has it open.
DatabaseSeen check_database(const std::string& path, bool live);
ClockSeen look_at_clock();
UdpSeen look_at_udp(const Told& told);

/// Bytes of the socket_buffer that a listener's value in `junctorctl config` asks for; 0: none.
int64_t socket_buffer_of(const std::string& value);
/// The drops of sockets on these ports in a text like /proc/net/udp.
int64_t drops_in(const std::string& table, const std::vector<uint16_t>& ports);

}  // namespace junctor::tools::doctor
