// SPDX-License-Identifier: Apache-2.0
// `junctorctl doctor`: examines a server as a client and prints what it finds. One thread of its own.
#pragma once

#include "tools/doctor/target.hpp"

namespace junctor::tools::doctor {

/// To standard output. True where nothing has failed.
bool run(const Target& target, bool json);

}  // namespace junctor::tools::doctor
