// SPDX-License-Identifier: Apache-2.0
// `junctorctl doctor` without a host: examines the server on this one, running or not, and changes nothing. One thread.
#pragma once

#include <functional>
#include <string>

#include "tools/doctor/check.hpp"

namespace junctor::tools::doctor {

struct Inside {
  std::string socket;    ///< of the server
  std::string junctord;  ///< the program beside this one
  std::string config;    ///< its main file; empty: the default
  std::string version;   ///< of this program
};

/// `on_check` hears of each check as it ends.
Report examine_inside(const Inside& inside, const std::function<void(const Check&)>& on_check);

}  // namespace junctor::tools::doctor
