// SPDX-License-Identifier: Apache-2.0
// Settings of clients as strategies may push them (http-api.md 3.2). Constant data.
#pragma once

#include <span>
#include <string_view>

namespace junctor::accounts::admin {

struct ClientOption {
  std::string_view key;
  std::string_view type;      // boolean, choice, number, text, list
  std::string_view words;     // of a choice: "a|b"
  std::string_view standard;  // the client's own value
  bool risky = false;         // can cut a device off
  bool pushable = true;       // clients take it from a strategy
  std::string_view help;
};

/// In the order of their keys.
std::span<const ClientOption> client_options();
/// nullptr for what is none of them: pushed all the same, as clients store any key.
const ClientOption* client_option(std::string_view key);

}  // namespace junctor::accounts::admin
