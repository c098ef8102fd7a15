// SPDX-License-Identifier: Apache-2.0
// Reading, checking and making the two key files. Blocks: [control] or [pool].
#include "auth_key/key_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <tuple>
#include <utility>

#include "wire/key_text.hpp"

namespace junctor::auth {
namespace {

/// Held while a pair is looked for and made: an ID server and a relay may start at once in one directory. A file system
/// without locks has none, and then the look before each rename must do.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory)
      : file_{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)} {
    while (file_.open() && flock(file_.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
  }

 private:
  wire::OpenFile file_;
};

wire::PublicKey read_public(const std::string& path) {
  const std::string text = wire::read_key_file(path);
  const auto key = wire::parse_public_key(text);
  if (!key) {
    throw KeyError{path + ": malformed: expected the base64 of 32 bytes, found " +
                   wire::key_damage(text, std::tuple_size_v<wire::PublicKey>) + "; restore the file from a backup"};
  }
  return *key;
}

void warn_of_readers(const std::string& path, std::vector<std::string>& warnings) {
  struct stat file {};
  if (stat(path.c_str(), &file) != 0 || (file.st_mode & 0027) == 0) return;
  warnings.push_back(path + ": the secret key is open to other users; run: chmod 600 '" + path + "'");
}

}  // namespace

KeyFiles::KeyFiles(const std::string& directory)
    : directory_{directory}, secret_path_{directory + "/id_ed25519"}, public_path_{directory + "/id_ed25519.pub"} {}

LoadedKeys KeyFiles::load_or_create() const {
  const DirectoryLock lock{directory_};
  auto found = look();
  return found ? std::move(*found) : LoadedKeys{make(), true, {}};
}

std::optional<LoadedKeys> KeyFiles::find() const {
  const DirectoryLock lock{directory_};  // another program of the site may be making them
  return look();
}

std::optional<LoadedKeys> KeyFiles::look() const {
  const bool has_secret = wire::key_file_exists(secret_path_);
  const bool has_public = wire::key_file_exists(public_path_);
  if (!has_secret && !has_public) return std::nullopt;
  if (!has_public) {
    const std::string text = wire::read_secret_key(secret_path_).public_text();
    throw KeyError{public_path_ + ": missing, while " + secret_path_ +
                   " is there. If your clients' key is the one below, write it back: printf %s '" + text + "' > '" +
                   public_path_ + "'"};
  }
  if (!has_secret) {
    const std::string text = wire::public_key_text(read_public(public_path_));
    throw KeyError{secret_path_ + ": missing, while " + public_path_ + " is there (" + text +
                   "). Restore it from a backup. If it is lost, move the .pub file away: a new pair is made then, and "
                   "every client needs the new key"};
  }
  return load();
}

std::optional<LoadedKeys> KeyFiles::load_pair_of(const wire::PublicKey& key) const {
  const DirectoryLock lock{directory_};
  if (!wire::key_file_exists(secret_path_) || !wire::key_file_exists(public_path_)) return std::nullopt;
  const auto stated = wire::parse_public_key(wire::read_key_file(public_path_));
  if (stated != key) return std::nullopt;
  return load();
}

LoadedKeys KeyFiles::load() const {
  LoadedKeys loaded{wire::read_secret_key(secret_path_), false, {}};
  const wire::PublicKey stated = read_public(public_path_);
  if (stated != loaded.keys.public_key()) {
    throw KeyError{public_path_ + " and " + secret_path_ + " are not a pair: the public file has " +
                   wire::public_key_text(stated) + ", the secret key belongs to " + loaded.keys.public_text() +
                   ". Restore the file that is wrong; what your clients have as Key tells which"};
  }
  warn_of_readers(secret_path_, loaded.warnings);
  return loaded;
}

wire::SigningKeys KeyFiles::create() const {
  const DirectoryLock lock{directory_};
  return make();
}

void KeyFiles::store(const wire::SigningKeys& keys) const {
  const DirectoryLock lock{directory_};
  put(keys);
}

wire::SigningKeys KeyFiles::make() const {
  wire::SigningKeys keys = wire::SigningKeys::generate();
  put(keys);
  return keys;
}

void KeyFiles::put(const wire::SigningKeys& keys) const {
  for (const std::string& path : {secret_path_, public_path_}) {
    if (wire::key_file_exists(path)) {
      throw KeyError{path + ": there already; a key is never replaced. To use another pair, move " + secret_path_ +
                     " and " + public_path_ + " away; every client needs the new key then"};
    }
  }
  wire::write_secret_key(secret_path_, keys);
  wire::write_key_file(public_path_, keys.public_text(), 0644);
}

}  // namespace junctor::auth
