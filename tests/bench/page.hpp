// SPDX-License-Identifier: Apache-2.0
// The generated parts of share/doc/speed.md: its table and its picture, from a run's figures. Any thread.
#pragma once

#include <string>

#include "figures.hpp"

namespace junctor::bench {

/// In Markdown: the machine, and every row with a target.
std::string table_of(const Figures& figures);
/// As SVG: cost against the number of peers, and of sessions.
std::string picture_of(const Figures& figures);
/// `page` with `table` between its marks. Throws where they are not there.
std::string with_table(const std::string& page, const std::string& table);

/// Reads FILE, writes DIR/speed.md and DIR/speed.svg anew. The exit code.
int write_page(const std::string& file, const std::string& dir);

}  // namespace junctor::bench
