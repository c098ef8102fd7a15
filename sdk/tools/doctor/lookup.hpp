// SPDX-License-Identifier: Apache-2.0
// Names to addresses, in bounded time. Any thread.
#pragma once

#include <string>

#include "tools/doctor/observations.hpp"

namespace junctor::tools::doctor {

NameSeen look_up(const std::string& host, Millis patience);

}  // namespace junctor::tools::doctor
