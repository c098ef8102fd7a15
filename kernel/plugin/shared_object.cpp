// SPDX-License-Identifier: Apache-2.0
#include "plugin/shared_object.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>

namespace junctor::plugin {
namespace {

bool trusted(uid_t owner) { return owner == 0 || owner == geteuid(); }

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

/// A plugin is code that runs with our rights: nobody else may be able to change the file, or what it stands in.
bool check_owner(const struct stat& info, const std::string& path, std::string* why) {
  if (!trusted(info.st_uid)) {
    *why = path + ": owned by uid " + std::to_string(info.st_uid) + ", expected root or uid " +
           std::to_string(geteuid()) + "; chown it";
    return false;
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    *why = path + ": writable by others than its owner; chmod go-w it";
    return false;
  }
  return true;
}

/// The place of what is loaded, without links. Whoever may write in a directory on the way could exchange the file
/// between the look at it and its loading.
std::optional<std::string> trusted_dir(const std::string& dir, std::string* why) {
  std::error_code error;
  const auto real = std::filesystem::canonical(dir, error);
  struct stat info {};
  if (error || stat(real.c_str(), &info) != 0) {
    *why = dir + ": " + (error ? error.message() : std::strerror(errno));
    return std::nullopt;
  }
  if (!check_owner(info, real.string(), why)) return std::nullopt;
  for (auto above = real.parent_path(); above != above.parent_path(); above = above.parent_path()) {
    const bool open = stat(above.c_str(), &info) == 0 && (info.st_mode & S_IWOTH) != 0;
    if (!open || (info.st_mode & S_ISVTX) != 0) continue;
    *why =
        above.string() + ": every account on this host may write there, and exchange the plugins below; chmod o-w it";
    return std::nullopt;
  }
  return real.string();
}

std::optional<struct stat> check_file(const std::string& path, std::string* why) {
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) {
    *why = path + ": " + std::strerror(errno);
    return std::nullopt;
  }
  if (!S_ISREG(info.st_mode)) {
    *why = path + ": not a regular file";
    return std::nullopt;
  }
  if (!check_owner(info, path, why)) return std::nullopt;
  return info;
}

/// Says which major the file speaks, if it is one of ours at all.
std::string missing_entry(void* library, const std::string& path, const char* entry) {
  for (int major = 0; major < 10; ++major) {
    const std::string other = "junctor_plugin_v" + std::to_string(major);
    if (other != entry && dlsym(library, other.c_str()) != nullptr) {
      return path + ": has " + other + ", this kernel speaks " + entry + "; rebuild it with this kernel's SDK";
    }
  }
  return path + ": no symbol " + entry + "; not a Junctor plugin";
}

}  // namespace

void* open_plugin(const std::string& dir, const std::string& name, const char* entry, std::string* why) {
  const auto place = trusted_dir(dir, why);
  if (!place) return nullptr;
  const std::string path = *place + "/" + name + ".so";
  if (!check_file(path, why)) return nullptr;
  // By its path and not by the descriptor, which a debugger could not find again: nobody else can exchange it here.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) {
    *why = dlerror();
    return nullptr;
  }
  void* symbol = dlsym(library, entry);
  if (symbol == nullptr) *why = missing_entry(library, path, entry);
  dlclose(library);  // RTLD_NODELETE: stays mapped, the reference is given back
  return symbol;
}

std::optional<FileIdentity> identify_plugin(const std::string& dir, const std::string& name, std::string* why) {
  const auto place = trusted_dir(dir, why);
  const auto info = place ? check_file(*place + "/" + name + ".so", why) : std::nullopt;
  if (!info) return std::nullopt;
  return FileIdentity{info->st_dev, info->st_ino, static_cast<uint64_t>(info->st_size),
                      int64_t{info->st_mtim.tv_sec} * 1'000'000'000 + info->st_mtim.tv_nsec};
}

std::vector<std::string> plugins_in(const std::string& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator{dir, error}) {
    if (entry.path().extension() == ".so") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace junctor::plugin
