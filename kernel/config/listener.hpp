// SPDX-License-Identifier: Apache-2.0
// The table form of a `listener` option, declared once for every plugin alike. Pure functions, any thread.
#pragma once

#include <string>
#include <vector>

#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {

/// Keys of `listen = { address = ":P", max_connections = 1000, ... }`. The sub-table `tls` is apart: `tls_fields`.
const std::vector<Option>& listener_fields();
/// Keys of `tls = { certificate = "PATH", key = "PATH", ... }`.
const std::vector<Option>& tls_fields();

/// `table` holds every field of `listener_fields`, `tls` those of `tls_fields` or nothing.
/// Returns false and `*why` when fields contradict each other.
bool make_listener(const Record& table, const Record& tls, Listener* out, std::string* why);

}  // namespace junctor::config
