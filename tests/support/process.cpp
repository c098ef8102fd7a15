// SPDX-License-Identifier: Apache-2.0
#include "support/process.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <stdexcept>

#include "support/temp_dir.hpp"

namespace junctor::testing {
namespace {

/// In the child, between fork and exec: system calls alone.
[[noreturn]] void become(const std::vector<char*>& argv, const char* out_file, const char* err_file, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(out_file, O_CREAT | O_WRONLY | O_APPEND, 0600);
  const int err = ::open(err_file, O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (in < 0 || out < 0 || err < 0) ::_exit(127);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  for (int fd = 3; fd < 256; ++fd) ::close(fd);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::string& out_file, const std::string& err_file) {
  std::vector<char*> raw;
  for (const std::string& word : argv) raw.push_back(const_cast<char*>(word.c_str()));
  raw.push_back(nullptr);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error{"fork failed"};
  if (pid_ == 0) become(raw, out_file.c_str(), err_file.c_str(), parent);
}

Process::~Process() {
  if (!running()) return;
  signal(SIGKILL);
  reap(0);
}

bool Process::reap(int flags) {
  if (code_) return true;
  int status = 0;
  pid_t got = 0;
  do {
    got = ::waitpid(pid_, &status, flags);
  } while (got < 0 && errno == EINTR);
  if (got != pid_) return false;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return true;
}

bool Process::running() { return !reap(WNOHANG); }

void Process::signal(int number) const {
  if (!code_) ::kill(pid_, number);
}

std::optional<int> Process::wait(Millis patience) {
  eventually([this] { return !running(); }, patience);
  return code_;
}

double Process::cpu_seconds() const {
  const std::string stat = read_file("/proc/" + std::to_string(pid_) + "/stat");
  std::istringstream fields{stat.substr(stat.rfind(')') + 1)};
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;  // proc(5): utime is field 14, stime 15
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

Finished run(const std::vector<std::string>& argv, Millis patience) {
  const TempDir dir;
  Process process{argv, dir.file("out"), dir.file("err")};
  Finished finished;
  finished.code = process.wait(patience).value_or(-1);
  if (finished.code < 0) {
    process.signal(SIGKILL);
    process.wait();
  }
  finished.out = read_file(dir.file("out"));
  finished.err = read_file(dir.file("err"));
  return finished;
}

Finished run_junctord(std::vector<std::string> args, Millis patience) {
  args.insert(args.begin(), JUNCTOR_TEST_DAEMON);
  return run(args, patience);
}

}  // namespace junctor::testing
