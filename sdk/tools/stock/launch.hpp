// SPDX-License-Identifier: Apache-2.0
// One stock server's arguments and environment as a configuration of junctord, for junctord-compat. No I/O; any thread.
#pragma once

#include <string>
#include <vector>

#include "tools/stock/given.hpp"
#include "tools/stock/translate.hpp"

namespace junctor::stock {

/// What the launcher has found around it.
struct Surroundings {
  std::vector<Pair> config_file;  ///< of -c
  std::vector<Pair> environment;
  std::vector<Pair> dot_env;   ///< .env in the working directory
  std::string directory;       ///< the working directory: keys and database are there
  bool has_secret_key = true;  ///< id_ed25519 is there
  std::string public_key;      ///< the text of id_ed25519.pub; empty: none
  bool web_sockets = true;     ///< the plugin ws_bridge is installed
  std::string control_socket;  ///< where an image has its health check; empty: in the directory
};

/// The whole configuration of a junctord that is `program`. Flags hold before -c's file, that before the environment,
/// that before .env.
Translation plan_launch(Program program, const Arguments& arguments, const Surroundings& around);

/// What is understood.
std::string launch_help();

}  // namespace junctor::stock
