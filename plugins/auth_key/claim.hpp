// SPDX-License-Identifier: Apache-2.0
// What tells one device from another that wants the same id: a hash of its uuid and its key. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace junctor::auth {

/// SHA-256 in hexadecimal, 64 digits.
std::string claim_of(std::string_view uuid, std::string_view pk);

/// The part of a claim that people compare.
inline std::string_view fingerprint(std::string_view claim) { return claim.substr(0, 16); }

}  // namespace junctor::auth
