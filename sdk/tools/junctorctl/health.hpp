// SPDX-License-Identifier: Apache-2.0
// `junctorctl health`: what a container's or a cluster's probe asks. Pure functions, any thread.
#pragma once

#include <Poco/Dynamic/Var.h>

namespace junctor::tools {

struct Health {
  bool good = false;
  Poco::Dynamic::Var shown;  ///< what is printed: state, instances that run, and the others with their reasons
};

/// Good is a server that takes new work with all its instances: `status` and `plugins` are its answers to these words.
/// One that drains is not. Throws Poco::Exception where they are something else.
Health judge_health(const Poco::Dynamic::Var& status, const Poco::Dynamic::Var& plugins);

}  // namespace junctor::tools
