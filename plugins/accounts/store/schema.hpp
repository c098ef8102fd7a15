// SPDX-License-Identifier: Apache-2.0
// The tables of accounts, as numbered steps: one that has shipped is never edited, the next one follows.
#pragma once

#include <junctor/database.hpp>

#include <vector>

namespace junctor::accounts {

std::vector<Migration> schema();

}  // namespace junctor::accounts
