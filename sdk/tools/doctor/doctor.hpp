// SPDX-License-Identifier: Apache-2.0
// `junctorctl doctor`: examines a server, as a client or from the inside, and prints what it finds. One thread.
#pragma once

#include <functional>

#include "tools/doctor/check.hpp"

namespace junctor::tools::doctor {

/// Calls its argument with each check as it ends.
using Examine = std::function<Report(const std::function<void(const Check&)>&)>;

/// To standard output. True where nothing has failed.
bool run(const Examine& examine, bool json);

}  // namespace junctor::tools::doctor
