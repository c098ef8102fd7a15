// SPDX-License-Identifier: Apache-2.0
// blacklist.txt and blocklist.txt, read as the relay reads them. A stock server passes over a line that it cannot read;
// here it is a fault of the configuration. Pure functions; any thread.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace junctor::stock {

/// One of the two files, and the option of [relay] that names it.
struct AddressFile {
  const char* name;
  const char* option;
};
inline constexpr std::array<AddressFile, 2> kAddressFiles{
    {{"blacklist.txt", "blacklist_file"}, {"blocklist.txt", "blocklist_file"}}};

struct AddressLines {
  size_t good = 0;
  std::vector<size_t> bad;  ///< their numbers, from 1
  std::string text;         ///< as it was, but a bad line is a comment
};
/// Lines whose first word is an address or a network, empty ones, and comments behind '#'.
AddressLines read_addresses(std::string_view text);

}  // namespace junctor::stock
