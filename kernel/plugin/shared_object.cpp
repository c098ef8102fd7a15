// SPDX-License-Identifier: Apache-2.0
#include "plugin/shared_object.hpp"

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace junctor::plugin {
namespace {

bool trusted(uid_t owner) { return owner == 0 || owner == geteuid(); }

/// A plugin is code that runs with our rights: nobody else may be able to change the file.
bool check_file(const std::string& path, std::string* why) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) {
    *why = path + ": " + std::strerror(errno);
    return false;
  }
  if (!S_ISREG(info.st_mode)) {
    *why = path + ": not a regular file";
    return false;
  }
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
  const std::string path = dir + "/" + name + ".so";
  if (!check_file(path, why)) return nullptr;
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
