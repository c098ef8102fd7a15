// SPDX-License-Identifier: Apache-2.0
#include "host/facts.hpp"

#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/statvfs.h>

#include <ctime>

#include "build_day.hpp"

namespace junctor::host {
namespace {

Nanos read_clock(clockid_t which) {
  timespec now{};
  ::clock_gettime(which, &now);
  return std::chrono::seconds{now.tv_sec} + Nanos{now.tv_nsec};
}

bool is_reachable(const sockaddr* address) {
  if (address == nullptr || address->sa_family != AF_INET6) return false;
  const in6_addr& ip = reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  return !IN6_IS_ADDR_LOOPBACK(&ip) && !IN6_IS_ADDR_LINKLOCAL(&ip);
}

bool any_ipv6() {
  ifaddrs* all = nullptr;
  if (::getifaddrs(&all) != 0) return false;
  bool found = false;
  for (const ifaddrs* one = all; one != nullptr && !found; one = one->ifa_next) found = is_reachable(one->ifa_addr);
  ::freeifaddrs(all);
  return found;
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
  facts.wall = read_clock(CLOCK_REALTIME);
  facts.uptime = read_clock(CLOCK_BOOTTIME);
  return facts;
}

Nanos built_at() { return std::chrono::seconds{JUNCTOR_BUILT_AT}; }

}  // namespace junctor::host
