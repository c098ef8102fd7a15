// SPDX-License-Identifier: Apache-2.0
// The first administrator. Any thread.
#include "accounts/first_admin.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <junctor/result.hpp>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "accounts/model/entities.hpp"
#include "accounts/store/first_start.hpp"
#include "accounts/store/users.hpp"

namespace junctor::accounts {

void FirstPassword::keep(const std::string& password) const {
  forget();
  const int fd = open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  const bool stored =
      fd >= 0 && write(fd, password.data(), password.size()) == static_cast<ssize_t>(password.size()) && fsync(fd) == 0;
  const int cause = errno;
  if (fd >= 0) close(fd);
  if (!stored) throw Error{JCT_E_IO, path_ + ": cannot write it: " + std::strerror(cause)};
}

std::optional<std::string> FirstPassword::take() const {
  std::ifstream in{path_};
  std::string password;
  if (!in || !std::getline(in, password) || password.empty()) return std::nullopt;
  forget();
  return password;
}

void FirstPassword::forget() const { unlink(path_.c_str()); }

bool begin_site(const Sql& sql, const std::string& hash, int64_t now, Touched& touched) {
  make_built_ins(sql, now, touched);
  if (!lacks_administrator(sql)) return false;
  User admin;
  admin.name = kFirstAdmin;
  admin.password = hash;
  admin.is_admin = true;
  admin.must_change_password = true;
  add_user(sql, admin, now, touched);
  return true;
}

}  // namespace junctor::accounts
