// SPDX-License-Identifier: Apache-2.0
#include "journal.hpp"

#include <Poco/DateTimeFormatter.h>
#include <Poco/Timestamp.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "junctor/result.hpp"

namespace junctor::audit {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPrefix = "audit-";
constexpr const char* kSuffix = ".jsonl";

[[noreturn]] void fail(const std::string& what) {
  throw Error{JCT_E_IO, what + ": " + std::string{std::strerror(errno)}};
}

/// When the file's last line was written, seconds since 1970; 0 where it has gone.
int64_t modified(const std::string& path) {
  struct stat about {};
  return ::stat(path.c_str(), &about) == 0 ? static_cast<int64_t>(about.st_mtim.tv_sec) : 0;
}

std::string stamp(int64_t seconds) {
  return Poco::DateTimeFormatter::format(Poco::Timestamp::fromEpochTime(seconds), "%Y%m%dT%H%M%SZ");
}

std::string read_all(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Of a file whose writer was killed in the middle of a line: the next line begins on its own.
bool is_torn(int fd, int64_t size) {
  char last = '\n';
  return size > 0 && ::pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

Journal::Journal(std::string directory) : directory_{std::move(directory)} {
  std::error_code error;
  fs::create_directories(directory_, error);
  if (error) throw Error{JCT_E_IO, "path: cannot make " + directory_ + ": " + error.message()};
  fs::permissions(directory_, fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec, error);
  if (::access(directory_.c_str(), W_OK | X_OK) != 0) fail("path: cannot write in " + directory_);
}

Journal::~Journal() { close(); }

void Journal::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

/// By name each time: where an operator has moved the file away, a new one begins.
void Journal::open(int64_t now) {
  struct stat ours {
  }, there{};
  const bool same = fd_ >= 0 && ::fstat(fd_, &ours) == 0 && ::stat(current().c_str(), &there) == 0 &&
                    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
  if (same) return;
  close();
  fd_ = ::open(current().c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd_ < 0 || ::fstat(fd_, &ours) != 0) fail("cannot open " + current());
  size_ = ours.st_size;
  began_ = size_ == 0 ? now : static_cast<int64_t>(ours.st_mtim.tv_sec);
  if (is_torn(fd_, size_) && ::write(fd_, "\n", 1) == 1) ++size_;
}

void Journal::rotate(int64_t now) {
  std::string name = directory_ + "/" + kPrefix + stamp(now);
  for (int i = 1; fs::exists(name + kSuffix); ++i)
    name = directory_ + "/" + kPrefix + stamp(now) + "." + std::to_string(i);
  close();
  if (std::rename(current().c_str(), (name + kSuffix).c_str()) != 0) fail("cannot rename " + current());
  open(now);
}

void Journal::write(const std::string& lines, const Retention& retention, int64_t now) {
  open(now);
  const bool full = size_ + static_cast<int64_t>(lines.size()) > retention.file_bytes;
  if (size_ > 0 && (full || now - began_ >= retention.file_age.count())) rotate(now);
  size_t done = 0;
  while (done < lines.size()) {
    const ssize_t n = ::write(fd_, lines.data() + done, lines.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      const int why = errno;
      close();  // with a torn line, which open() ends
      errno = why;
      fail("cannot write " + current());
    }
    done += static_cast<size_t>(n);
    size_ += n;
  }
  if (retention.sync && ::fdatasync(fd_) != 0) fail("cannot sync " + current());
}

std::vector<std::string> Journal::closed() const {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{directory_, error}) {
    const std::string name = entry.path().filename().string();
    const bool ours = name.rfind(kPrefix, 0) == 0 && entry.path().extension() == kSuffix;
    if (ours) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end(), [](const std::string& x, const std::string& y) {
    const int64_t left = modified(x), right = modified(y);
    return left != right ? left > right : x > y;
  });
  return files;
}

size_t Journal::tidy(const Retention& retention, int64_t now) {
  size_t gone = 0;
  const auto files = closed();
  for (size_t i = 0; i < files.size(); ++i) {
    const bool old = retention.keep.count() > 0 && now - modified(files[i]) > retention.keep.count();
    if (!old && i < static_cast<size_t>(retention.keep_files)) continue;
    if (::unlink(files[i].c_str()) == 0) ++gone;
  }
  return gone;
}

Found Journal::find(const Query& query, std::chrono::milliseconds patience) const {
  Found found;
  const auto until = std::chrono::steady_clock::now() + patience;
  std::vector<std::string> files = closed();
  files.insert(files.begin(), current());
  for (const std::string& path : files) {
    if (modified(path) * 1'000'000 + 999'999 < static_cast<int64_t>(query.since)) continue;
    if (!search(read_all(path), query, until, &found)) break;
  }
  return found;
}

}  // namespace junctor::audit
