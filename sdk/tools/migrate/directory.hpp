// SPDX-License-Identifier: Apache-2.0
// The files of a stock server's directory: found and checked, and brought to another. One thread; throws Refusal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tools/migrate/report.hpp"

namespace junctor::tools::migrate {

inline constexpr const char* kSecret = "id_ed25519";
inline constexpr const char* kPublic = "id_ed25519.pub";

struct Directory {
  std::string path;        ///< absolute
  bool has_keys = false;   ///< both files, and they are a pair
  std::string public_key;  ///< of the pair
  bool has_database = false;
  std::vector<std::string> banned;         ///< ids, by another program
  std::string database = "db_v2.sqlite3";  ///< DB_URL may name another; relative to `path`, or absolute
};

/// An absolute path to what exists. `what` is for the refusal.
std::string existing_directory(const std::string& path, const std::string& what);

/// Keys: a half, a damaged or an unreadable one, and two that are no pair are refused. Tells what is there.
Directory look_at(const std::string& path, Report* report);
/// The database, where there is one, and what another program keeps in it: a ban is carried over, all else is a gap.
void look_at_database(Directory* directory, Report* report);
/// blacklist.txt and blocklist.txt: lines that are no address would stop the server.
void look_at_lists(const Directory& directory, Report* report);
/// A file as junctord is to have it: of those two, bad lines are comments. Nothing where there is none.
std::optional<std::string> usable_text(const std::string& directory, const std::string& name);

struct How {
  bool dry_run = false;
  bool replace = false;  ///< what stands in the way is moved to NAME.before-migration
};
/// Copies what `from` has to `to`, which is made where it is missing. What is there already and the same stays;
/// anything else is refused, before anything is written. Files get the owner of `to` where this runs as root.
void bring(const Directory& from, const std::string& to, How how, Report* report);

}  // namespace junctor::tools::migrate
