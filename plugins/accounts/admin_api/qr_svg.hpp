// SPDX-License-Identifier: Apache-2.0
// QR codes for browsers. Any thread.
#pragma once

#include <string>

namespace junctor::accounts::admin {

/// The code as SVG, without anything that runs; empty where the text is too long for one.
std::string qr_svg(const std::string& text);

}  // namespace junctor::accounts::admin
