// SPDX-License-Identifier: Apache-2.0
// Tests of reading a real directory: order, bounds, what is no file.
#include "config/files.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "config/test_schemas.hpp"

using namespace junctor::config;

namespace {

/// A directory of its own, gone at the end.
class Site {
 public:
  Site() {
    char name[] = "/tmp/junctor-config-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    dir_ = name;
    std::filesystem::create_directory(dir_ + "/conf.d");
  }
  ~Site() { std::filesystem::remove_all(dir_); }
  Site(const Site&) = delete;
  Site& operator=(const Site&) = delete;

  void write(const std::string& name, const std::string& text) const { std::ofstream(path(name)) << text; }
  std::string path(const std::string& name) const { return dir_ + "/" + name; }

 private:
  std::string dir_;
};

}  // namespace

TEST_CASE("the main file comes first, then conf.d in order of names, and nothing else") {
  Site site;
  site.write("junctor.toml", "[kernel]\n");
  site.write("conf.d/90-b.toml", "b");
  site.write("conf.d/10-a.toml", "a");
  site.write("conf.d/.hidden.toml", "x");
  site.write("conf.d/readme.md", "x");
  site.write("conf.d/10-a.toml.bak", "x");
  std::filesystem::create_directory(site.path("conf.d/dir.toml"));
  REQUIRE(::mkfifo(site.path("conf.d/fifo.toml").c_str(), 0600) == 0);
  Faults faults;
  auto sources = read_sources(site.path("junctor.toml"), {}, &faults);
  REQUIRE(sources.size() == 3);
  CHECK(sources[0].name == site.path("junctor.toml"));
  CHECK(sources[1].name == site.path("conf.d/10-a.toml"));
  CHECK(sources[2].text == "b");
}

TEST_CASE("what cannot be read is a fault each, and the rest is still read") {
  Site site;
  site.write("conf.d/10.toml", std::string(100, '#'));
  site.write("conf.d/20.toml", "[relay]\n");
  std::filesystem::create_symlink("nowhere", site.path("conf.d/30.toml"));
  Faults faults;
  ReadLimits limits;
  limits.file_bytes = 99;
  auto sources = read_sources(site.path("junctor.toml"), limits, &faults);
  CHECK(sources.size() == 1);
  auto list = faults.take();
  REQUIRE(list.size() == 3);
  CHECK(list[0].print() == site.path("junctor.toml") + ": cannot open: No such file or directory");
  CHECK(list[1].print() == site.path("conf.d/10.toml") + ": larger than 99");
  CHECK(list[2].print() == site.path("conf.d/30.toml") + ": cannot open: No such file or directory");
}

TEST_CASE("a missing conf.d is an empty one, and too many files are a fault") {
  Site site;
  site.write("junctor.toml", "");
  Faults faults;
  ReadLimits limits;
  limits.files = 1;
  for (const char* name : {"conf.d/1.toml", "conf.d/2.toml"}) site.write(name, "");
  CHECK(read_sources(site.path("junctor.toml"), limits, &faults).size() == 2);
  CHECK(faults.take().front().text == "more than 1 files");
  std::filesystem::remove_all(site.path("conf.d"));
  Faults none;
  CHECK(read_sources(site.path("junctor.toml"), {}, &none).size() == 1);
  CHECK(none.empty());
}

TEST_CASE("a file is read whole up to its bound, and a directory or a pipe never") {
  Site site;
  site.write("ten", "0123456789");
  std::string why;
  CHECK(read_bounded_file(site.path("ten"), 10, &why) == "0123456789");
  CHECK_FALSE(read_bounded_file(site.path("ten"), 9, &why));
  CHECK(why == "larger than 9");
  CHECK_FALSE(read_bounded_file(site.path("conf.d"), 10, &why));
  CHECK(why == "not a regular file");
  CHECK_FALSE(read_bounded_file("/dev/zero", 10, &why));
  CHECK(why == "not a regular file");
  CHECK_FALSE(read_bounded_file("", 10, &why));
}

TEST_CASE("a whole directory becomes a snapshot, a secret beside it included") {
  Site site;
  site.write("junctor.toml", "[kernel]\nbase_port = 1000\n");
  site.write("conf.d/40-relay.toml", "[relay]\nkey = { file = \"../key.txt\" }\n");
  site.write("key.txt", "hush\n");
  Plugins loader = testing::plugins();
  loader.read_secret = nullptr;
  Checked checked = load(site.path("junctor.toml"), {}, loader);
  REQUIRE(checked.snapshot);
  const Instance* relay = checked.snapshot->find("relay");
  CHECK(*relay->find("key")->value.get<std::string>() == "hush");
  CHECK(relay->find("listen")->value.get<Listener>()->address.port == 1001);
}
