// SPDX-License-Identifier: Apache-2.0
// How the stock servers were started, gathered from units, compose files, environment files and words. One thread.
#pragma once

#include <string>

#include "tools/migrate/question.hpp"
#include "tools/migrate/report.hpp"
#include "tools/stock/translate.hpp"

namespace junctor::tools::migrate {

/// Neither hbbs nor hbbr where nothing says how they were started. Throws Refusal for a file that cannot be read and a
/// program that is started twice.
stock::Site gather(const Question& question, const std::string& directory, Report* report);

}  // namespace junctor::tools::migrate
