// SPDX-License-Identifier: Apache-2.0
// The database/1 table over a SqlDatabase. Wiring.
#pragma once

#include <junctor/service/database.h>
#include <junctor/host.hpp>

#include "storage_sqlite/sql/sql_database.hpp"

namespace junctor::storage::sql_service {

inline SqlDatabase& of(void* self) { return *static_cast<SqlDatabase*>(self); }

inline jct_status migrate(void* self, jct_str space, const jct_migration* const* steps, uint64_t count,
                          jct_error* error) noexcept {
  return detail::guard(error, [&] {
    try {
      of(self).migrate(view(space), {steps, steps + count});
    } catch (const DatabaseError& refused) {
      throw Error{JCT_E_IO, refused.what()};
    }
  });
}
/// noexcept: where there is no memory left for a request, the process ends rather than let its asker wait for ever.
inline void read(void* self, const jct_sql_work* work) noexcept { of(self).read(*work); }
inline void write(void* self, const jct_sql_work* work) noexcept { of(self).write(*work); }

inline constexpr jct_database_service kTable{sizeof(jct_database_service), 0, &migrate, &read, &write};

}  // namespace junctor::storage::sql_service
