// SPDX-License-Identifier: Apache-2.0
// Secrets at rest that must be read again (TOTP, book passwords): sealed with a key outside the database, bound to what
// they belong to. Values; any thread.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace junctor::accounts {

class Sealer {
 public:
  static constexpr size_t kKeySize = 32;
  explicit Sealer(const std::array<uint8_t, kKeySize>& key) : key_{key} {}
  ~Sealer();
  Sealer(const Sealer&) = default;
  Sealer& operator=(const Sealer&) = default;

  /// The site's key file; made (0600) where there is none. Throws Error with the mend.
  static Sealer from_file(const std::string& path);

  /// `place`: whose it is ("totp:42"); it opens there alone. Of an empty text an empty one.
  std::string seal(std::string_view plain, std::string_view place) const;
  /// nullopt: it was changed, or sealed elsewhere or with another key. Of an empty text an empty one.
  std::optional<std::string> open(std::string_view sealed, std::string_view place) const;
  /// A keyed hash of what is too short to be hashed openly, such as a code of six digits.
  std::string mark(std::string_view text, std::string_view place) const;

 private:
  std::array<uint8_t, kKeySize> key_;
};

/// 256 bits of a token, session or code as they are stored (SHA-256).
std::string hash_of(std::string_view secret);

/// Random, as text: `prefix` and 43 characters of URL-safe base64 (256 bits).
std::string random_token(std::string_view prefix);

/// A random UUID, 36 characters.
std::string new_guid();

}  // namespace junctor::accounts
