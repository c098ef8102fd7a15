// SPDX-License-Identifier: Apache-2.0
// What the console has set, as the database has it, and what follows from it there. Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include "accounts/admin_api/settings/site_settings.hpp"

namespace junctor::accounts::admin {

SiteSettings::Stored stored_settings(const Sql& sql);

/// Rows of every log that are older; `most` of each at once. True: there are more. Open connections stay.
bool drop_old_logs(const Sql& sql, int64_t before, size_t most);

}  // namespace junctor::accounts::admin
