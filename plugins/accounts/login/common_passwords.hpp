// SPDX-License-Identifier: Apache-2.0
// The most used passwords, in small letters: those of the 10,000 and more that are long enough to be asked about.
#pragma once

#include <string_view>

namespace junctor::accounts {

/// One a line, sorted.
std::string_view common_passwords();

}  // namespace junctor::accounts
