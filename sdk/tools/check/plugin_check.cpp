// SPDX-License-Identifier: Apache-2.0
// junctor-plugin-check: loads plugins as the kernel does, walks them through their states in and out of order, and says
// what is wrong. The work is done in a child process: a plugin that takes it down is a finding, too.
#include <arpa/inet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <random>

#include "junctor_version.hpp"
#include "tools/check/check_walk.hpp"

namespace junctor::tools {
namespace {

enum ExitCode { kExitOk = 0, kExitFaults = 1, kExitUsage = 2 };

constexpr size_t kStepSize = 512;
constexpr unsigned kPatienceSeconds = 120;

constexpr const char* kUsage =
    "usage: junctor-plugin-check [--set TABLE.KEY=VALUE]... FILE.so [FILE.so...]\n"
    "\n"
    "Loads each plugin as junctord does and reports its exports, descriptor and options; then creates, starts, drains\n"
    "and stops it in a kernel of its own, in and out of order, on free ports and in a temporary directory. A service\n"
    "that a plugin needs must be provided by another FILE. Exit code: 0 no fault, 1 faults, 2 wrong usage.\n";

struct Request {
  std::vector<PluginFile> files;
  std::vector<std::string> overrides;
};

bool port_is_free(uint16_t port, int type) {
  const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const bool free = ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return free;
}

/// A base_port whose P-2 to P+3 nobody uses now: a running server is left alone.
uint16_t free_base_port() {
  std::random_device random;
  std::uniform_int_distribution<int> any{20'000, 60'000};
  for (int attempt = 0; attempt < 100; ++attempt) {
    const int base = any(random);
    bool free = true;
    for (int port = base - 2; port <= base + 3; ++port) {
      free = free && port_is_free(static_cast<uint16_t>(port), SOCK_STREAM) &&
             port_is_free(static_cast<uint16_t>(port), SOCK_DGRAM);
    }
    if (free) return static_cast<uint16_t>(base);
  }
  throw std::runtime_error{"no six free ports in a row were found"};
}

/// In the child. `step` is shared with the parent.
int check(const Request& request, char* step) {
  ::alarm(kPatienceSeconds);
  CheckReport report{step, kStepSize};
  const auto sum_up = [&] {
    std::cout << request.files.size() << " files, " << report.faults() << " faults" << std::endl;
    return report.faults() == 0 ? kExitOk : kExitFaults;
  };
  std::vector<PluginFile> good;
  for (const PluginFile& file : request.files) {
    report.begin_file(file.dir + "/" + file.name + ".so");
    if (check_file(file, report)) good.push_back(file);
  }
  if (!good.empty()) {
    std::vector<std::string> overrides{"kernel.base_port=" + std::to_string(free_base_port())};
    overrides.insert(overrides.end(), request.overrides.begin(), request.overrides.end());
    Walk walk{good, overrides, report};
    if (walk.prepare()) walk.run();
    if (walk.has_late()) std::_Exit(sum_up());
    report.begin_step("ending");
  }
  return sum_up();
}

int guarded_check(const Request& request, char* step) {
  try {
    return check(request, step);
  } catch (const std::exception& error) {
    std::cout << "  FAULT  " << step << ": " << error.what() << std::endl;
    return kExitFaults;
  }
}

int check_in_child(const Request& request) {
  void* shared = ::mmap(nullptr, kStepSize, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  const pid_t child = shared == MAP_FAILED ? -1 : ::fork();
  if (child < 0) {
    std::cerr << "junctor-plugin-check: " << std::strerror(errno) << "\n";
    return kExitFaults;
  }
  char* step = static_cast<char*>(shared);
  if (child == 0) return guarded_check(request, step);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && (WEXITSTATUS(status) == kExitOk || WEXITSTATUS(status) == kExitFaults)) {
    return WEXITSTATUS(status);
  }
  std::cout << "  FAULT  the process ended during " << step << ": ";
  if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM) {
    std::cout << "not done within " << kPatienceSeconds << " s\n";
  } else if (WIFSIGNALED(status)) {
    std::cout << "signal " << WTERMSIG(status) << " (" << ::strsignal(WTERMSIG(status)) << ")\n";
  } else {
    std::cout << "exit code " << WEXITSTATUS(status) << "\n";
  }
  return kExitFaults;
}

int usage_error(const std::string& text) {
  std::cerr << "junctor-plugin-check: " << text << "\n\n" << kUsage;
  return kExitUsage;
}

int run(const std::vector<std::string>& args) {
  Request request;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--help" || args[i] == "-h") {
      std::cout << kUsage;
      return kExitOk;
    }
    if (args[i] == "--version") {
      std::cout << "junctor-plugin-check " << JUNCTOR_VERSION << "\n";
      return kExitOk;
    }
    if (args[i] == "--set") {
      if (++i == args.size()) return usage_error("--set needs TABLE.KEY=VALUE");
      request.overrides.push_back(args[i]);
      continue;
    }
    if (args[i].rfind("-", 0) == 0) return usage_error("unknown option " + args[i]);
    std::string why;
    const auto file = plugin_file(args[i], &why);
    if (!file) return usage_error(why);
    request.files.push_back(*file);
  }
  if (request.files.empty()) return usage_error("no file given");
  return check_in_child(request);
}

}  // namespace
}  // namespace junctor::tools

int main(int argc, char** argv) { return junctor::tools::run({argv + 1, argv + argc}); }
