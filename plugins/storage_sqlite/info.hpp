// SPDX-License-Identifier: Apache-2.0
// The info column of a stock database: a JSON object of which we know the member "ip" (protocol.md 7). Any thread.
#pragma once

#include <string>
#include <string_view>

namespace junctor::storage {

/// The address, an IPv4-mapped one as IPv4; empty where there is none or the text is no JSON object.
std::string ip_of_info(std::string_view info);

/// `info` with its address replaced and all other members kept; a new object where it is no JSON object. The text comes
/// back unchanged when the address is the same.
std::string info_with_ip(std::string_view info, std::string_view ip);

}  // namespace junctor::storage
