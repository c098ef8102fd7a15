// SPDX-License-Identifier: Apache-2.0
// How stock servers are started: systemd units and compose files of the well-known shapes. What they hold beyond that
// is named, never guessed. Pure functions on texts; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/stock/given.hpp"

namespace junctor::stock {

/// One start of a stock server, as a file describes it.
struct Start {
  struct EnvFile {
    std::string path;
    bool optional = false;  ///< may be missing
    std::string origin;
  };

  Program program = Program::kHbbs;
  std::vector<std::string> args;
  std::string origin;  ///< of the command: "compose.yml:5"
  std::vector<Pair> environment;
  std::vector<EnvFile> env_files;
};

/// The service of a unit that starts hbbs or hbbr; none where it starts something else.
std::vector<Start> read_unit(const std::string& file, std::string_view text, Remarks* remarks);

/// Every service of a compose file whose command or entrypoint is hbbs or hbbr.
std::vector<Start> read_compose(const std::string& file, std::string_view text, Remarks* remarks);

/// A command line such as "hbbs -k _"; false where its first word is no stock server.
bool read_command(const std::vector<std::string>& words, const std::string& origin, Start* start);

}  // namespace junctor::stock
