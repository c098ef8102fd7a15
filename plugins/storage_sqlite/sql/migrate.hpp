// SPDX-License-Identifier: Apache-2.0
// The steps of a space's schema, each once in its life. The calling thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage_sqlite/sql/job.hpp"

namespace junctor::storage {

/// Makes the file where there is none. Throws DatabaseError; the step that failed has left nothing behind.
void migrate_file(const std::string& path, const SqlSettings& settings, std::string_view space,
                  const std::vector<const jct_migration*>& steps);

}  // namespace junctor::storage
