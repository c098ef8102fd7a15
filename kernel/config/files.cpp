// SPDX-License-Identifier: Apache-2.0
// Opens, checks and reads files by descriptor, so that what was checked is what is read. [control]
#include "config/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace junctor::config {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string system_text() { return std::generic_category().message(errno); }

// Up to `most` bytes; false and errno on an error.
bool read_some(int fd, size_t most, std::string* out) {
  out->resize(most);
  size_t have = 0;
  while (have < most) {
    ssize_t got = ::read(fd, out->data() + have, most - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  out->resize(have);
  return true;
}

bool is_conf_name(const std::string& name) {
  constexpr std::string_view kSuffix = ".toml";
  return name.size() > kSuffix.size() && name.front() != '.' && name.ends_with(kSuffix);
}

// A dangling link counts as a file: reading it then says what is wrong.
std::vector<std::string> list_conf_dir(const std::string& dir, Faults* faults) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::directory_iterator entries(dir.empty() ? "." : dir, error), end;
  if (error == std::errc::no_such_file_or_directory) return names;
  while (!error && entries != end) {
    std::error_code ignored;
    std::string name = entries->path().filename().string();
    auto status = entries->status(ignored);
    bool readable = std::filesystem::is_regular_file(status) || !std::filesystem::exists(status);
    if (is_conf_name(name) && readable) names.push_back(name);
    entries.increment(error);
  }
  if (error) faults->add({dir, 0, 0, "cannot read the directory: " + error.message()});
  std::sort(names.begin(), names.end());
  return names;
}

void read_source(const std::string& path, const ReadLimits& limits, Faults* faults, std::vector<Source>* sources) {
  std::string why;
  auto text = read_bounded_file(path, limits.file_bytes, &why);
  if (text) {
    sources->push_back({path, std::move(*text)});
  } else {
    faults->add({path, 0, 0, why});
  }
}

}  // namespace

std::optional<std::string> read_bounded_file(const std::string& path, size_t limit, std::string* why) {
  Descriptor file{path};
  struct stat status {};
  std::string text;
  if (path.empty() || path.find('\0') != std::string::npos) {
    *why = "not a file name";
  } else if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    *why = "cannot open: " + system_text();
  } else if (!S_ISREG(status.st_mode)) {
    *why = "not a regular file";
  } else if (!read_some(file.get(), limit + 1, &text)) {
    *why = "cannot read: " + system_text();
  } else if (text.size() > limit) {
    *why = "larger than " + print_size(static_cast<int64_t>(limit));
  } else {
    return text;
  }
  return std::nullopt;
}

std::vector<Source> read_sources(const std::string& main_file, const ReadLimits& limits, Faults* faults) {
  std::vector<Source> sources;
  read_source(main_file, limits, faults, &sources);
  size_t slash = main_file.rfind('/');
  std::string dir = slash == std::string::npos ? "conf.d" : main_file.substr(0, slash + 1) + "conf.d";
  std::vector<std::string> names = list_conf_dir(dir, faults);
  if (names.size() > limits.files) {
    faults->add({dir, 0, 0, "more than " + std::to_string(limits.files) + " files"});
    names.resize(limits.files);
  }
  for (const std::string& name : names) read_source(dir + "/" + name, limits, faults, &sources);
  return sources;
}

}  // namespace junctor::config
