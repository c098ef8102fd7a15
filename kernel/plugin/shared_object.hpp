// SPDX-License-Identifier: Apache-2.0
// Finding and opening a plugin's file: our own dlopen, after a look at who could have written it. [control]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace junctor::plugin {

/// Checks `DIR/NAME.so` and opens it (now, local, never unloaded). Returns the address of symbol `entry`, or null and
/// `*why`: no such file; not a regular file; owned or writable by somebody else than root and the user we run as; the
/// linker's own words; or no such symbol, with the entry of another major named if it has one.
void* open_plugin(const std::string& dir, const std::string& name, const char* entry, std::string* why);

/// Which bytes a file of that name has: equal as long as nobody writes or exchanges it.
struct FileIdentity {
  uint64_t device = 0, inode = 0, bytes = 0;
  int64_t modified_ns = 0;
  bool operator==(const FileIdentity&) const = default;
};
/// Of `DIR/NAME.so`, with the checks of open_plugin but those of its contents. Nothing and `*why`.
std::optional<FileIdentity> identify_plugin(const std::string& dir, const std::string& name, std::string* why);

/// Names of the files in `dir` that could be plugins, sorted.
std::vector<std::string> plugins_in(const std::string& dir);

}  // namespace junctor::plugin
