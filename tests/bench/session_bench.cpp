// SPDX-License-Identifier: Apache-2.0
// What a session costs beside its bytes: to begin and end, in time, in memory. One thread, besides the load's and the
// echo's.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>

#include "load.hpp"
#include "relay_bench.hpp"
#include "setup.hpp"

namespace junctor::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Kinds kTcpTcp{};
constexpr size_t kSetupsASecond = 2000;  // of --seconds: a bound on ports in TIME_WAIT, too
constexpr size_t kSetupsAtOnce = 32;
constexpr size_t kPingSize = 64;
constexpr size_t kPingsAtMost = 20'000;
constexpr size_t kIdleSessions = 2000;

void make_blocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
  const timeval patience{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

bool read_ping(int fd, char* bytes) { return ::recv(fd, bytes, kPingSize, MSG_WAITALL) == ssize_t{kPingSize}; }
bool write_ping(int fd, const char* bytes) { return ::send(fd, bytes, kPingSize, MSG_NOSIGNAL) == ssize_t{kPingSize}; }

/// Microseconds of each round trip through one session of `subject`.
std::vector<double> ping(const Subject& subject, double seconds) {
  Session session = subject.open();
  make_blocking(session.a.fd());
  make_blocking(session.b.fd());
  std::thread echo{[fd = session.b.fd()] {
    std::array<char, kPingSize> bytes{};
    while (read_ping(fd, bytes.data()) && write_ping(fd, bytes.data())) {
    }
  }};
  std::vector<double> times;
  std::array<char, kPingSize> bytes{};
  const Clock::time_point end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (times.size() < kPingsAtMost) {
    const Clock::time_point begin = Clock::now();
    if (begin >= end || !write_ping(session.a.fd(), bytes.data()) || !read_ping(session.a.fd(), bytes.data())) break;
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
  }
  session.a.shutdown_write();
  echo.join();
  if (times.empty()) throw std::runtime_error{subject.name + " answers no ping"};
  return times;
}

void latency(const Options& options, Report& report, const std::string& what, bool beside_load,
             const std::vector<const Subject*>& subjects) {
  std::vector<Row*> rows;
  for (const Subject* subject : subjects) {
    for (const char* which : {", p50", ", p99"}) {
      const bool based = rows.size() >= 2;
      Row* base = based ? rows[rows.size() % 2] : nullptr;
      rows.push_back(&report.add({"relay, round trip", what + which, subject->name, "us", base, based ? 1.1 : 0}));
    }
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < subjects.size(); ++i) {
      std::vector<Session> busy;
      std::optional<Load> load;
      if (beside_load) {
        busy = subjects[i]->open_many(1);
        load.emplace(busy, kTcpTcp, LoadShape{65536, 50e6});
      }
      std::vector<double> times = ping(*subjects[i], options.seconds);
      rows[i * 2]->rounds.push_back(percentile(times, 0.5));
      rows[i * 2 + 1]->rounds.push_back(percentile(times, 0.99));
    }
  }
}

void settle() { std::this_thread::sleep_for(std::chrono::milliseconds{500}); }

}  // namespace

void relay_latency(Place& place, const Options& options, Report& report) {
  const std::vector<const Subject*> subjects{&place.splice(), &place.relay()};
  latency(options, report, "idle", false, subjects);
  latency(options, report, "beside 50 MB/s", true, subjects);
}

void relay_setup(Place& place, const Options& options, Report& report) {
  const std::array subjects{&place.splice(), &place.relay()};
  std::array<Row*, 2> costs{};
  std::array<Row*, 2> times{};
  std::array<Row*, 2> rates{};
  for (size_t i = 0; i < 2; ++i) {
    const double target = i == 0 ? 0 : 1.1;
    const std::string& name = subjects[i]->name;
    times[i] = &report.add({"relay, set-up", "time of a session", name, "us", i == 0 ? nullptr : times[0], target});
    costs[i] = &report.add({"relay, set-up", "CPU of a session", name, "us", i == 0 ? nullptr : costs[0], target});
    costs[i]->gates = i == 1;
    rates[i] = &report.add({"relay, set-up", "sessions", name, "a second", nullptr});
  }
  Row& unpaired = report.add({"relay, set-up", "unpaired", place.relay().name, "", nullptr});
  const auto count = static_cast<size_t>(std::max(100.0, kSetupsASecond * options.seconds));
  for (int round = 0; round < options.rounds; ++round) {
    for (size_t i = 0; i < 2; ++i) {
      const double cpu = subjects[i]->cpu_seconds();
      const SetupResult result = run_setups(*subjects[i], count, kSetupsAtOnce);
      const auto done = static_cast<double>(std::max<size_t>(result.done, 1));
      times[i]->rounds.push_back(result.seconds / done * 1e6);
      rates[i]->rounds.push_back(done / result.seconds);
      if (subjects[i]->pid) costs[i]->rounds.push_back((subjects[i]->cpu_seconds() - cpu) / done * 1e6);
      if (i == 1) unpaired.rounds.push_back(static_cast<double>(result.unpaired));
    }
  }
}

void relay_memory(Place& place, const Options&, Report& report) {
  const Subject& relay = place.relay();
  if (!relay.pid) return;
  relay.open_many(50);  // whatever is made once is there after these
  settle();
  const auto before = static_cast<double>(relay.memory_bytes());
  double with_sessions = 0;
  {
    const std::vector<Session> sessions = relay.open_many(kIdleSessions);
    settle();
    with_sessions = static_cast<double>(relay.memory_bytes());
  }
  settle();
  const auto after = static_cast<double>(relay.memory_bytes());
  Row& each = report.add({"relay, memory", "an idle session", relay.name, "bytes", nullptr, 1024});
  each.rounds = {(with_sessions - before) / kIdleSessions};
  Row& kept = report.add({"relay, memory", "kept when it is over", relay.name, "bytes", nullptr});
  kept.rounds = {(after - before) / kIdleSessions};
}

}  // namespace junctor::bench
