// SPDX-License-Identifier: Apache-2.0
// Looking at programs, files and the kernel.
#include "tools/doctor/inside_steps.hpp"

#include <Poco/Pipe.h>
#include <Poco/PipeStream.h>
#include <Poco/Process.h>
#include <Poco/StreamCopier.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "watch/host/facts.hpp"

namespace junctor::tools::doctor {
namespace {

namespace fs = std::filesystem;

constexpr int kPatienceMs = 10'000;  // with a writer that holds the database

std::string read_all(const std::string& path) {
  std::ifstream in{path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

int64_t read_number(const std::string& path) {
  std::ifstream in{path};
  int64_t value = -1;
  return in >> value ? value : -1;
}

/// In SQLite's URIs these three mean something.
std::string uri_of(const std::string& path) {
  std::string out = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      out += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
    } else {
      out += c;
    }
  }
  return out + "?immutable=1";
}

std::string quick_check(const std::string& path, int flags) {
  SQLite::Database database{path, SQLite::OPEN_READONLY | flags, kPatienceMs};
  SQLite::Statement check{database, "PRAGMA quick_check(1)"};
  check.executeStep();
  return check.getColumn(0).getString();
}

}  // namespace

ProgramSeen run_program(const std::string& path, const std::vector<std::string>& args) {
  ProgramSeen seen;
  if (::access(path.c_str(), X_OK) != 0) return seen;
  seen.found = true;
  Poco::Pipe both;
  auto running = Poco::Process::launch(path, args, nullptr, &both, &both);
  Poco::PipeInputStream in{both};
  Poco::StreamCopier::copyToString(in, seen.text);
  seen.code = running.wait();
  return seen;
}

PathSeen look_at_path(const std::string& path) {
  PathSeen seen;
  seen.path = path;
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) {
    seen.error = errno;
    return seen;
  }
  seen.mode = about.st_mode & 07777U;
  seen.owner = about.st_uid;
  seen.group = about.st_gid;
  return seen;
}

/// What no server has open is read as it is: a reader that takes part would make files beside it.
DatabaseSeen check_database(const std::string& path, bool live) {
  DatabaseSeen seen;
  seen.path = path;
  std::error_code error;
  seen.bytes = static_cast<int64_t>(fs::file_size(path, error));
  if (error) {
    seen.why_not = error.message();
    return seen;
  }
  const auto log_size = fs::file_size(path + "-wal", error);
  if (!live && !error && log_size > 0) {
    seen.why_not = "no server runs, and the last one has left a log beside it that the next start takes in";
    return seen;
  }
  try {
    seen.verdict = live ? quick_check(path, 0) : quick_check(uri_of(path), SQLite::OPEN_URI);
  } catch (const SQLite::Exception& fault) {
    seen.verdict = fault.what();
  }
  return seen;
}

ClockSeen look_at_clock() {
  ClockSeen seen;
  const auto seconds = [](host::Nanos time) {
    return static_cast<int64_t>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  seen.now = seconds(host::look("/").wall);
  seen.built = seconds(host::built_at());
  timex state{};
  seen.synchronised = ::adjtimex(&state) >= 0 && (static_cast<unsigned>(state.status) & STA_UNSYNC) == 0;
  return seen;
}

UdpSeen look_at_udp(const Told& told) {
  UdpSeen seen;
  seen.allowed = read_number("/proc/sys/net/core/rmem_max");
  seen.asked = told.socket_buffer;
  std::vector<uint16_t> ports;
  for (const ListenerSeen& one : told.listeners) {
    if (one.protocol == "udp") ports.push_back(one.port);
  }
  const std::string net = "/proc/" + std::to_string(told.server.pid) + "/net/";
  const std::string tables = read_all(net + "udp") + read_all(net + "udp6");
  if (told.server.pid > 0 && !tables.empty() && !ports.empty()) seen.dropped = drops_in(tables, ports);
  return seen;
}

int64_t drops_in(const std::string& table, const std::vector<uint16_t>& ports) {
  int64_t sum = 0;
  std::istringstream lines{table};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words{line};
    const std::vector<std::string> fields{std::istream_iterator<std::string>{words}, {}};
    if (fields.size() < 13) continue;
    const std::string& local = fields[1];  // ADDRESS:PORT, both in hex; the heading has no colon
    const size_t colon = local.find(':');
    if (colon == std::string::npos) continue;
    const auto port = static_cast<uint16_t>(std::strtoul(local.c_str() + colon + 1, nullptr, 16));
    if (std::find(ports.begin(), ports.end(), port) != ports.end()) {
      sum += std::strtoll(fields.back().c_str(), nullptr, 10);
    }
  }
  return sum;
}

}  // namespace junctor::tools::doctor
