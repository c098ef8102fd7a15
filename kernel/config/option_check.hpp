// SPDX-License-Identifier: Apache-2.0
// One TOML table against one list of options: unknown keys, types, ranges, secrets, defaults. [control]
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/document.hpp"
#include "config/fault.hpp"
#include "config/schema.hpp"
#include "config/snapshot.hpp"

namespace junctor::config {

/// The text of a secret's file, or nothing and `*why`.
using SecretReader = std::function<std::optional<std::string>(const std::string& path, std::string* why)>;

struct CheckContext {
  std::string label;  ///< of the table in messages: `[relay]`
  uint16_t base_port = 21116;
  const SecretReader* read_secret = nullptr;  ///< null: secrets stand in the file itself only
  Faults* faults = nullptr;
};

/// Every option of `options` with its value, its default or the empty value; what is wrong goes to `context.faults`.
/// `extra_names` are further keys of this table that the caller has taken out, for suggestions.
std::vector<Setting> check_table(const std::vector<Option>& options, const Node& table, const CheckContext& context,
                                 const std::vector<std::string>& extra_names = {});

/// The value that `option.default_text` stands for, or nothing and `*why`. Not for records.
std::optional<Value> parse_default(const Option& option, uint16_t base_port, std::string* why);

}  // namespace junctor::config
