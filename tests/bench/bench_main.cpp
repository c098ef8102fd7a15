// SPDX-License-Identifier: Apache-2.0
// tests/bench: Junctor, or any server that speaks the protocol, against the limits of this machine. One thread, which
// starts those of the load.
#include <sys/resource.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "baselines.hpp"
#include "echo.hpp"
#include "heartbeat_bench.hpp"
#include "micro_bench.hpp"
#include "punch_bench.hpp"
#include "registration_bench.hpp"
#include "relay_bench.hpp"
#include "scale_bench.hpp"

namespace {

using namespace junctor::bench;

struct Part {
  const char* name;
  void (*run)(Place&, const Options&, Report&);
};

// Memory comes first: it is about a server that has not worked yet.
constexpr std::array kParts{Part{"memory", relay_memory},
                            Part{"start", start},
                            Part{"memory", peer_memory},
                            Part{"cost", relay_cost},
                            Part{"setup", relay_setup},
                            Part{"latency", relay_latency},
                            Part{"fairness", relay_fairness},
                            Part{"heartbeats", heartbeats},
                            Part{"registrations", registrations},
                            Part{"punch", punch},
                            Part{"push", push},
                            Part{"reload", reload},
                            Part{"cores", cores},
                            Part{"sessions", relay_sessions},
                            Part{"micro", micro}};

void check_parts(const Options& options) {
  for (const std::string& wanted : options.parts) {
    bool known = false;
    for (const Part& part : kParts) known = known || wanted == part.name;
    if (!known) throw std::invalid_argument{"there is no part " + wanted};
  }
}

/// As many descriptors as are allowed; children have them, too.
void raise_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The child of a Place: {"baseline", KIND, ...}
int serve(const std::vector<std::string>& words) {
  if (words[1] != "echo") return serve_baseline(words[1].c_str());
  return serve_echo(words.size() > 2 ? std::stoi(words[2]) : 1);
}

/// What one part cannot measure says nothing of the others.
bool run_part(const Part& part, Place& place, const Options& options, Report& report) try {
  part.run(place, options, report);
  return true;
} catch (const std::exception& error) {
  std::fprintf(stderr, "bench: %s: %s\n", part.name, error.what());
  return false;
}

int run(const Options& options) {
  check_parts(options);
  raise_files();
  Place place{options};
  Report report;
  bool whole = true;
  for (const Part& part : kParts) {
    if (!options.wants(part.name)) continue;
    std::fprintf(stderr, "%s ...\n", part.name);
    whole = run_part(part, place, options, report) && whole;
  }
  if (options.json) {
    report.print_json();
  } else {
    std::printf("%s; %d rounds of %g s, %s\n", machine().c_str(), options.rounds, options.seconds,
                options.netns ? "over veth" : "over loopback");
    report.print_table();
  }
  if (!whole) return 3;
  return options.check && report.any_lost() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  if (words.size() > 1 && words[0] == "baseline") return serve(words);
  ::signal(SIGPIPE, SIG_IGN);
  try {
    return run(parse_options(words));
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "bench: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 3;
  }
}
