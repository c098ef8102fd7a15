// SPDX-License-Identifier: Apache-2.0
// From what stock servers were told to the configuration that means the same. No file is read; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/stock/given.hpp"

namespace junctor::stock {

/// One key of our configuration.
struct Entry {
  std::string key;
  std::string value;  ///< TOML
  std::string why;    ///< "compose.yml:5: -p 21200"
  bool secret = false;
};

struct Table {
  std::string name;
  std::vector<Entry> entries;
};

/// Tables in the order in which they are written. With a kError among the remarks they must not be used.
struct Translation {
  std::vector<Table> tables;
  Remarks remarks;

  bool failed() const;
  /// The table is made where there is none.
  void add(std::string_view table, Entry entry);
  const Entry* find(std::string_view table, std::string_view key) const;
};

/// The stock servers that one junctord is to be; an absent one was not there.
struct Site {
  std::optional<Values> hbbs;
  std::optional<Values> hbbr;
  /// The text of id_ed25519.pub, where it is known: a KEY is held against it.
  std::string public_key;
  /// The plugin ws_bridge is installed: a table of one that is missing would be a fault.
  bool web_sockets = true;
  bool has_secret_key = false;  ///< id_ed25519 is there, too
};

Translation translate(const Site& site);

enum class Secrets { kShown, kHidden };
/// Each key under a comment that says where it comes from.
std::string conf_text(const Translation& translation, Secrets secrets);

/// A TOML string, and a list of them.
std::string toml_string(std::string_view text);
std::string toml_list(const std::vector<std::string>& texts);

}  // namespace junctor::stock
