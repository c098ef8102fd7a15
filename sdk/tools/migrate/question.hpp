// SPDX-License-Identifier: Apache-2.0
// What `junctorctl migrate` was asked to do. Pure; any thread.
#pragma once

#include <string>
#include <vector>

namespace junctor::tools::migrate {

struct Question {
  std::string directory;   ///< DIR
  std::string to;          ///< empty: in place
  std::string config_dir;  ///< empty: conf.d of the tree that this program is installed in
  std::vector<std::string> units;
  std::vector<std::string> composes;
  std::vector<std::string> env_files;
  std::vector<std::string> commands;  ///< "hbbs -k _", of --hbbs and --hbbr
  bool replace = false;
  bool leave_out = false;  ///< what is not understood is left out; else nothing is written
  bool dry_run = false;
  bool back = false;
  bool help = false;
  bool web_sockets = true;  ///< not asked for: the plugin ws_bridge is installed
};

/// `args` stand behind the word migrate. Throws UsageError.
Question parse_question(const std::vector<std::string>& args);

extern const char* const kHelp;

}  // namespace junctor::tools::migrate
