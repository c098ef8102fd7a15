// SPDX-License-Identifier: Apache-2.0
// Choosing the site's key. [control] to make one; any thread to use it.
#include "auth_key/site_key.hpp"

#include <sodium.h>

#include <utility>

#include "wire/base64.hpp"

namespace junctor::auth {

namespace {

bool means_files(const std::string& option) { return option.empty() || option == "-" || option == "_"; }

}  // namespace

SiteKey::SiteKey(Mode mode, wire::PublicKey key, std::optional<wire::SigningKeys> keys)
    : mode_{mode}, public_{key}, public_text_{wire::public_key_text(key)}, keys_{std::move(keys)} {}

SiteKey SiteKey::of_files(Mode mode, LoadedKeys loaded) {
  const wire::PublicKey key = loaded.keys.public_key();
  SiteKey site{mode, key, std::move(loaded.keys)};
  site.created_ = loaded.created;
  site.warnings_ = std::move(loaded.warnings);
  return site;
}

SiteKey SiteKey::open(const std::string& option, const KeyFiles& files) {
  if (!wire::init_crypto()) throw KeyError{"libsodium cannot be used: the system gives no random numbers"};
  if (option.empty()) return of_files(Mode::kFilesUnchecked, files.load_or_create());
  if (option == "-" || option == "_") return of_files(Mode::kFilesChecked, files.load_or_create());
  if (const auto key = wire::parse_public_key(option)) {
    if (auto loaded = files.load_pair_of(*key)) return of_files(Mode::kFilesChecked, std::move(*loaded));
    SiteKey site{Mode::kPublic, *key, std::nullopt};
    site.warnings_.push_back(
        "only a public key is configured: ids are not signed and no encryption is offered, so nobody can register over "
        "TCP; give the secret key, or \"-\" for the files");
    return site;
  }
  std::string why;
  if (auto keys = wire::SigningKeys::parse_secret(option, &why)) {
    const wire::PublicKey key = keys->public_key();
    return SiteKey{Mode::kSecret, key, std::move(keys)};
  }
  throw KeyError{
      "option key: expected \"-\" or \"_\" (the key files, licence key checked), \"\" (the key files, not "
      "checked), or the base64 of a secret key (64 bytes) or a public key (32 bytes); found " +
      std::to_string(option.size()) + " characters: " + why};
}

void SiteKey::verify(const std::string& option, const KeyFiles& files) {
  if (means_files(option)) {
    files.find();
  } else {
    open(option, files);
  }
}

bool SiteKey::accepts(std::string_view licence_key) const {
  if (!is_checked()) return true;
  return licence_key.size() == public_text_.size() &&
         sodium_memcmp(licence_key.data(), public_text_.data(), public_text_.size()) == 0;
}

std::string SiteKey::fingerprint() const {
  std::string hash(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(hash.data()), public_.data(), public_.size());
  std::string text = wire::encode_base64(hash);
  while (text.ends_with('=')) text.pop_back();
  return "SHA256:" + text;
}

std::string_view word(SiteKey::Mode mode) {
  switch (mode) {
    case SiteKey::Mode::kFilesChecked:
      return "files_checked";
    case SiteKey::Mode::kFilesUnchecked:
      return "files_unchecked";
    case SiteKey::Mode::kSecret:
      return "secret_option";
    case SiteKey::Mode::kPublic:
      break;
  }
  return "public_option";
}

}  // namespace junctor::auth
