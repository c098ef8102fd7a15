// SPDX-License-Identifier: Apache-2.0
// `junctorctl migrate`: from a stock server's directory to Junctor's, and back. One thread.
#pragma once

#include <string>

#include "tools/migrate/question.hpp"
#include "tools/migrate/report.hpp"

namespace junctor::tools::migrate {

/// Written by forth(), read like any other file of conf.d.
inline constexpr const char* kConfName = "85-migrated.toml";

/// The stock site of `question` as a data directory and a file in `config_dir`. Throws Refusal; what was found until
/// then is in the report.
void forth(const Question& question, const std::string& config_dir, Report* report);

/// The site of `question`, configured in `config_dir`, as what a stock server is started with.
void back(const Question& question, const std::string& config_dir, Report* report);

/// Both, printed. True where nothing was refused. `config_dir`: where the question names none.
bool run(const Question& question, const std::string& config_dir, bool json);

}  // namespace junctor::tools::migrate
