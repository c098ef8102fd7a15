// SPDX-License-Identifier: Apache-2.0
#include "journal.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <ctime>
#include <filesystem>

#include "junctor/result.hpp"
#include "support/temp_dir.hpp"

namespace junctor::audit {
namespace {

using testing::TempDir;

constexpr int64_t kNow = 1'700'000'000;
const Retention kLarge{1 << 20, std::chrono::hours{24}, std::chrono::hours{24}, 10, true};

size_t files(const std::string& dir) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator{dir}) count += entry.is_regular_file() ? 1 : 0;
  return count;
}

std::string line(int number) {
  return R"({"time":"2023-11-14T22:13:20.000Z","kind":"relay","id":")" + std::to_string(number) + "\"}\n";
}

TEST_CASE("lines are appended, for the server and its group alone, and found again") {
  const TempDir dir;
  {
    Journal journal{dir.file("audit")};
    journal.write(line(1), kLarge, kNow);
    journal.write(line(2), kLarge, kNow);
  }
  Journal again{dir.file("audit")};
  again.write(line(3), kLarge, kNow);
  CHECK(testing::read_file(dir.file("audit/audit.jsonl")) == line(1) + line(2) + line(3));
  const auto found = again.find({}, std::chrono::seconds{10});
  REQUIRE(found.rows.size() == 3);
  CHECK(found.rows[0]->getValue<std::string>("id") == "3");
  struct stat about {};
  CHECK(::stat(dir.file("audit/audit.jsonl").c_str(), &about) == 0);
  CHECK((about.st_mode & 0007) == 0);
}

TEST_CASE("a torn line of a writer that was killed stays alone") {
  const TempDir dir;
  dir.write("audit/audit.jsonl", line(1) + "{\"time\":\"20");
  Journal journal{dir.file("audit")};
  journal.write(line(2), kLarge, kNow);
  CHECK(testing::read_file(dir.file("audit/audit.jsonl")) == line(1) + "{\"time\":\"20\n" + line(2));
  CHECK(journal.find({}, std::chrono::seconds{10}).rows.size() == 2);
}

TEST_CASE("a file is closed at its size and at its age, and questions go through all of them") {
  const TempDir dir;
  Journal journal{dir.file("audit")};
  Retention small = kLarge;
  small.file_bytes = 200;
  for (int i = 0; i < 10; ++i) journal.write(line(i), small, kNow);
  const size_t by_size = files(dir.file("audit"));
  CHECK(by_size == 4);
  journal.write(line(10), small, kNow + 90'000);
  CHECK(files(dir.file("audit")) == by_size + 1);
  CHECK(journal.find({}, std::chrono::seconds{10}).rows.size() == 11);
}

TEST_CASE("closed files go when they are old or too many; the open one stays") {
  const TempDir dir;
  Journal journal{dir.file("audit")};
  Retention small = kLarge;
  small.file_bytes = 1;
  for (int i = 0; i < 6; ++i) journal.write(line(i), small, kNow);
  REQUIRE(files(dir.file("audit")) == 6);
  small.keep_files = 3;
  const auto now = static_cast<int64_t>(std::time(nullptr));
  CHECK(journal.tidy(small, now) == 2);
  CHECK(files(dir.file("audit")) == 4);
  CHECK(journal.tidy(small, now + 90'000) == 3);
  CHECK(files(dir.file("audit")) == 1);
  dir.write("audit/other-file", "mine");
  CHECK(journal.tidy(small, now + 90'000) == 0);
}

TEST_CASE("a file that was moved away is begun anew, and what cannot be written is told") {
  const TempDir dir;
  Journal journal{dir.file("audit")};
  journal.write(line(1), kLarge, kNow);
  std::filesystem::remove_all(dir.file("audit"));
  CHECK_THROWS_AS(journal.write(line(2), kLarge, kNow), Error);
  std::filesystem::create_directories(dir.file("audit"));
  journal.write(line(3), kLarge, kNow);
  CHECK(testing::read_file(dir.file("audit/audit.jsonl")) == line(3));
  dir.write("plain", "");
  CHECK_THROWS_AS(Journal{dir.file("plain/audit")}, Error);
}

}  // namespace
}  // namespace junctor::audit
