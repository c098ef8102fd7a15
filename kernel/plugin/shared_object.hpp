// SPDX-License-Identifier: Apache-2.0
// Finding and opening a plugin's file: our own dlopen, after a look at who could have written it. [control]
#pragma once

#include <string>
#include <vector>

namespace junctor::plugin {

/// Checks `DIR/NAME.so` and opens it (now, local, never unloaded). Returns the address of symbol `entry`, or null and
/// `*why`: no such file; not a regular file; owned or writable by somebody else than root and the user we run as; the
/// linker's own words; or no such symbol, with the entry of another major named if it has one.
void* open_plugin(const std::string& dir, const std::string& name, const char* entry, std::string* why);

/// Names of the files in `dir` that could be plugins, sorted.
std::vector<std::string> plugins_in(const std::string& dir);

}  // namespace junctor::plugin
