// SPDX-License-Identifier: Apache-2.0
#include "support/postgres.hpp"

#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace junctor::testing {
namespace {

constexpr const char* kRunsAs = "postgres";  // Debian's package makes it

/// Where the newest version's programs are; empty where there is none.
std::string programs() {
  std::string newest;
  int highest = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator{"/usr/lib/postgresql", none}) {
    const int version = std::atoi(entry.path().filename().c_str());
    if (version <= highest || !std::filesystem::exists(entry.path() / "bin/initdb")) continue;
    highest = version;
    newest = entry.path() / "bin";
  }
  return newest;
}

}  // namespace

std::string Postgres::absent() {
  if (programs().empty()) return "PostgreSQL is not installed (share/packages names it)";
  if (::geteuid() == 0 && ::getpwnam(kRunsAs) == nullptr)
    return "there is no user postgres, and it refuses to run as root";
  return {};
}

Postgres::Postgres(const Postgres* copy_of) {
  const std::string data = dir_.file("data");
  if (::geteuid() == 0) {
    const passwd* user = ::getpwnam(kRunsAs);
    if (::chown(dir_.path().c_str(), user->pw_uid, user->pw_gid) != 0) throw std::runtime_error{"chown failed"};
    std::filesystem::permissions(dir_.path(), std::filesystem::perms{0755});
  }
  if (copy_of != nullptr) {
    must("pg_basebackup", {"-h", copy_of->socket_dir(), "-p", std::to_string(copy_of->port()), "-U", "postgres", "-D",
                           data, "-R", "-X", "stream", "-c", "fast", "--no-sync"});
  } else {
    must("initdb", {"-D", data, "-U", "postgres", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"});
    std::ofstream{data + "/pg_hba.conf"} << "local all postgres trust\nlocal replication postgres trust\n"
                                            "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n";
  }
  std::ofstream{data + "/postgresql.conf"} << "listen_addresses = '127.0.0.1'\nport = " << port()
                                           << "\nunix_socket_directories = '" << dir_.path()
                                           << "'\nshared_buffers = '16MB'\nmax_connections = 60\nhot_standby = on\n"
                                              "log_min_messages = warning\nwal_level = replica\nmax_wal_senders = 4\n";
  start();
  if (copy_of != nullptr) return;
  sql("CREATE ROLE junctor LOGIN PASSWORD 'pass word''\\1'", "postgres");
  sql("CREATE DATABASE site OWNER junctor", "postgres");
}

Postgres::~Postgres() {
  if (server_ && server_->running()) stop();
}

std::vector<std::string> Postgres::as_server(const std::string& program, std::vector<std::string> args) const {
  std::vector<std::string> words;
  if (::geteuid() == 0) {
    // setpriv becomes the program, so that its process is the server's. It ends with the test, however that ends.
    words = {"setpriv", "--reuid", kRunsAs, "--regid", kRunsAs, "--clear-groups", "--pdeathsig", "SIGQUIT", "--"};
  }
  words.push_back(programs() + "/" + program);
  words.insert(words.end(), args.begin(), args.end());
  return words;
}

void Postgres::must(const std::string& program, std::vector<std::string> args) const {
  const Finished done = run(as_server(program, std::move(args)), Millis{120'000});
  if (done.code != 0) throw std::runtime_error{program + " failed: " + done.out + done.err};
}

bool Postgres::lets_in() const {
  return run({programs() + "/pg_isready", "-q", "-h", dir_.path(), "-p", std::to_string(port())}).code == 0;
}

void Postgres::start() {
  // After SIGKILL the shared memory may be somebody's for a moment: it is tried again.
  const bool up = eventually(
      [&] {
        if (!server_ || !server_->running()) {
          server_ = std::make_unique<Process>(as_server("postgres", {"-D", dir_.file("data")}), dir_.file("out"),
                                              dir_.file("err"));
        }
        return lets_in();
      },
      Millis{60'000});
  if (!up) throw std::runtime_error{"PostgreSQL does not start: " + read_file(dir_.file("err"))};
}

void Postgres::kill() {
  server_->signal(SIGKILL);
  server_->wait();
}

void Postgres::stop() {
  server_->signal(SIGINT);
  if (!server_->wait(Millis{60'000})) throw std::runtime_error{"PostgreSQL does not stop"};
}

void Postgres::promote() { must("pg_ctl", {"promote", "-w", "-D", dir_.file("data")}); }

std::string Postgres::sql(const std::string& statement, const std::string& database) const {
  const Finished done = run({programs() + "/psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", dir_.path(),
                             "-p", std::to_string(port()), "-U", "postgres", "-d", database, "-c", statement},
                            Millis{60'000});
  if (done.code != 0) throw std::runtime_error{statement + ": " + done.err};
  return done.out;
}

}  // namespace junctor::testing
