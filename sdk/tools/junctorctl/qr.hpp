// SPDX-License-Identifier: Apache-2.0
// A QR code for a terminal. Pure functions, any thread.
#pragma once

#include <string>

namespace junctor::tools {

/// `text` as a QR code with its quiet zone: a line has two rows of modules in one row of characters, black on white
/// whatever the terminal's own colours are. Throws std::length_error where it is too long for any code (2,953 bytes).
std::string qr_code(const std::string& text);

}  // namespace junctor::tools
