// SPDX-License-Identifier: Apache-2.0
// Reading JSON bodies: every text bounded, 64-bit numbers exact, null as absent (http-api.md 1.3). A fault is thrown as
// Refused, in words that name the field. Values; any thread.
#pragma once

#include <Poco/JSON/Object.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounts/api/refused.hpp"

namespace junctor::accounts {

/// Bytes of one text, where the field says nothing else.
inline constexpr size_t kTextMax = 4096;

/// An object.
class Body {
 public:
  /// What is no object, too deep, or no UTF-8 is refused.
  static Body parse(std::string_view text);

  bool has(const std::string& key) const;  ///< and is not null
  std::vector<std::string> keys() const;

  /// "" where it is absent. Texts with a NUL are refused.
  std::string text(const std::string& key, size_t max = kTextMax) const;
  std::optional<std::string> maybe_text(const std::string& key, size_t max = kTextMax) const;
  /// Refused where it is absent or empty.
  std::string required_text(const std::string& key, size_t max = kTextMax) const;

  std::optional<int64_t> integer(const std::string& key) const;
  std::optional<uint64_t> unsigned64(const std::string& key) const;
  std::optional<bool> flag(const std::string& key) const;

  /// At most `count` elements.
  std::optional<std::vector<std::string>> texts(const std::string& key, size_t count, size_t max = kTextMax) const;
  std::optional<std::vector<int64_t>> integers(const std::string& key, size_t count) const;
  std::optional<Body> object(const std::string& key) const;
  std::optional<std::vector<Body>> objects(const std::string& key, size_t count) const;

 private:
  explicit Body(Poco::JSON::Object::Ptr object) : object_{std::move(object)} {}
  Poco::JSON::Object::Ptr object_;
};

/// A body that is an array of texts.
std::vector<std::string> parse_texts(std::string_view text, size_t count, size_t max = kTextMax);
/// A body that is bare true or false.
bool parse_flag(std::string_view text);

}  // namespace junctor::accounts
