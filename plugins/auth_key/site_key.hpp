// SPDX-License-Identifier: Apache-2.0
// The site's key as the option `key` chooses it (protocol.md 5). Immutable once made; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth_key/key_files.hpp"
#include "wire/signing.hpp"

namespace junctor::auth {

class SiteKey {
 public:
  enum class Mode {
    kFilesChecked,    ///< "-" or "_": the pair of the files, licence_key checked
    kFilesUnchecked,  ///< empty: the pair of the files signs, licence_key is not checked
    kSecret,          ///< a secret key given: its pair, checked
    kPublic,          ///< a public key given: checked, nothing is signed
  };

  /// A public key whose pair lies in the files is kFilesChecked, as to the stock; kSecret does not touch the files, and
  /// only the first two modes make any. Throws KeyError.
  static SiteKey open(const std::string& option, const KeyFiles& files);
  /// Throws KeyError where open would; makes no pair.
  static void verify(const std::string& option, const KeyFiles& files);

  Mode mode() const { return mode_; }
  const wire::PublicKey& public_key() const { return public_; }
  const std::string& public_text() const { return public_text_; }
  bool can_sign() const { return keys_.has_value(); }
  /// Signature and message; only where it can sign.
  std::string sign(std::string_view message) const { return keys_->sign(message); }
  bool is_checked() const { return mode_ != Mode::kFilesUnchecked; }
  /// Whether a client's licence_key is right; always where it is not checked.
  bool accepts(std::string_view licence_key) const;
  /// "SHA256:" and base64: short enough to read out.
  std::string fingerprint() const;

  bool created() const { return created_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  static SiteKey of_files(Mode mode, LoadedKeys loaded);
  SiteKey(Mode mode, wire::PublicKey key, std::optional<wire::SigningKeys> keys);

  Mode mode_;
  wire::PublicKey public_;
  std::string public_text_;
  std::optional<wire::SigningKeys> keys_;
  bool created_ = false;
  std::vector<std::string> warnings_;
};

/// A stable word for logs: files_checked, files_unchecked, secret_option, public_option.
std::string_view word(SiteKey::Mode mode);

}  // namespace junctor::auth
