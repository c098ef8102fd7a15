// SPDX-License-Identifier: Apache-2.0
#include "tools/migrate/unit_files.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace junctor::tools::migrate {
namespace {

namespace fs = std::filesystem;

class Roots {
 public:
  Roots() {
    std::string name = (fs::temp_directory_path() / "junctor-units-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~Roots() { fs::remove_all(root_); }
  Roots(const Roots&) = delete;
  Roots& operator=(const Roots&) = delete;

  std::string file(const std::string& name) const { return root_ + "/" + name; }
  std::string write(const std::string& name) const {
    fs::create_directories(fs::path{file(name)}.parent_path());
    std::ofstream{file(name)} << name;
    return file(name);
  }
  /// The texts, which are the files' own names, in their order.
  std::vector<std::string> read(const std::string& unit) const {
    std::vector<std::string> texts;
    for (const auto& one : unit_with_drop_ins(file(unit), {file("lib"), file("etc")})) texts.push_back(one.text);
    return texts;
  }

 private:
  std::string root_;
};

TEST_CASE("drop-ins follow by name from every root, the stronger root and the unit's own name holding") {
  const Roots roots;
  roots.write("lib/rd-hbbs.service");
  roots.write("lib/rd-hbbs.service.d/20-b.conf");
  roots.write("lib/rd-hbbs.service.d/10-a.conf");
  roots.write("lib/rd-hbbs.service.d/README");
  roots.write("etc/rd-hbbs.service.d/20-b.conf");
  roots.write("etc/rd-.service.d/30-c.conf");
  roots.write("etc/service.d/40-d.conf");
  roots.write("etc/other.service.d/50-e.conf");
  roots.write("lib/rd-hbbs.service.d/60-f.conf");
  fs::create_symlink("/dev/null", roots.file("etc/rd-hbbs.service.d/60-f.conf"));
  CHECK(roots.read("lib/rd-hbbs.service") ==
        std::vector<std::string>{"lib/rd-hbbs.service", "lib/rd-hbbs.service.d/10-a.conf",
                                 "etc/rd-hbbs.service.d/20-b.conf", "etc/rd-.service.d/30-c.conf",
                                 "etc/service.d/40-d.conf"});
}

TEST_CASE("a unit that lies elsewhere has the drop-ins beside it alone") {
  const Roots roots;
  roots.write("copy/rd@1.service");
  roots.write("copy/rd@.service.d/a.conf");
  roots.write("etc/rd@1.service.d/b.conf");
  CHECK(roots.read("copy/rd@1.service") == std::vector<std::string>{"copy/rd@1.service", "copy/rd@.service.d/a.conf"});
}

}  // namespace
}  // namespace junctor::tools::migrate
