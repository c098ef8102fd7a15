// SPDX-License-Identifier: Apache-2.0
#include "ops/log_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "ops/log.hpp"
#include "support/temp_dir.hpp"

using namespace junctor;
using ops::LogFile;
using testing::read_file;
namespace fs = std::filesystem;

TEST_CASE("a log is as private as a database") {
  const testing::TempDir dir;
  const mode_t before = ::umask(0);
  const LogFile log{{dir.file("log"), 0, 0}};
  ::umask(before);
  CHECK((static_cast<unsigned>(fs::status(dir.file("log")).permissions()) & 0777U) == 0640U);
}

TEST_CASE("a place that takes no file is refused with the option and the mend") {
  const testing::TempDir dir;
  try {
    const LogFile log{{dir.file("missing/log"), 0, 0}};
    FAIL("expected a refusal");
  } catch (const std::runtime_error& e) {
    const std::string text = e.what();
    CHECK(text.find("kernel.log_file: cannot open " + dir.file("missing/log")) == 0);
    CHECK(text.find("make its directory") != std::string::npos);
  }
}

TEST_CASE("a file that was moved away is written on until it is opened anew") {
  const testing::TempDir dir;
  LogFile log{{dir.file("log"), 0, 0}};
  CHECK(log.write("one\n"));
  fs::rename(dir.file("log"), dir.file("log.1"));
  CHECK(log.write("two\n"));
  CHECK(log.reopen());
  CHECK(log.write("three\n"));
  CHECK(read_file(dir.file("log.1")) == "one\ntwo\n");
  CHECK(read_file(dir.file("log")) == "three\n");
}

TEST_CASE("files are rotated at their size, and as many stay as are kept") {
  const testing::TempDir dir;
  LogFile log{{dir.file("log"), 10, 2}};
  for (const char* line : {"line 1\n", "line 2\n", "line 3\n", "line 4\n"}) CHECK(log.write(line));
  CHECK(read_file(dir.file("log")) == "line 4\n");
  CHECK(read_file(dir.file("log.0")) == "line 3\n");
  CHECK(read_file(dir.file("log.1")) == "line 2\n");
  CHECK_FALSE(fs::exists(dir.file("log.2")));
}

TEST_CASE("a file at its bound costs the lines that have no room, and the next begins on its own") {
  const testing::TempDir dir;
  const std::string path = dir.file("log");
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    LogFile log{{path, 0, 0}};
    const rlimit tight{10, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &tight);
    const bool first = log.write("123456\n");
    const bool second = log.write("abcdefgh\n");
    const rlimit wide{RLIM_INFINITY, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &wide);
    const bool third = log.write("whole\n");
    ::_exit(first && !second && third ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(read_file(path) == "123456\nabc\nwhole\n");
}

TEST_CASE("a log goes on where it was moved away, from reopen on") {
  const testing::TempDir dir;
  ops::Log log{{ops::Level::kInfo, false, dir.file("log"), 0, 0}};
  log.write(ops::Level::kInfo, "before", {});
  log.flush();
  fs::rename(dir.file("log"), dir.file("old"));
  log.reopen();
  log.write(ops::Level::kInfo, "after", {});
  log.flush();
  CHECK(read_file(dir.file("old")).find("event=before") != std::string::npos);
  CHECK(read_file(dir.file("log")).find("event=after") != std::string::npos);
}

TEST_CASE("a stranger's text takes a bounded part of a line, a hint stands whole") {
  const std::string hostile(2000, '\x01');
  const std::string hint(500, 'h');
  const ops::Field fields[] = {{"id", hostile}, {"hint", hint}};
  const std::string line = ops::format_kv(ops::Level::kInfo, "T", "relay", "relay.refused", fields);
  CHECK(line.size() < 1000);
  CHECK(line.find("...\" hint=" + hint) != std::string::npos);
  CHECK(ops::format_json(ops::Level::kInfo, "T", "relay", "relay.refused", fields).size() < 1000);
}
