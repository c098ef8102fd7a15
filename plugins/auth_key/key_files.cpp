// SPDX-License-Identifier: Apache-2.0
// Reading, checking and making the two key files. Blocks: [control] or [pool].
#include "auth_key/key_files.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "wire/key_text.hpp"

namespace junctor::auth {
namespace {

constexpr size_t kMaxFile = 4096;

std::string cause() { return std::strerror(errno); }

/// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

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
  Descriptor file_;
};

/// A text that is wiped when it goes.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_{std::move(text)} {}
  ~Wiped() { wire::wipe(text_); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Also for what is there but cannot be looked at: then it is there.
bool exists(const std::string& path) {
  struct stat file {};
  return lstat(path.c_str(), &file) == 0 || errno != ENOENT;
}

bool write_all(int fd, const std::string& text) {
  size_t done = 0;
  while (done < text.size()) {
    const ssize_t wrote = write(fd, text.data() + done, text.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    done += static_cast<size_t>(wrote);
  }
  return fsync(fd) == 0;
}

/// Never over a file that is there; where the file system cannot promise that, a look must do.
bool rename_new(const std::string& from, const std::string& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  if (exists(to)) {
    errno = EEXIST;
    return false;
  }
  return rename(from.c_str(), to.c_str()) == 0;
}

/// The file is there whole or not at all, also behind a power cut.
void write_file(const std::string& directory, const std::string& path, const std::string& text, mode_t mode) {
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());
  {
    const Descriptor file{open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)};
    if (!file.open() || fchmod(file.get(), mode) != 0 || !write_all(file.get(), text)) {
      const std::string why = cause();
      unlink(temporary.c_str());
      throw KeyError{temporary + ": cannot write it: " + why + "; the data directory " + directory +
                     " must exist, be writable for this user and have room"};
    }
  }
  if (!rename_new(temporary, path)) {
    const std::string why = cause();
    unlink(temporary.c_str());
    throw KeyError{path + ": cannot put the new file there: " + why};
  }
  const Descriptor dir{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!dir.open() || fsync(dir.get()) != 0) throw KeyError{directory + ": cannot be synced to disk: " + cause()};
}

wire::PublicKey read_public(const std::string& path) {
  const std::string text = read_key_file(path);
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

std::string read_key_file(const std::string& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info {};
  if (!file.open() || fstat(file.get(), &info) != 0) {
    throw KeyError{path + ": cannot be read: " + cause() + "; make it readable for the user that the server runs as"};
  }
  if (!S_ISREG(info.st_mode)) throw KeyError{path + ": not a regular file; restore the key file from a backup"};
  std::string text(kMaxFile + 1, '\0');
  const ssize_t size = read(file.get(), text.data(), text.size());
  if (size < 0) throw KeyError{path + ": cannot be read: " + cause()};
  if (size == 0) throw KeyError{path + ": empty; restore the key file from a backup"};
  if (static_cast<size_t>(size) > kMaxFile) {
    wire::wipe(text);
    throw KeyError{path + ": longer than any key (" + std::to_string(kMaxFile) + " bytes); restore it from a backup"};
  }
  text.resize(static_cast<size_t>(size));
  return text;
}

wire::SigningKeys read_secret(const std::string& path) {
  const Wiped text{read_key_file(path)};
  std::string why;
  auto keys = wire::SigningKeys::parse_secret(text.text(), &why);
  if (!keys) throw KeyError{path + ": malformed secret key: " + why + "; restore the file from a backup"};
  return std::move(*keys);
}

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
  const bool has_secret = exists(secret_path_);
  const bool has_public = exists(public_path_);
  if (!has_secret && !has_public) return std::nullopt;
  if (!has_public) {
    const std::string text = read_secret(secret_path_).public_text();
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
  if (!exists(secret_path_) || !exists(public_path_)) return std::nullopt;
  const auto stated = wire::parse_public_key(read_key_file(public_path_));
  if (stated != key) return std::nullopt;
  return load();
}

LoadedKeys KeyFiles::load() const {
  LoadedKeys loaded{read_secret(secret_path_), false, {}};
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
    if (exists(path)) {
      throw KeyError{path + ": there already; a key is never replaced. To use another pair, move " + secret_path_ +
                     " and " + public_path_ + " away; every client needs the new key then"};
    }
  }
  const Wiped secret{keys.secret_text()};
  write_file(directory_, secret_path_, secret.text(), 0600);
  write_file(directory_, public_path_, keys.public_text(), 0644);
}

}  // namespace junctor::auth
