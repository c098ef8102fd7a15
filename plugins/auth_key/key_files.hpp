// SPDX-License-Identifier: Apache-2.0
// The site's key pair in the stock server's two files (protocol.md 5). A pair is made only where neither file is there;
// whatever else is wrong is refused, never mended by a new key. Blocks: [control] or [pool].
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "wire/signing.hpp"

namespace junctor::auth {

/// Its text names the file, what was found and the mend. It never has a secret in it.
class KeyError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

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

/// A file with one key in it: read, bounded, or a KeyError. The caller wipes what it has read.
std::string read_key_file(const std::string& path);
/// The secret key in a file. Throws KeyError.
wire::SigningKeys read_secret(const std::string& path);

}  // namespace junctor::auth
