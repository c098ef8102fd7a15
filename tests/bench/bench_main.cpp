// SPDX-License-Identifier: Apache-2.0
// tests/bench: Junctor, or any server that speaks the protocol, against the limits of this machine. One thread, which
// starts those of the load.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "baselines.hpp"
#include "echo.hpp"
#include "exchange.hpp"
#include "heartbeat_bench.hpp"
#include "http_bench.hpp"
#include "micro_bench.hpp"
#include "page.hpp"
#include "punch_bench.hpp"
#include "registration_bench.hpp"
#include "relay_bench.hpp"
#include "scale_bench.hpp"
#include "timing.hpp"

namespace {

using namespace junctor::bench;

struct Part {
  const char* name;
  const char* says;
  void (*run)(Place&, const Options&, Report&);
};

// Memory and start come first: they are about servers that have not worked yet.
constexpr std::array kParts{
    Part{"memory", "what an idle relay session takes, and gives back", relay_memory},
    Part{"start", "from the start to the first answer, with all peers stored", start},
    Part{"memory", "what a registered peer takes", peer_memory},
    Part{"heartbeats", "CPU of each against a bare echo, by peers and by rate; one at a time", heartbeats},
    Part{"registrations", "durable ones: how many a second, their CPU; alone against an fdatasync", registrations},
    Part{"punch", "whole exchanges: how many a second, their CPU, their time", punch},
    Part{"push", "from A's request until B has the push, idle and beside heartbeats", push},
    Part{"reload", "what one costs, the slowest answer meanwhile, what is lost", reload},
    Part{"cores", "two event loops against one", cores},
    Part{"cost", "CPU of relayed bytes against splice and copy, TCP and WebSocket", relay_cost},
    Part{"sessions", "the same from one session to thousands", relay_sessions},
    Part{"setup", "relay sessions that come and go", relay_setup},
    Part{"latency", "what the relay adds to a round trip", relay_latency},
    Part{"fairness", "greedy relay sessions under total_rate", relay_fairness},
    Part{"upgrade", "WebSocket relay by http's upgrade against the port of its own", relay_upgrade},
    Part{"http", "calls of the API against nginx, plain and TLS; connections that rest", http_calls},
    Part{"micro", "frames, addresses, decoding, presence, timers, configuration by themselves", micro}};

int help() {
  std::printf("%s\n", kUsage);
  for (const Part& part : kParts) std::printf("  %-14s %s\n", part.name, part.says);
  return 0;
}

std::string how(const Options& options) {
  std::array<char, 100> text{};
  std::snprintf(text.data(), text.size(), "%d rounds of %g s, over %s", options.rounds, options.seconds,
                options.netns            ? "veth"
                : options.target.empty() ? "loopback"
                                         : "the network");
  return text.data();
}

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
  if (words[1] == "exchange") return serve_exchange();
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
  const Clock::time_point begin = Clock::now();
  bool whole = true;
  for (const Part& part : kParts) {
    if (!options.wants(part.name)) continue;
    std::fprintf(stderr, "%s ...\n", part.name);
    whole = run_part(part, place, options, report) && whole;
  }
  if (options.json) {
    report.print_json(how(options));
  } else {
    report.print_table(how(options));
  }
  std::fprintf(stderr, "%.0f s in all\n", seconds_since(begin));
  if (!whole) return 3;
  return options.check && report.any_lost() ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words{argv + 1, argv + argc};
  if (words.size() > 1 && words[0] == "baseline") return serve(words);
  ::signal(SIGPIPE, SIG_IGN);
  try {
    if (words.size() == 3 && words[0] == "page") return write_page(words[1], words[2]);
    if (std::find(words.begin(), words.end(), "--help") != words.end()) return help();
    return run(parse_options(words));
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "bench: %s\n%s", error.what(), kUsage);
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 3;
  }
}
