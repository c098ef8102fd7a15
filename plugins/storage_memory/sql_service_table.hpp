// SPDX-License-Identifier: Apache-2.0
// The database/1 table over a backend's database, for the plugins that provide it. Wiring. `Database` has
// migrate(space, steps), which throws DatabaseError, read(work) and write(work).
#pragma once

#include <junctor/service/database.h>
#include <junctor/host.hpp>

#include "storage_memory/fault.hpp"

namespace junctor::storage::sql_service {

template <class Database>
jct_status migrate(void* self, jct_str space, const jct_migration* const* steps, uint64_t count,
                   jct_error* error) noexcept {
  return junctor::detail::guard(error, [&] {
    try {
      static_cast<Database*>(self)->migrate(view(space), {steps, steps + count});
    } catch (const DatabaseError& refused) {
      throw Error{JCT_E_IO, refused.what()};
    }
  });
}
/// noexcept: where there is no memory left for a request, the process ends rather than let its asker wait for ever.
template <class Database>
void read(void* self, const jct_sql_work* work) noexcept {
  static_cast<Database*>(self)->read(*work);
}
template <class Database>
void write(void* self, const jct_sql_work* work) noexcept {
  static_cast<Database*>(self)->write(*work);
}

template <class Database>
inline constexpr jct_database_service kTable{sizeof(jct_database_service), 0, &migrate<Database>, &read<Database>,
                                             &write<Database>};

}  // namespace junctor::storage::sql_service
