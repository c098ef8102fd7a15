// SPDX-License-Identifier: Apache-2.0
// A plugin's descriptor, read with suspicion and turned into a schema. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>

#include "config/schema.hpp"
#include "junctor/claims.h"

namespace junctor::api {

struct Descriptor {
  jct_claiming_plugin raw{};  ///< cut to what both sides know
  config::Schema schema;
  std::string version;
};

/// `file_name` is the name that conf.d asked for. Nothing and `*why`: what is wrong with the plugin, and the mend.
std::optional<Descriptor> read_descriptor(const jct_plugin* theirs, const std::string& file_name, std::string* why);

}  // namespace junctor::api
