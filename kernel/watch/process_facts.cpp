// SPDX-License-Identifier: Apache-2.0
#include "watch/process_facts.hpp"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace junctor {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

/// Linux 6.2 says how many there are in one call; before that they are counted.
int64_t count_fds() {
  struct stat about {};
  if (::stat("/proc/self/fd", &about) == 0 && about.st_size > 0) return about.st_size;
  std::error_code error;
  const std::filesystem::directory_iterator all{"/proc/self/fd", error};
  return error ? 0 : std::distance(begin(all), end(all)) - 1;  // without the one that reads
}

int64_t boot_seconds() {
  std::ifstream stat{"/proc/stat"};
  std::string word;
  int64_t value = 0;
  for (std::string line; std::getline(stat, line);) {
    if (line.rfind("btime ", 0) == 0 && std::istringstream{line} >> word >> value) return value;
  }
  return 0;
}

/// From /proc/self/stat, behind the program's name, which may hold anything.
void read_stat(ProcessFacts& facts) {
  std::ifstream file{"/proc/self/stat"};
  const std::string text{std::istreambuf_iterator<char>{file}, {}};
  std::istringstream fields{text.substr(text.rfind(')') + 1)};
  std::string skipped;
  for (int i = 3; i < 20; ++i) fields >> skipped;
  int64_t unused = 0;
  int64_t started = 0;
  fields >> facts.threads >> unused >> started;  // fields 20 to 22 of proc(5)
  fields >> facts.virtual_bytes >> facts.resident_bytes;
  facts.resident_bytes *= ::sysconf(_SC_PAGESIZE);
  const int64_t ticks = ::sysconf(_SC_CLK_TCK);
  facts.start_ns = boot_seconds() * kSecond + started * (kSecond / ticks);
}

int64_t nanoseconds(const timeval& t) { return t.tv_sec * kSecond + t.tv_usec * 1000; }

}  // namespace

ProcessFacts process_facts() {
  ProcessFacts facts;
  read_stat(facts);
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  facts.cpu_ns = nanoseconds(usage.ru_utime) + nanoseconds(usage.ru_stime);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  facts.max_fds = static_cast<int64_t>(limit.rlim_cur);
  facts.open_fds = count_fds();
  return facts;
}

}  // namespace junctor
