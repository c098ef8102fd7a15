// SPDX-License-Identifier: Apache-2.0
// The options of the [kernel] table, declared as a plugin's are. Pure functions, any thread.
#pragma once

#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {

const Schema& kernel_schema();

/// `table.settings` hold every option of `kernel_schema`.
KernelConfig kernel_config(const Instance& table);

}  // namespace junctor::config
