// SPDX-License-Identifier: Apache-2.0
// What there is before anybody has made anything: built-in groups, roles and strategy. Inside a transaction.
#pragma once

#include <junctor/database.hpp>

#include "accounts/store/touched.hpp"

namespace junctor::accounts {

/// Makes what is missing of it; does nothing where all of it is there.
void make_built_ins(const Sql& sql, int64_t now, Touched& touched);

/// Has nobody ever made one, nor anybody named as the first one is?
bool lacks_administrator(const Sql& sql);

}  // namespace junctor::accounts
