// SPDX-License-Identifier: Apache-2.0
// RegisterPk of new ids: how many a second with an fsync behind each answer, and how long one takes alone beside a bare
// fdatasync. One thread.
#include "registration_bench.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "registration_load.hpp"

namespace junctor::bench {
namespace {

constexpr size_t kWindow = 1024;
constexpr size_t kPage = 4096;
constexpr size_t kPages = 256;

/// A file beside the database that is written in place: a flush of it has nothing to do but the page.
class FlushedFile {
 public:
  explicit FlushedFile(const std::string& path) : fd_{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)} {
    for (size_t i = 0; i < kPages; ++i) write(i);
    if (fd_ < 0 || ::fsync(fd_) != 0) throw std::runtime_error{"cannot write " + path};
  }
  ~FlushedFile() { ::close(fd_); }
  FlushedFile(const FlushedFile&) = delete;
  FlushedFile& operator=(const FlushedFile&) = delete;

  /// Microseconds of each write of a page with its fdatasync.
  std::vector<double> flush(Seconds time) {
    std::vector<double> times;
    const Clock::time_point end = after(time);
    for (Clock::time_point begin = Clock::now(); begin < end; begin = Clock::now()) {
      write(times.size() % kPages);
      if (::fdatasync(fd_) != 0) throw std::runtime_error{"fdatasync failed"};
      times.push_back(micros_since(begin));
    }
    return times;
  }

 private:
  void write(size_t page) const {
    static const std::string bytes(kPage, 'x');
    if (::pwrite(fd_, bytes.data(), kPage, static_cast<off_t>(page * kPage)) != ssize_t{kPage}) {
      throw std::runtime_error{"cannot write a page"};
    }
  }

  int fd_;
};

void warn_of_memory(const std::string& dir) {
  struct statfs file_system {};
  if (::statfs(dir.c_str(), &file_system) != 0 || file_system.f_type != TMPFS_MAGIC) return;
  std::fprintf(stderr, "registrations: %s is memory, not a disk; say TMPDIR=DIRECTORY\n", dir.c_str());
}

void saturated(const Subject& subject, RegistrationLoad& load, const Options& options, Report& report) {
  const std::string what = with_commas(kWindow) + " in flight";
  Row& rate = report.add({"registrations", what, subject.name, "a second", nullptr, 20'000, true});
  Row& cost = report.add({"registrations, CPU", what, subject.name, "us", nullptr, 40});
  Row& lost = report.add({"registrations, lost", what, subject.name, "", nullptr});
  cost.gates = true;
  for (int round = 0; round < options.rounds; ++round) {
    const double cpu = subject.cpu_seconds();
    const RegistrationCount count = load.saturate(kWindow, Seconds{options.seconds});
    const double used = subject.cpu_seconds() - cpu;
    rate.rounds.push_back(static_cast<double>(count.confirmed) / count.seconds);
    lost.rounds.push_back(static_cast<double>(count.sent - count.confirmed));
    if (subject.pid) cost.rounds.push_back(used / static_cast<double>(count.confirmed) * 1e6);
  }
}

void alone(const Subject& subject, RegistrationLoad& load, FlushedFile& file, const Options& options, Report& report) {
  Row& disk_half = report.add({"registrations, alone", "p50", "fdatasync", "us", nullptr});
  Row& half = report.add({"registrations, alone", "p50", subject.name, "us", &disk_half});
  Row& disk_most = report.add({"registrations, alone", "p99", "fdatasync", "us", nullptr});
  Row& most = report.add({"registrations, alone", "p99", subject.name, "us", &disk_most, 3});
  for (int round = 0; round < options.rounds; ++round) {
    std::vector<double> flushes = file.flush(Seconds{options.seconds});
    std::vector<double> times = load.one_by_one(Seconds{options.seconds});
    disk_half.rounds.push_back(percentile(flushes, 0.5));
    disk_most.rounds.push_back(percentile(flushes, 0.99));
    half.rounds.push_back(percentile(times, 0.5));
    most.rounds.push_back(percentile(times, 0.99));
  }
}

}  // namespace

void registrations(Place& place, const Options& options, Report& report) {
  if (!place.is_own()) return;  // thousands of new ids are nothing for a server that others use
  Site& site = place.site(place.fewest());
  warn_of_memory(site.server().dir());
  FlushedFile file{site.server().data_dir() + "/flushed"};
  RegistrationLoad load{site.subject().tcp};
  saturated(site.subject(), load, options, report);
  alone(site.subject(), load, file, options, report);
}

}  // namespace junctor::bench
