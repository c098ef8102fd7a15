// SPDX-License-Identifier: Apache-2.0
#include "config/path_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace junctor::config {
namespace {

namespace fs = std::filesystem;

std::string system_text(int error) { return std::generic_category().message(error); }

/// 0, or errno. As whom files are opened, which is not always as whom the program was started.
int access_error(const std::string& path, int mode) {
  return ::faccessat(AT_FDCWD, path.c_str(), mode, AT_EACCESS) == 0 ? 0 : errno;
}

std::string who() { return "uid " + std::to_string(::geteuid()); }

std::string cannot(const std::string& what, const std::string& path, int error) {
  std::string out = "cannot " + what + " " + path + " as " + who() + ": " + system_text(error);
  if (error == EACCES) out += "; give it to that user, or name another place";
  if (error == EROFS) out += "; name a place on a file system that is writable";
  return out;
}

/// The deepest directory above `path` that is there: something can be made in it, or why not.
std::string parent_fault(const std::string& path) {
  fs::path parent = fs::path{path}.lexically_normal().parent_path();
  struct stat about {};
  while (::stat(parent.c_str(), &about) != 0) {
    if (errno != ENOENT || parent == parent.parent_path()) return cannot("reach", parent.string(), errno);
    parent = parent.parent_path();
  }
  if (!S_ISDIR(about.st_mode)) return parent.string() + " is no directory, so nothing can lie in it";
  const int error = access_error(parent.string(), W_OK | X_OK);
  return error == 0 ? "" : cannot("write in", parent.string(), error);
}

/// Nobody makes directories for a file, but for the one that the server makes at its start.
std::string directory_fault(const std::string& path, const std::string& made) {
  const fs::path parent = fs::path{path}.lexically_normal().parent_path();
  struct stat about {};
  if (parent == fs::path{made + "/"}.lexically_normal().parent_path() || ::stat(parent.c_str(), &about) == 0) {
    return parent_fault(path);
  }
  if (errno != ENOENT) return cannot("reach", parent.string(), errno);
  return "the directory " + parent.string() + " is not there; make it, or name another place";
}

std::string read_fault(const std::string& path, const struct stat& about) {
  if (S_ISDIR(about.st_mode)) return path + " is a directory; name a file";
  const int error = access_error(path, R_OK);
  return error == 0 ? "" : cannot("read", path, error);
}

std::string write_fault(Purpose purpose, const std::string& path, const struct stat& about) {
  const bool directory = purpose == Purpose::kWriteDir;
  if (S_ISDIR(about.st_mode) != directory)
    return path + (directory ? " is no directory" : " is a directory; name a file");
  const int error = access_error(path, directory ? W_OK | X_OK : W_OK);
  return error == 0 ? "" : cannot(directory ? "write in" : "write", path, error);
}

void look_at(const Option& option, const Setting& setting, const Instance& instance, const KernelConfig& kernel,
             std::vector<Fault>* faults) {
  if (option.purpose == Purpose::kAny) return;
  const auto look = [&](const Value& value) {
    const auto* path = value.get<std::string>();
    if (path == nullptr) return;
    const std::string why = path_fault(option.purpose, under_data_dir(kernel, *path), kernel.data_dir);
    if (why.empty()) return;
    const Origin& where = setting.origin.kind == Origin::Kind::kDefault ? instance.origin : setting.origin;
    faults->push_back(fault_at(where, quote(option.name) + " in [" + instance.name + "]: " + why));
  };
  if (const auto* list = setting.value.get<std::vector<Value>>()) {
    for (const Value& one : *list) look(one);
  } else {
    look(setting.value);
  }
}

void look_at_all(const Instance& instance, const KernelConfig& kernel, std::vector<Fault>* faults) {
  if (!instance.enabled || !instance.schema) return;
  for (const Setting& setting : instance.settings) {
    const Option* option = find_option(instance.schema->options, setting.name);
    if (option != nullptr) look_at(*option, setting, instance, kernel, faults);
  }
}

}  // namespace

std::string path_fault(Purpose purpose, const std::string& path, const std::string& made) {
  if (path.empty() || purpose == Purpose::kAny) return {};
  struct stat about {};
  if (::stat(path.c_str(), &about) == 0) {
    return purpose == Purpose::kReadFile ? read_fault(path, about) : write_fault(purpose, path, about);
  }
  if (errno != ENOENT) return cannot("reach", path, errno);
  if (purpose == Purpose::kReadFile) return {};
  return purpose == Purpose::kWriteFile ? directory_fault(path, made) : parent_fault(path);
}

std::string exposure_of(const std::string& directory) {
  const fs::path whole = fs::path{directory}.lexically_normal();
  for (fs::path at = whole; !at.empty(); at = at.parent_path()) {
    struct stat about {};
    const bool there = ::stat(at.c_str(), &about) == 0 && S_ISDIR(about.st_mode);
    const bool open = there && (about.st_mode & S_IWOTH) != 0;
    // In a sticky directory (/tmp) nobody can exchange what is somebody else's, but anybody can add to it.
    if (open && (at == whole || (about.st_mode & S_ISVTX) == 0)) {
      return "every account on this host may write in " + at.string() +
             ", so any of them could put a key or a database of its own there; run: chmod o-w '" + at.string() +
             "', or name another directory";
    }
    if (at == at.parent_path()) break;
  }
  return {};
}

size_t find_path_faults(const Snapshot& snapshot, const KernelConfig& kernel, std::vector<Fault>* faults) {
  const size_t before = faults->size();
  const Setting* data_dir = snapshot.kernel_table.find("data_dir");
  const Origin& named = data_dir == nullptr || data_dir->origin.kind == Origin::Kind::kDefault
                            ? snapshot.kernel_table.origin
                            : data_dir->origin;
  std::string why = path_fault(Purpose::kWriteDir, kernel.data_dir);
  const Setting* trusts = snapshot.kernel_table.find("trust_data_dir");
  const bool trusted = trusts != nullptr && trusts->value == Value{true};
  if (why.empty() && !trusted) {
    why = exposure_of(kernel.data_dir);
    if (!why.empty()) why += "; where no other account is, as in a container, [kernel] trust_data_dir = true takes it";
  }
  if (!why.empty()) faults->push_back(fault_at(named, "the data directory: " + why));
  look_at_all(snapshot.kernel_table, kernel, faults);
  const size_t own = faults->size() - before;
  for (const Instance& instance : snapshot.instances) look_at_all(instance, kernel, faults);
  return own;
}

}  // namespace junctor::config
