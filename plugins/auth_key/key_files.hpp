// SPDX-License-Identifier: Apache-2.0
// The site's key pair in the stock server's two files (protocol.md 5). A pair is made only where neither file is there;
// whatever else is wrong is refused, never mended by a new key. Blocks: [control] or [pool].
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "wire/key_file.hpp"
#include "wire/signing.hpp"

namespace junctor::auth {

using KeyError = wire::KeyFileError;

struct LoadedKeys {
  wire::SigningKeys keys;
  bool created = false;
  std::vector<std::string> warnings;
};

class KeyFiles {
 public:
  /// `directory` has or gets id_ed25519 and id_ed25519.pub.
  explicit KeyFiles(const std::string& directory);

  /// The pair of the files; a new one where there is none. Throws KeyError.
  LoadedKeys load_or_create() const;
  /// The same, making nothing: nothing where there is no pair.
  std::optional<LoadedKeys> find() const;
  /// The pair, where the files are that of `key`; nothing where either is not there or it is another one. Throws
  /// KeyError where its secret half is damaged.
  std::optional<LoadedKeys> load_pair_of(const wire::PublicKey& key) const;
  /// Makes a new pair, or stores `keys`. Throws KeyError where either file exists.
  wire::SigningKeys create() const;
  void store(const wire::SigningKeys& keys) const;

  const std::string& secret_path() const { return secret_path_; }
  const std::string& public_path() const { return public_path_; }

 private:
  std::optional<LoadedKeys> look() const;
  LoadedKeys load() const;
  // Under the directory's lock.
  wire::SigningKeys make() const;
  void put(const wire::SigningKeys& keys) const;

  std::string directory_;
  std::string secret_path_;
  std::string public_path_;
};

}  // namespace junctor::auth
