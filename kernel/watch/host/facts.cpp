// SPDX-License-Identifier: Apache-2.0
#include "watch/host/facts.hpp"

#include <sys/resource.h>
#include <sys/statvfs.h>

#include <ctime>
#include <fstream>

#include "build_day.hpp"

namespace junctor::host {
namespace {

Nanos read_clock(clockid_t which) {
  timespec now{};
  ::clock_gettime(which, &now);
  return std::chrono::seconds{now.tv_sec} + Nanos{now.tv_nsec};
}

/// A global scope is 00. From /proc, as a hardened service has no netlink socket to ask.
bool any_ipv6() {
  std::ifstream addresses{"/proc/self/net/if_inet6"};
  std::string address, index, prefix, scope, rest;
  while (addresses >> address >> index >> prefix >> scope && std::getline(addresses, rest)) {
    if (scope == "00") return true;
  }
  return false;
}

/// -1 where there is no such file: then nothing is tracked here.
int64_t number_in(const char* path) {
  int64_t value = -1;
  std::ifstream{path} >> value;
  return value;
}

}  // namespace

Facts look(const std::string& data_dir) {
  Facts facts;
  struct statvfs disk {};
  if (::statvfs(data_dir.c_str(), &disk) == 0) facts.disk_free = static_cast<int64_t>(disk.f_bavail * disk.f_frsize);
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  facts.max_fds = static_cast<int64_t>(limit.rlim_cur);
  facts.has_ipv6 = any_ipv6();
  facts.tracked = number_in("/proc/sys/net/netfilter/nf_conntrack_count");
  facts.most_tracked = number_in("/proc/sys/net/netfilter/nf_conntrack_max");
  facts.wall = read_clock(CLOCK_REALTIME);
  facts.uptime = read_clock(CLOCK_BOOTTIME);
  return facts;
}

Nanos built_at() { return std::chrono::seconds{JUNCTOR_BUILT_AT}; }

}  // namespace junctor::host
