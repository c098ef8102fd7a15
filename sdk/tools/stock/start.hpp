// SPDX-License-Identifier: Apache-2.0
// How stock servers are started: systemd units and compose files. What they hold beyond that is named, never guessed.
// Pure functions on texts; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/stock/given.hpp"

namespace junctor::stock {

/// One start of a stock server, as a file describes it.
struct Start {
  struct File {
    std::string path;
    bool optional = false;  ///< may be missing
    std::string origin;
    std::string name;  ///< empty: lines NAME=VALUE; else the file's whole text is this name's value
  };

  Program program = Program::kHbbs;
  StartedBy started_by = StartedBy::kCommand;
  std::vector<std::string> args;
  std::string origin;  ///< of the command: "compose.yml:5"
  std::vector<Pair> environment;
  std::vector<File> files;         ///< of two that have a name the later holds
  bool files_hold_before = false;  ///< ... `environment`: as systemd has it, and compose not
  std::string directory;           ///< the one that the server has as its own; empty: not said
};

/// A file of a unit: the unit's own first, then its drop-ins.
struct UnitFile {
  std::string name;
  std::string text;
};
/// The services that start hbbs or hbbr: one, or those of the output of `systemctl cat`, which shows units and drop-ins
/// one behind the other, each under its path.
std::vector<Start> read_unit(const std::vector<UnitFile>& files, Remarks* remarks);

/// Every service of a compose file whose command or entrypoint is hbbs or hbbr, and both of an image that starts both.
std::vector<Start> read_compose(const std::string& file, std::string_view text, Remarks* remarks);

/// A command line such as "hbbs -k _"; false where its first word is no stock server.
bool read_command(const std::vector<std::string>& words, const std::string& origin, Start* start);

}  // namespace junctor::stock
