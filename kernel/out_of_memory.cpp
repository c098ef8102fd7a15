// SPDX-License-Identifier: Apache-2.0
#include "out_of_memory.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <exception>
#include <new>

#include "daemon.hpp"

namespace junctor {
namespace {

constexpr const char* kLine =
    "level=error event=server.out_of_memory hint=\"the system gave no more memory (RLIMIT_AS, overcommit): see the "
    "limits "
    "of the service, or bound what comes with [kernel] max_connections; it ends now and has to be started again\"\n";

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

std::terminate_handler others = nullptr;

/// All else is a bug, and ends as it did: with its name and a core.
[[noreturn]] void on_terminate() {
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    say();
    ::_exit(kExitFault);
  } catch (...) {
    others();
  }
  std::abort();
}

}  // namespace

void say_when_out_of_memory() { others = std::set_terminate(on_terminate); }

}  // namespace junctor
