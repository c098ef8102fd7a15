// SPDX-License-Identifier: Apache-2.0
#include "config/path_check.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "config/option_table.hpp"
#include "support/temp_dir.hpp"

namespace junctor::config {
namespace {

namespace fs = std::filesystem;
using junctor::testing::TempDir;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a place that is not there yet is good where it can be made") {
  const TempDir dir;
  CHECK(path_fault(Purpose::kWriteDir, dir.path() + "/a/b/c").empty());
  CHECK(path_fault(Purpose::kWriteFile, dir.path() + "/c").empty());
  CHECK(path_fault(Purpose::kWriteFile, dir.path() + "/a/b/c", dir.path() + "/a/b").empty());
  CHECK(contains(path_fault(Purpose::kWriteFile, dir.path() + "/a/b/c", dir.path() + "/a"),
                 "the directory " + dir.path() + "/a/b is not there"));
  CHECK(path_fault(Purpose::kReadFile, dir.path() + "/missing").empty());
  CHECK(path_fault(Purpose::kWriteFile, "").empty());
  CHECK_FALSE(fs::exists(dir.path() + "/a"));
}

TEST_CASE("what stands in the way is named: a file for a directory, a directory for a file, a file above") {
  const TempDir dir;
  std::ofstream{dir.path() + "/file"} << "x";
  CHECK(contains(path_fault(Purpose::kWriteDir, dir.path() + "/file"), "/file is no directory"));
  CHECK(contains(path_fault(Purpose::kWriteFile, dir.path()), "is a directory; name a file"));
  CHECK(contains(path_fault(Purpose::kReadFile, dir.path()), "is a directory; name a file"));
  CHECK_FALSE(path_fault(Purpose::kWriteFile, dir.path() + "/file/below").empty());
  CHECK_FALSE(path_fault(Purpose::kReadFile, dir.path() + "/file/below").empty());
}

TEST_CASE("a place that this user may not use is told with the user" * doctest::skip(::geteuid() != 0)) {
  const TempDir dir;
  fs::create_directory(dir.path() + "/roots");
  std::ofstream{dir.path() + "/secret"} << "x";
  ::chmod(dir.path().c_str(), 0755);
  ::chmod((dir.path() + "/secret").c_str(), 0600);
  REQUIRE(::seteuid(65534) == 0);
  const std::string write = path_fault(Purpose::kWriteDir, dir.path() + "/roots/new");
  const std::string read = path_fault(Purpose::kReadFile, dir.path() + "/secret");
  REQUIRE(::seteuid(0) == 0);
  CHECK(contains(write, "cannot write in " + dir.path() + "/roots as uid 65534: Permission denied"));
  CHECK(contains(read, "cannot read " + dir.path() + "/secret as uid 65534"));
}

TEST_CASE("a directory that any account may write in or exchange is told of, one below a sticky one is not") {
  const TempDir dir;
  fs::create_directories(dir.path() + "/open/data");
  CHECK(exposure_of(dir.path() + "/open/data").empty());
  ::chmod((dir.path() + "/open").c_str(), 0777);
  CHECK(contains(exposure_of(dir.path() + "/open/data"), "chmod o-w '" + dir.path() + "/open'"));
  CHECK(contains(exposure_of(dir.path() + "/open/to/be/made"), "chmod o-w '" + dir.path() + "/open'"));
  ::chmod((dir.path() + "/open").c_str(), 01777);
  CHECK(exposure_of(dir.path() + "/open/data").empty());
  CHECK_FALSE(exposure_of(dir.path() + "/open").empty());
}

TEST_CASE("a path is laid to the line that names it, or to its table where it is the default") {
  const TempDir dir;
  auto schema = std::make_shared<Schema>();
  schema->options = {for_writing(option("path", Type::kPath, "a file")),
                     for_writing(option("other", Type::kPath, "a file"))};
  Instance one;
  one.name = "store";
  one.origin = {Origin::Kind::kFile, "site.toml", 3, 1};
  one.schema = schema;
  one.settings.push_back({"path", {std::string{"."}}, true, {Origin::Kind::kFile, "site.toml", 7, 1}});
  one.settings.push_back({"other", {std::string{"."}}, true, {}});
  Snapshot snapshot;
  snapshot.instances.push_back(one);
  snapshot.kernel_table.name = "kernel";
  KernelConfig kernel;
  kernel.data_dir = dir.path();
  std::vector<Fault> faults;
  find_path_faults(snapshot, kernel, &faults);
  REQUIRE(faults.size() == 2);
  CHECK(contains(faults[0].print(), "site.toml:7:1: \"path\" in [store]: "));
  CHECK(contains(faults[1].print(), "site.toml:3:1: \"other\" in [store]: "));
}

}  // namespace
}  // namespace junctor::config
