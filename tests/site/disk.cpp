// SPDX-License-Identifier: Apache-2.0
#include "disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace junctor::site {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::runtime_error{what + ": " + std::strerror(errno)}; }

/// Once a process. What is mounted from here on no other process sees but our children.
void leave_the_hosts_mounts() {
  static const bool left = [] {
    if (::unshare(CLONE_NEWNS) != 0) fail("unshare");
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) fail("private mounts");
    return true;
  }();
  (void)left;
}

}  // namespace

std::string Disk::missing() {
  if (::geteuid() != 0) return "a disk of its own needs root";
  return {};
}

Disk::Disk(std::string path, size_t kib) : path_{std::move(path)} {
  leave_the_hosts_mounts();
  std::filesystem::create_directories(path_);
  const std::string options = "mode=0750,size=" + std::to_string(kib) + "k";
  if (::mount("tmpfs", path_.c_str(), "tmpfs", 0, options.c_str()) != 0) fail("mount " + path_);
}

Disk::~Disk() { ::umount2(path_.c_str(), MNT_DETACH); }

void Disk::fill() const {
  const int fd = ::open(ballast().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string page(4096, 'x');
  while (::write(fd, page.data(), page.size()) > 0) {
  }
  const bool full = errno == ENOSPC;
  ::close(fd);
  if (!full) fail("filling " + path_);
}

void Disk::free() const { std::filesystem::remove(ballast()); }

void Disk::make_read_only() const {
  if (::mount(nullptr, path_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) fail("remount " + path_);
}

FileInstead::FileInstead(std::string path, const std::string& text) : path_{std::move(path)} {
  leave_the_hosts_mounts();
  dir_.write("instead", text);
  if (::mount(dir_.file("instead").c_str(), path_.c_str(), nullptr, MS_BIND, nullptr) != 0) fail("mount " + path_);
}

FileInstead::~FileInstead() { ::umount2(path_.c_str(), MNT_DETACH); }

}  // namespace junctor::site
