// SPDX-License-Identifier: Apache-2.0
#include "watch/out_of_memory.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <new>

#include "daemon.hpp"

namespace junctor {
namespace {

constexpr const char* kLine =
    "level=error event=server.out_of_memory "
    "hint=\"the system gave no more memory (RLIMIT_AS, RLIMIT_DATA, overcommit): see the limits of the service, or "
    "bound what comes with [kernel] max_connections; it ends now and has to be started again\"\n";

/// Standard error, as the log needs memory.
void say() {
  std::array<char, 32> time{};
  const std::time_t now = ::time(nullptr);
  tm parts{};
  ::gmtime_r(&now, &parts);
  std::strftime(time.data(), time.size(), "%Y-%m-%dT%H:%M:%SZ ", &parts);
  for (const char* text : {static_cast<const char*>(time.data()), kLine}) {
    if (::write(STDERR_FILENO, text, std::strlen(text)) < 0) return;
  }
}

/// In whichever thread asked first. Thrown on, it would be caught where a request or a plugin is given up for it, and
/// the process would go on without a part of itself.
[[noreturn]] void on_no_memory() {
  say();
  ::_exit(kExitFault);
}

}  // namespace

void end_when_out_of_memory() { std::set_new_handler(on_no_memory); }

}  // namespace junctor
