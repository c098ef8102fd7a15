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
  std::vector<Pair> environment;  ///< and what an engine's secrets say in its place
  std::vector<Pair> dot_env;      ///< .env in the working directory
  std::string directory;          ///< keys and database are there
  bool has_secret_key = true;     ///< id_ed25519 is there
  std::string public_key;         ///< the text of id_ed25519.pub; empty: none
  bool web_sockets = true;        ///< the plugin ws_bridge is installed
  std::string control_socket;     ///< where an image has its health check; empty: in the directory
};

/// The whole configuration of a junctord that is `program`. Flags hold before -c's file, that before .env, that before
/// the environment.
Translation plan_launch(Program program, const Arguments& arguments, const Surroundings& around);
/// Of one that is both, as the stock's image with s6 starts them without a command.
Translation plan_image(const Surroundings& around);
/// Whether that image is meant: one of the variables that it alone reads is there.
bool is_image_start(const std::vector<Pair>& environment);

/// What is understood.
std::string launch_help();

}  // namespace junctor::stock
