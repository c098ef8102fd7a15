// SPDX-License-Identifier: Apache-2.0
// What junctorctl was asked to do, from its arguments. Pure functions, any thread.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tools/doctor/target.hpp"
#include "wire/invite.hpp"

namespace junctor::tools {

/// Wrong usage; the text says what was expected.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CommandLine {
  std::string socket;  ///< empty: the default
  bool json = false;
  bool help = false;
  bool version = false;
  std::string command;
  std::vector<std::string> args;
};

/// Options stand before the command, --json also behind it; all else behind it is the command's. `args` is argv without
/// the program. Throws UsageError.
CommandLine parse_command_line(const std::vector<std::string>& args);

struct InviteQuestion {
  wire::Invite invite;
  bool qr = false;
};

/// [HOST] [--relay R] [--api A] [--qr], as `invite` takes them; without HOST the server is asked. Throws UsageError.
InviteQuestion parse_invite(const std::vector<std::string>& args);

struct BackupQuestion {
  std::string to;
  std::string config;  ///< empty: the default
};

/// TO [--config DIR], as `backup` takes them. Throws UsageError.
BackupQuestion parse_backup(const std::vector<std::string>& args);

struct DoctorQuestion {
  std::optional<doctor::Target> target;  ///< nothing: the server on this host, from the inside
  std::string config;                    ///< its main file; empty: the default
};

/// HOST[:PORT] [--key KEY] [--relay HOST:PORT], or [--config FILE], as `doctor` takes them. Throws UsageError.
DoctorQuestion parse_doctor(const std::vector<std::string>& args);

/// `junctord.sock` in the data directory beside the program, or in /var/lib/junctor where the first does not exist.
/// `program` is the real path of PREFIX/bin/junctorctl.
std::string default_socket(const std::string& program);

/// `host` with `port`, where it has none: a name, an IPv4 or an IPv6 address, in brackets or not.
std::string host_with_port(const std::string& host, const std::string& port);

}  // namespace junctor::tools
