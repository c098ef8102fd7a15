// SPDX-License-Identifier: Apache-2.0
// The first administrator of a new site: made with a random password, which waits in a file of its owner's until
// somebody has read it, once. It stands in no log. Any thread.
#pragma once

#include <junctor/database.hpp>

#include <optional>
#include <string>

#include "accounts/store/touched.hpp"

namespace junctor::accounts {

inline constexpr const char* kFirstAdmin = "admin";

class FirstPassword {
 public:
  explicit FirstPassword(std::string path) : path_{std::move(path)} {}

  /// Throws Error with the mend where it cannot be kept.
  void keep(const std::string& password) const;
  /// Gives it out and forgets it; nothing where it was read before.
  std::optional<std::string> take() const;
  void forget() const;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

/// Inside a transaction: makes built-in rows and, where there is no administrator, the first one with this hash. True
/// where he was made.
bool begin_site(const Sql& sql, const std::string& hash, int64_t now, Touched& touched);

}  // namespace junctor::accounts
