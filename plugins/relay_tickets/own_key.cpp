// SPDX-License-Identifier: Apache-2.0
// Reading and making the key file: base64 of seed and public key, as id_ed25519, mode 0600. Blocks.
#include "own_key.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "junctor/result.hpp"
#include "wire/secret.hpp"

namespace junctor::relay_tickets {
namespace {

constexpr size_t kMaxFile = 1024;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Error{JCT_E_IO, path + ": " + what + ": " + std::strerror(errno)};
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

wire::SigningKeys read_key(const Descriptor& file, const std::string& path) {
  struct stat info {};
  if (fstat(file.get(), &info) != 0) fail(path, "cannot be looked at");
  if (!S_ISREG(info.st_mode) || (info.st_mode & 0077) != 0) {
    throw Error{JCT_E_CONFIG, path + ": expected a regular file that nobody else can read; run: chmod 600 '" + path +
                                  "', and where others may have read it, move it away for a new key"};
  }
  std::string text(kMaxFile, '\0');
  const ssize_t size = read(file.get(), text.data(), text.size());
  if (size < 0) fail(path, "cannot be read");
  std::string why;
  auto keys = wire::SigningKeys::parse_secret({text.data(), static_cast<size_t>(size)}, &why);
  wire::wipe(text);
  if (keys) return std::move(*keys);
  throw Error{JCT_E_CONFIG, path + ": malformed secret key: " + why +
                                "; restore it from a backup, or move it away for a new one, whose public key the other "
                                "hosts must then be told"};
}

/// Whole or not at all, also behind a power cut.
void write_key(const std::string& path, const wire::SigningKeys& keys) {
  const std::string temporary = path + ".new";
  unlink(temporary.c_str());
  const Descriptor file{open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
  std::string text = keys.secret_text();
  const bool written = file.get() >= 0 && write(file.get(), text.data(), text.size()) == std::ssize(text) &&
                       fsync(file.get()) == 0 && link(temporary.c_str(), path.c_str()) == 0;
  const int error = errno;
  wire::wipe(text);
  unlink(temporary.c_str());
  errno = error;
  if (!written) fail(path, "cannot be written; the data directory must be writable for this user and have room");
  const size_t slash = path.rfind('/');
  const Descriptor directory{
      open(slash == std::string::npos ? "." : path.substr(0, slash + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (directory.get() < 0 || fsync(directory.get()) != 0) fail(path, "its directory cannot be synced to disk");
}

}  // namespace

OwnKey load_or_create_key(const std::string& path) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (file.get() >= 0) return {read_key(file, path), false};
  if (errno != ENOENT) fail(path, "cannot be opened");
  OwnKey made{wire::SigningKeys::generate(), true};
  write_key(path, made.keys);
  return made;
}

}  // namespace junctor::relay_tickets
