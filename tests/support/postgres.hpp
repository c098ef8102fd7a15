// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL server of the test's own, as Debian installs it: a directory of its own, a port of its own, durable, and
// run by an unprivileged user where the test is root. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/ports.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"

namespace junctor::testing {

class Postgres {
 public:
  /// Empty where it is installed, else why the test is passed over.
  static std::string absent();

  /// Runs, with the roles and databases of `kUser`. `copy_of`: a standby of that one instead, which takes no writes
  /// until promote().
  explicit Postgres(const Postgres* copy_of = nullptr);
  ~Postgres();
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;

  static constexpr const char* kUser = "junctor";
  static constexpr const char* kPassword = "pass word'\\1";
  static constexpr const char* kDatabase = "site";

  uint16_t port() const { return ports_.base(); }
  /// The directory of its Unix socket.
  const std::string& socket_dir() const { return dir_.path(); }

  /// Returns once it lets people in.
  void start();
  /// SIGKILL, and everybody has gone.
  void kill();
  /// As a maintenance window does it: connections are closed.
  void stop();
  void signal(int number) { server_->signal(number); }
  void promote();

  /// The rows of one statement, as the superuser; columns are separated by '|'. Throws where it is refused.
  std::string sql(const std::string& statement, const std::string& database = kDatabase) const;

 private:
  std::vector<std::string> as_server(const std::string& program, std::vector<std::string> args) const;
  void must(const std::string& program, std::vector<std::string> args) const;
  bool lets_in() const;

  TempDir dir_;
  PortBlock ports_;
  std::unique_ptr<Process> server_;
};

}  // namespace junctor::testing
