// SPDX-License-Identifier: Apache-2.0
#include "wire/key_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "wire/secret.hpp"

namespace junctor::wire {
namespace {

constexpr size_t kMaxFile = 4096;

std::string cause() { return std::strerror(errno); }

/// A text that is wiped when it goes.
class Wiped {
 public:
  explicit Wiped(std::string text) : text_{std::move(text)} {}
  ~Wiped() { wipe(text_); }
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

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
  if (key_file_exists(to)) {
    errno = EEXIST;
    return false;
  }
  return rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

OpenFile::~OpenFile() {
  if (fd_ >= 0) close(fd_);
}

bool key_file_exists(const std::string& path) {
  struct stat file {};
  return lstat(path.c_str(), &file) == 0 || errno != ENOENT;
}

std::string read_key_file(const std::string& path, Readers readers) {
  const OpenFile file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info {};
  if (!file.open() || fstat(file.get(), &info) != 0) {
    throw KeyFileError{path + ": cannot be read: " + cause() +
                       "; make it readable for the user that the server runs as"};
  }
  if (!S_ISREG(info.st_mode)) throw KeyFileError{path + ": not a regular file; restore the key file from a backup"};
  if (readers == Readers::kOwnerAlone && (info.st_mode & 0077) != 0) {
    throw KeyFileError{path + ": others may read it; run: chmod 600 '" + path +
                       "', and where they may have read it, move it away for a new key"};
  }
  std::string text(kMaxFile + 1, '\0');
  const ssize_t size = read(file.get(), text.data(), text.size());
  if (size < 0) throw KeyFileError{path + ": cannot be read: " + cause()};
  if (size == 0) throw KeyFileError{path + ": empty; restore the key file from a backup"};
  if (static_cast<size_t>(size) > kMaxFile) {
    wipe(text);
    throw KeyFileError{path + ": longer than any key (" + std::to_string(kMaxFile) +
                       " bytes); restore it from a backup"};
  }
  text.resize(static_cast<size_t>(size));
  return text;
}

SigningKeys read_secret_key(const std::string& path, Readers readers) {
  const Wiped text{read_key_file(path, readers)};
  std::string why;
  auto keys = SigningKeys::parse_secret(text.text(), &why);
  if (!keys) throw KeyFileError{path + ": malformed secret key: " + why + "; restore the file from a backup"};
  return std::move(*keys);
}

void write_key_file(const std::string& path, const std::string& text, mode_t mode) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());
  {
    const OpenFile file{open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode)};
    if (!file.open() || fchmod(file.get(), mode) != 0 || !write_all(file.get(), text)) {
      const std::string why = cause();
      unlink(temporary.c_str());
      throw KeyFileError{temporary + ": cannot write it: " + why + "; the data directory " + directory +
                         " must exist, be writable for this user and have room"};
    }
  }
  if (!rename_new(temporary, path)) {
    const std::string why = cause();
    unlink(temporary.c_str());
    throw KeyFileError{path + ": cannot put the new file there: " + why};
  }
  const OpenFile dir{open(slash == 0 ? "/" : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!dir.open() || fsync(dir.get()) != 0) throw KeyFileError{directory + ": cannot be synced to disk: " + cause()};
}

void write_secret_key(const std::string& path, const SigningKeys& keys) {
  const Wiped secret{keys.secret_text()};
  write_key_file(path, secret.text(), 0600);
}

}  // namespace junctor::wire
