// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tools/migrate/report.hpp"

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostText = 1 << 20;

[[noreturn]] void fail(const std::string& path, const std::string& what) {
  throw Refusal{path + ": " + what + ": " + std::strerror(errno)};
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags, mode_t mode = 0)
      : fd_{::open(path.c_str(), flags | O_CLOEXEC, mode)} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

void give_to_owner_of(const std::string& directory, const std::string& path) {
  struct stat owner {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &owner) != 0) return;
  if (::chown(path.c_str(), owner.st_uid, owner.st_gid) != 0) fail(path, "cannot be given to its directory's owner");
}

std::string parent_of(const std::string& path) {
  const std::string parent = fs::path{path}.parent_path().string();
  return parent.empty() ? "." : parent;
}

std::optional<std::string> read_small_file(const std::string& path) {
  const Descriptor file{path, O_RDONLY | O_NONBLOCK};
  struct stat info {};
  if (file.get() < 0 && errno == ENOENT) return std::nullopt;
  if (file.get() < 0 || ::fstat(file.get(), &info) != 0) fail(path, "cannot be read");
  if (!S_ISREG(info.st_mode)) throw Refusal{path + ": not a regular file"};
  std::string text(kMostText + 1, '\0');
  size_t have = 0;
  while (have < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + have, text.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "cannot be read");
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  if (have > kMostText) throw Refusal{path + ": larger than any file that is expected here"};
  text.resize(have);
  return text;
}

void write_file(const std::string& path, const std::string& text, int mode) {
  const std::string part = path + ".part";
  ::unlink(part.c_str());
  {
    const Descriptor file{part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, static_cast<mode_t>(mode)};
    size_t done = 0;
    while (file.get() >= 0 && done < text.size()) {
      const ssize_t wrote = ::write(file.get(), text.data() + done, text.size() - done);
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote <= 0) fail(part, "cannot be written");
      done += static_cast<size_t>(wrote);
    }
    const bool good =
        file.get() >= 0 && ::fchmod(file.get(), static_cast<mode_t>(mode)) == 0 && ::fsync(file.get()) == 0;
    if (!good) fail(part, "cannot be written");
  }
  give_to_owner_of(parent_of(path), part);
  if (::rename(part.c_str(), path.c_str()) != 0) fail(path, "cannot be put there");
}

}  // namespace junctor::tools::migrate
