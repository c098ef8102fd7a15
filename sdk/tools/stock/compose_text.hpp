// SPDX-License-Identifier: Apache-2.0
// Single texts of a compose file. Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/stock/given.hpp"

namespace junctor::stock {

/// "$$" is a '$'; nothing where a variable is in it.
std::optional<std::string> without_variables(std::string_view text);

/// A key of a service that is read here, or that says how it runs and not what the server does.
bool is_service_key(std::string_view key);

/// The image, or one of what it is told, is that of the stock with s6, which starts both without a command.
bool starts_both(std::string_view image, const std::vector<Pair>& environment);
/// Whether somebody meant a stock server by it.
bool speaks_of_stock(std::string_view word);

struct Volume {
  std::string source;
  std::string target;
};
/// "./data:/root:ro"; nothing for a target alone.
std::optional<Volume> volume_of(std::string_view text);

/// "21115:21115", "21116/udp": not under another number, nor at one address alone.
bool is_published_as_it_is(std::string_view text);

}  // namespace junctor::stock
