// SPDX-License-Identifier: Apache-2.0
// Small files, read and written whole. Any thread; every function throws Refusal.
#pragma once

#include <optional>
#include <string>

namespace junctor::tools::migrate {

/// The whole of a small file; nothing where there is none.
std::optional<std::string> read_small_file(const std::string& path);
/// Whole or not at all, with `mode`; the owner of its directory where this runs as root.
void write_file(const std::string& path, const std::string& text, int mode);

/// Does nothing where this does not run as root.
void give_to_owner_of(const std::string& directory, const std::string& path);
std::string parent_of(const std::string& path);

}  // namespace junctor::tools::migrate
